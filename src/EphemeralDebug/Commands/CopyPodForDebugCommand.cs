using System.Collections;
using System.Globalization;
using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Makes a copy of a pod, or a pod of a workload's template, that can be changed for debugging; gives it when it runs.</summary>
[Cmdlet(VerbsCommon.Copy, "PodForDebug", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DebugPod), typeof(string), typeof(byte))]
public sealed class CopyPodForDebugCommand : DebugSessionCmdlet
{
    // What opens in a container whose own process only sleeps.
    private const string FrozenShell = "sh";

    private PodCopyOptions? _options;
    private Confirmation? _confirmation;

    /// <summary>Copies the template of this workload instead, with no pod running: <c>deploy/web</c>, <c>statefulset/db</c>, <c>cronjob/report</c>.</summary>
    [Parameter]
    public string? Workload { get; set; }

    /// <summary>The copy's name; <c>NAME-debug-xxxxx</c> by default.</summary>
    [Parameter]
    public string? CopyTo { get; set; }

    /// <summary>The container to debug: one that the pod has, or with -Image the name of a new one.</summary>
    [Parameter]
    [Alias("c")]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? Container { get; set; }

    /// <summary>Images by container: <c>@{ app = 'app:debug' }</c>; <c>*</c> stands for all containers but init containers.</summary>
    [Parameter]
    public IDictionary? SetImage { get; set; }

    /// <summary>Lets the containers of the copy see each other's processes; the profile's choice by default.</summary>
    [Parameter]
    public SwitchParameter ShareProcesses { get; set; }

    /// <summary>Puts the copy on the node of the source.</summary>
    [Parameter]
    public SwitchParameter SameNode { get; set; }

    /// <summary>Deletes the source once the copy is there.</summary>
    [Parameter]
    public SwitchParameter Replace { get; set; }

    /// <summary>Keeps the labels, by which Services and controllers select the pod.</summary>
    [Parameter]
    public SwitchParameter KeepLabels { get; set; }

    /// <summary>Keeps the annotations.</summary>
    [Parameter]
    public SwitchParameter KeepAnnotations { get; set; }

    /// <summary>Keeps the liveness probes.</summary>
    [Parameter]
    public SwitchParameter KeepLiveness { get; set; }

    /// <summary>Keeps the readiness probes.</summary>
    [Parameter]
    public SwitchParameter KeepReadiness { get; set; }

    /// <summary>Keeps the startup probes.</summary>
    [Parameter]
    public SwitchParameter KeepStartup { get; set; }

    /// <summary>Keeps the init containers; the default. <c>-KeepInitContainers:$false</c> lets them go.</summary>
    [Parameter]
    public SwitchParameter KeepInitContainers { get; set; } = true;

    /// <summary>Init containers that the copy does without.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string[]? RemoveInitContainer { get; set; }

    /// <summary>An init container that becomes the copy's one container, to be tried by hand.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? InitContainer { get; set; }

    /// <summary>Lets all containers go but the one to debug.</summary>
    [Parameter]
    public SwitchParameter OneContainer { get; set; }

    /// <summary>Keeps the image and sleeps instead of running its command.</summary>
    [Parameter]
    public SwitchParameter Freeze { get; set; }

    /// <summary>Runs the container as root, and forbids root nowhere in the copy.</summary>
    [Parameter]
    public SwitchParameter AsRoot { get; set; }

    /// <summary>Pull secrets for the image, beside those of the source.</summary>
    [Parameter]
    public string[]? ImagePullSecret { get; set; }

    /// <summary>The node that the copy goes to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string? Node { get; set; }

    /// <summary>The namespace of the copy; the source's by default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? ToNamespace { get; set; }

    /// <summary>After how long the server ends the copy: <c>90m</c>, <c>2d</c>, a TimeSpan; 8 hours by default, 0 for never.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan ExpireAfter { get; set; } = TimeSpan.FromHours(8);

    /// <summary>With -Interactive: deletes the copy when you leave it.</summary>
    [Parameter]
    public SwitchParameter RemoveOnExit { get; set; }

    /// <summary>Lets the copy be deleted with its source.</summary>
    [Parameter]
    public SwitchParameter DeleteWithSource { get; set; }

    /// <summary>Not for copies, as in kubectl: an ephemeral container has a target, the containers of a copy share processes.</summary>
    [Parameter(DontShow = true)]
    public string? Target { get; set; }

    /// <inheritdoc/>
    internal override TimeSpan LastMoment => RemoveOnExit ? Cleanup.Patience + base.LastMoment : base.LastMoment;

    /// <inheritdoc/>
    private protected override bool HasOtherPods => Workload is not null;

    /// <inheritdoc/>
    private protected override void Judge()
    {
        base.Judge();
        if (Workload is not null && MyInvocation.ExpectingInput) throw Failure.WorkloadAndPod();
        if (Workload is not null && (SameNode || Replace)) throw Failure.ParametersExclude("-Workload", SameNode ? "-SameNode" : "-Replace");
        if (RemoveOnExit && !Interactive) throw Failure.InteractiveRequired(nameof(RemoveOnExit));
        _options = Options();
        PodCopy.Validate(_options);
        _confirmation = new Confirmation(this);
    }

    /// <inheritdoc/>
    private protected override void ProcessNone()
    {
        if (Workload is null) base.ProcessNone();
        else Process(PodReference.From(Workload)!);
    }

    /// <inheritdoc/>
    private protected override void Make(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            CopyRequest request = Request(watches, pod, ns) with { DryRun = DryRun, Wait = Wait };
            await voice.ObjectAsync(await CopyPod.RunAsync(watches, request, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, pod.Text);
    }

    /// <inheritdoc/>
    private protected override void Enter(PodReference pod)
    {
        string? ns = NamespaceOf(pod);
        if (!IsWanted(pod, ns)) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            ContainerVisit visit = new(Visit! with { IsLast = RemoveOnExit, Shell = OpensShell ? FrozenShell : null }, voice, EndProgress);
            MadePod? copy = null;
            using Cleanup? cleanup = RemoveOnExit ? new Cleanup(token => copy?.DeleteAsync(token) ?? Task.CompletedTask) : null;
            try
            {
                CopyRequest request = Request(watches, pod, ns) with { IsToBeEntered = true };
                copy = Freeze
                    ? await CopyPod.StartAsync(watches, request with { Wait = Visit!.Wait }, made => copy = made, listener, cancellationToken).ConfigureAwait(false)
                    : await CopyPod.CreateAsync(watches, request, listener, cancellationToken).ConfigureAwait(false);
                EnteredContainer entered = await copy.EnterAsync(visit.Entry, listener, cancellationToken).ConfigureAwait(false);
                await visit.RunAsync(entered, cancellationToken, copy.AfterAsync).ConfigureAwait(false);
            }
            finally
            {
                copy?.Dispose();
                if (cleanup is not null) await UndoAsync(cleanup, reason => Failure.LeftBehind(copy!.Row, reason), voice, cancellationToken).ConfigureAwait(false);
            }
        }, pod.Text);
    }

    // Nobody can be answered by a process that sleeps.
    private bool OpensShell => Freeze && (Image is null || Container is not null || InitContainer is not null);

    private bool IsWanted(PodReference pod, string? ns)
    {
        string source = Workload is null ? pod.PathIn(ns) : ns is null ? Workload : $"{Workload} in {ns}";
        return Replace && !DryRun
            ? _confirmation!.ShouldProcess(source, "Copy for debugging, and delete the original")
            : ShouldProcess(source, "Copy for debugging");
    }

    private CopyRequest Request(PodWatches watches, PodReference pod, string? ns) => new()
    {
        Namespace = ns ?? watches.Api.Transport.DefaultNamespace,
        Pod = Workload is null ? pod.Name : null,
        PodUid = pod.Uid,
        Workload = Workload,
        Options = _options!,
    };

    private PodCopyOptions Options() => new()
    {
        CopyTo = CopyTo,
        Image = Image,
        Container = Container,
        SetImage = (SetImage ?? new Hashtable()).Cast<DictionaryEntry>().ToDictionary(entry => Text(entry.Key), entry => Text(entry.Value)),
        Command = Command ?? [],
        ArgumentsOnly = ArgumentsOnly,
        Env = EnvironmentTable.Read(Env),
        ImagePullPolicy = ImagePullPolicy,
        Stdin = WantsStdin && !OpensShell,
        StdinOnce = WantsStdinOnce && !OpensShell,
        Tty = WantsTty && !OpensShell,
        ShareProcesses = MyInvocation.BoundParameters.ContainsKey(nameof(ShareProcesses)) ? ShareProcesses.IsPresent : null,
        Target = Target,
        SameNode = SameNode,
        Replace = Replace,
        KeepLabels = KeepLabels,
        KeepAnnotations = KeepAnnotations,
        KeepLiveness = KeepLiveness,
        KeepReadiness = KeepReadiness,
        KeepStartup = KeepStartup,
        KeepInitContainers = KeepInitContainers,
        Profile = Profile,
        CustomProfile = ReadCustomProfile(),
        OneContainer = OneContainer,
        AsRoot = AsRoot,
        RunAsUser = RunAsUser,
        RunAsGroup = RunAsGroup,
        RemoveInitContainer = RemoveInitContainer ?? [],
        InitContainer = InitContainer,
        ImagePullSecret = ImagePullSecret ?? [],
        Node = Node,
        ToNamespace = ToNamespace,
        Freeze = Freeze ? FreezeMethod.Sleep : null,
        ExpireAfter = ExpireAfter == TimeSpan.Zero ? null : ExpireAfter,
        DeleteWithSource = DeleteWithSource,
    };

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
