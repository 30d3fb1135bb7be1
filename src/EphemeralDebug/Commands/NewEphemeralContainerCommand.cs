using System.Collections;
using System.Globalization;
using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Adds an ephemeral container to running pods, and gives each back when it runs, has ended, or cannot start.</summary>
[Cmdlet(VerbsCommon.New, "EphemeralContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EphemeralContainer), typeof(string), typeof(byte))]
public sealed class NewEphemeralContainerCommand : PodCmdlet
{
    private readonly List<PodReference> _toEnter = [];
    private EphemeralContainerOptions? _options;
    private VisitOptions? _visit;

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

    /// <summary>Enters the container as soon as it runs; one pod only.</summary>
    [Parameter]
    [Alias("it")]
    public SwitchParameter Interactive { get; set; }

    /// <summary>With -Interactive: what to send to standard input: text, lines, bytes or a file. Then no terminal is used.</summary>
    [Parameter]
    public object? StandardInput { get; set; }

    /// <summary>With -Interactive: the keys that leave the session and let the container run; <c>ctrl-p,ctrl-q</c> by default, <c>none</c> for none.</summary>
    [Parameter]
    public string? DetachKeys { get; set; }

    /// <summary>With -Interactive: writes the output to this file, byte for byte.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>With -Interactive: gives the output as bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>With -Interactive: gives the container at the end, with its exit code.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

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
            _visit = Visit();
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
        if (Interactive) _toEnter.Add(pod);
        else Add(pod);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_toEnter.Count > 1) ThrowTerminatingError(ErrorRecords.From(Failure.OnePodOnly([.. _toEnter.Select(pod => pod.Name)]), target: null));
        foreach (PodReference pod in _toEnter) Enter(pod);
        base.EndProcessing();
    }

    private void Add(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        TimeSpan? wait = NoWait ? null : Waiting.Patience(TimeoutSec);
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            EphemeralContainerRequest request = Request(watches, pod, ns) with { DryRun = DryRun, Wait = wait };
            await voice.ObjectAsync(await AddEphemeralContainer.RunAsync(watches, request, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, pod.Text);
    }

    private void Enter(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            ContainerVisit visit = new(_visit!, voice, EndProgress);
            EnteredContainer entered = await EnterContainer.NewAsync(watches, Request(watches, pod, ns), visit.Entry, listener, cancellationToken).ConfigureAwait(false);
            await visit.RunAsync(entered, cancellationToken).ConfigureAwait(false);
        }, pod.Text);
    }

    private bool IsWanted(PodReference pod, string? ns) => ShouldProcess(
        ns is null ? $"pod/{pod.Name}" : $"pod/{ns}/{pod.Name}", $"Add an ephemeral container of image {_options!.Image ?? EphemeralContainerOptions.DefaultImage}");

    private EphemeralContainerRequest Request(PodWatches watches, PodReference pod, string? ns) => new()
    {
        Namespace = ns ?? watches.Api.Transport.DefaultNamespace,
        Pod = pod.Name,
        PodUid = pod.Uid,
        Options = _options!,
    };

    private VisitOptions? Visit()
    {
        if (!Interactive)
        {
            string[] parameters = [nameof(StandardInput), nameof(DetachKeys), nameof(OutFile), nameof(AsByteStream), nameof(PassThru)];
            return parameters.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } alone ? throw Failure.InteractiveRequired(alone) : null;
        }

        if (NoWait) throw Failure.InteractiveExcludes(nameof(NoWait));
        if (DryRun) throw Failure.InteractiveExcludes(nameof(DryRun));
        ITerminal? terminal = StandardInput is null && OutFile is null && !AsByteStream ? Seat.Terminal(Host) : null;
        if (Tty && terminal is null)
            throw Failure.TerminalRequired("New-EphemeralContainer POD -Interactive -StandardInput 'ps; id' -- sh, without -Tty");
        return new VisitOptions
        {
            Terminal = terminal,
            Input = StandardInput ?? (Stdin && terminal is null ? Array.Empty<object>() : null),
            Detach = Core.Terminal.DetachKeys.Parse(DetachKeys),
            OutFile = OutFile is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(OutFile),
            AsBytes = AsByteStream,
            PassThru = PassThru,
            Wait = Waiting.Patience(TimeoutSec),
        };
    }

    private EphemeralContainerOptions Options() => new()
    {
        Name = Name,
        Image = Image,
        Command = Command ?? [],
        ArgumentsOnly = ArgumentsOnly,
        Env = [.. EnvironmentVariables()],
        ImagePullPolicy = ImagePullPolicy,
        // Input that ends must be able to: without stdinOnce a genuine kubelet loses the output, and the process stays.
        Stdin = Stdin || _visit is { Terminal: not null } or { Input: not null },
        StdinOnce = (StdinOnce && _visit is not { Terminal: null, Input: null }) || _visit?.Input is not null,
        Tty = Tty || _visit?.Terminal is not null,
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
