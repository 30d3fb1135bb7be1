using System.Collections;
using System.Globalization;
using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Adds an ephemeral container to running pods, and gives each back when it runs, has ended, or cannot start.</summary>
[Cmdlet(VerbsCommon.New, "EphemeralContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EphemeralContainer))]
public sealed class NewEphemeralContainerCommand : PodCmdlet
{
    private EphemeralContainerOptions? _options;

    /// <summary>The image; <c>busybox</c> by default.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>The name of the new container; <c>debugger-xxxxx</c> by default.</summary>
    [Parameter]
    [Alias("c")]
    public string? Name { get; set; }

    /// <summary>The container whose processes it sees; by default the pod's default container.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? Target { get; set; }

    /// <summary>Shares no container's processes.</summary>
    [Parameter]
    public SwitchParameter NoTarget { get; set; }

    /// <summary>The command, after <c>--</c> or as a list; by default the image's own.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    public string[]? Command { get; set; }

    /// <summary>Takes the command as the arguments of the image's entry point.</summary>
    [Parameter]
    public SwitchParameter ArgumentsOnly { get; set; }

    /// <summary>Environment variables. They stand in the pod's specification for every reader: no secrets.</summary>
    [Parameter]
    public IDictionary? Env { get; set; }

    /// <summary>When the image is pulled; by default Always for <c>:latest</c> or no tag, else IfNotPresent.</summary>
    [Parameter]
    public ImagePullPolicy? ImagePullPolicy { get; set; }

    /// <summary>Keeps standard input open.</summary>
    [Parameter]
    [Alias("i")]
    public SwitchParameter Stdin { get; set; }

    /// <summary>Closes standard input when the first client goes.</summary>
    [Parameter]
    public SwitchParameter StdinOnce { get; set; }

    /// <summary>Gives the process a terminal; needs -Stdin.</summary>
    [Parameter]
    [Alias("t")]
    public SwitchParameter Tty { get; set; }

    /// <summary>What the container may do; Auto takes the most capable of General, Baseline and Restricted that the namespace admits.</summary>
    [Parameter]
    public DebugProfile Profile { get; set; } = DebugProfile.Auto;

    /// <summary>A partial container that is merged over the profile: a file of JSON or YAML, a hashtable, or JSON text.</summary>
    [Parameter]
    public object? CustomProfile { get; set; }

    /// <summary>A whole container specification: a hashtable, JSON or YAML text, or a file of either.</summary>
    [Parameter]
    public object? Spec { get; set; }

    /// <summary>The numeric user that the process runs as.</summary>
    [Parameter]
    public long? RunAsUser { get; set; }

    /// <summary>The numeric group that the process runs as.</summary>
    [Parameter]
    public long? RunAsGroup { get; set; }

    /// <summary>Copies the target's environment (env and envFrom).</summary>
    [Parameter]
    public SwitchParameter CopyEnv { get; set; }

    /// <summary>Copies the target's volume mounts, as far as the server allows.</summary>
    [Parameter]
    public SwitchParameter CopyVolumeMounts { get; set; }

    /// <summary>The directory that the process starts in.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Lets the server judge the real request, without storing it.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Returns as soon as the server has accepted.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait for each container, in seconds; 0 waits without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    internal override int MaxRunning => Waiting.MaxRunning;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            _options = Options();
            EphemeralContainerSpec.Validate(_options);
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null)); // no pod could get this container
        }
    }

    /// <inheritdoc/>
    private protected override void TakeWords(string[] words) => Command = [.. words, .. Command ?? []]; // Get-Pod | New-EphemeralContainer -- sleep 600

    /// <inheritdoc/>
    private protected override void Process(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!ShouldProcess(ns is null ? $"pod/{pod.Name}" : $"pod/{ns}/{pod.Name}", $"Add an ephemeral container of image {_options!.Image ?? EphemeralContainerOptions.DefaultImage}")) return;
        TimeSpan? wait = NoWait ? null : Waiting.Patience(TimeoutSec);
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            EphemeralContainerRequest request = new()
            {
                Namespace = ns ?? watches.Api.Transport.DefaultNamespace,
                Pod = pod.Name,
                PodUid = pod.Uid,
                Options = _options!,
                DryRun = DryRun,
                Wait = wait,
            };
            await voice.ObjectAsync(await AddEphemeralContainer.RunAsync(watches, request, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, pod.Text);
    }

    private EphemeralContainerOptions Options() => new()
    {
        Name = Name,
        Image = Image,
        Command = Command ?? [],
        ArgumentsOnly = ArgumentsOnly,
        Env = [.. EnvironmentVariables()],
        ImagePullPolicy = ImagePullPolicy,
        Stdin = Stdin,
        StdinOnce = StdinOnce,
        Tty = Tty,
        Profile = Profile,
        CustomProfile = CustomProfile is null ? null : SpecDocument.Read(this, CustomProfile, nameof(CustomProfile)),
        Spec = Spec is null ? null : SpecDocument.Read(this, Spec, nameof(Spec)),
        Target = Target,
        NoTarget = NoTarget,
        RunAsUser = RunAsUser,
        RunAsGroup = RunAsGroup,
        CopyEnv = CopyEnv,
        CopyVolumeMounts = CopyVolumeMounts,
        WorkingDirectory = WorkingDirectory,
    };

    private IEnumerable<EnvironmentVariable> EnvironmentVariables()
    {
        foreach (DictionaryEntry entry in Env ?? new Hashtable())
        {
            yield return new(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "");
        }
    }
}
