using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Adds an ephemeral container to running pods, and gives each back when it runs, has ended, or cannot start.</summary>
[Cmdlet(VerbsCommon.New, "EphemeralContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EphemeralContainer), typeof(string), typeof(byte))]
public sealed class NewEphemeralContainerCommand : DebugSessionCmdlet
{
    private EphemeralContainerOptions? _options;

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

    /// <summary>A whole container specification: a hashtable, JSON or YAML text, or a file of either.</summary>
    [Parameter]
    public object? Spec { get; set; }

    /// <summary>Copies the target's environment (env and envFrom).</summary>
    [Parameter]
    public SwitchParameter CopyEnv { get; set; }

    /// <summary>Copies the target's volume mounts, as far as the server allows.</summary>
    [Parameter]
    public SwitchParameter CopyVolumeMounts { get; set; }

    /// <summary>The directory that the process starts in.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <inheritdoc/>
    private protected override void Judge()
    {
        base.Judge();
        _options = Options();
        EphemeralContainerSpec.Validate(_options);
    }

    /// <inheritdoc/>
    private protected override void Make(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            EphemeralContainerRequest request = Request(watches, pod, ns) with { DryRun = DryRun, Wait = Wait };
            await voice.ObjectAsync(await AddEphemeralContainer.RunAsync(watches, request, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, pod.Text);
    }

    /// <inheritdoc/>
    private protected override void Enter(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            ContainerVisit visit = new(Visit!, voice, EndProgress);
            EnteredContainer entered = await EnterContainer.NewAsync(watches, Request(watches, pod, ns), visit.Entry, listener, cancellationToken).ConfigureAwait(false);
            await visit.RunAsync(entered, cancellationToken).ConfigureAwait(false);
        }, pod.Text);
    }

    private bool IsWanted(PodReference pod, string? ns) =>
        ShouldProcess(pod.PathIn(ns), $"Add an ephemeral container of image {_options!.Image ?? EphemeralContainerOptions.DefaultImage}");

    private EphemeralContainerRequest Request(PodWatches watches, PodReference pod, string? ns) => new()
    {
        Namespace = ns ?? watches.Api.Transport.DefaultNamespace,
        Pod = pod.Name,
        PodUid = pod.Uid,
        Options = _options!,
    };

    private EphemeralContainerOptions Options() => new()
    {
        Name = Name,
        Image = Image,
        Command = Command ?? [],
        ArgumentsOnly = ArgumentsOnly,
        Env = EnvironmentTable.Read(Env),
        ImagePullPolicy = ImagePullPolicy,
        Stdin = WantsStdin,
        StdinOnce = WantsStdinOnce,
        Tty = WantsTty,
        Profile = Profile,
        CustomProfile = ReadCustomProfile(),
        Spec = Spec is null ? null : SpecDocument.Read(this, Spec, nameof(Spec)),
        Target = Target,
        NoTarget = NoTarget,
        RunAsUser = RunAsUser,
        RunAsGroup = RunAsGroup,
        CopyEnv = CopyEnv,
        CopyVolumeMounts = CopyVolumeMounts,
        WorkingDirectory = WorkingDirectory,
    };
}
