using System.Collections.Concurrent;
using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Runs one command on many pods or nodes, and gives a result for each as it ends.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "DebugCommand", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DebugCommandResult), typeof(CommandJob))]
public sealed class InvokeDebugCommandCommand : DebugProcessCmdlet
{
    // What says how a container is put into a pod means nothing on a node.
    private static readonly string[] s_podParameters =
        [nameof(Target), nameof(NoTarget), nameof(CopyEnv), nameof(CopyVolumeMounts), nameof(WorkingDirectory), nameof(RunAsUser), nameof(RunAsGroup)];

    // How long the pod of a node outlives its command, if nobody deletes it.
    private static readonly TimeSpan s_afterTimeout = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, string> _unfinished = new();
    private readonly List<object> _forJob = [];
    private EphemeralContainerOptions? _options;
    private NodePodOptions? _nodeOptions;
    private string? _outDirectory;
    private readonly SpeakingOrder _order = new();

    /// <summary>The pods: names, <c>pod/NAME</c>, or objects; and nodes: <c>node/NAME</c>.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(PodCompleter))]
    [PodOrNodeTransformation]
    public override PodReference[]? Pod { get; set; }

    /// <summary>Pods, nodes, or ephemeral containers from the pipeline: objects of this module or of kubectl's JSON, or names (<c>node/NAME</c> for a node).</summary>
    [Parameter(ValueFromPipeline = true)]
    [PodOrNodeTransformation]
    public override PodReference[]? InputObject { get; set; }

    /// <summary>PowerShell to run instead of a command, in a container that has pwsh; its objects come back.</summary>
    [Parameter]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The arguments of -ScriptBlock.</summary>
    [Parameter]
    [Alias("Args")]
    public object[]? ArgumentList { get; set; }

    /// <summary>The nodes to run the command on, each in a pod that is deleted afterwards.</summary>
    [Parameter]
    [Alias("NodeName")]
    [ArgumentCompleter(typeof(NodeCompleter))]
    [NodeReferenceTransformation]
    public NodeReference[]? Node { get; set; }

    /// <summary>Runs the command on the node itself, in its own namespaces and with its own tools; the pod is privileged.</summary>
    [Parameter]
    public SwitchParameter HostShell { get; set; }

    /// <summary>Leaves the pods of nodes.</summary>
    [Parameter]
    public SwitchParameter KeepPod { get; set; }

    /// <summary>Runs the command in this container of each pod, which exists; by default in a new one.</summary>
    [Parameter]
    [Alias("c")]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? Container { get; set; }

    /// <summary>Takes a container that this module has left running in the pod, if there is one of the same sort, and leaves the one that it makes.</summary>
    [Parameter]
    public SwitchParameter Reuse { get; set; }

    /// <summary>The container whose processes a new one sees; by default the pod's default container.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ContainerCompleter))]
    public string? Target { get; set; }

    /// <summary>Shares no container's processes.</summary>
    [Parameter]
    public SwitchParameter NoTarget { get; set; }

    /// <summary>Copies the target's environment (env and envFrom).</summary>
    [Parameter]
    public SwitchParameter CopyEnv { get; set; }

    /// <summary>Copies the target's volume mounts, as far as the server allows.</summary>
    [Parameter]
    public SwitchParameter CopyVolumeMounts { get; set; }

    /// <summary>The directory that the process starts in.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>On how many pods or nodes the command is under way at once.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>How long one pod or node may take, its start included, in seconds; 0 sets no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>How much output of each is kept in the result, in bytes: <c>64kb</c>, <c>10mb</c>.</summary>
    [Parameter]
    [ValidateRange(0, 1L << 30)]
    public long MaxOutput { get; set; } = 1 << 20;

    /// <summary>Writes all of each one's standard output to a file of its own in this folder.</summary>
    [Parameter]
    public string? OutDirectory { get; set; }

    /// <summary>Gives the results in the order of the input, not in that of the ends.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Gives a job at once, in which the commands run.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    internal override int MaxRunning => ThrottleLimit;

    /// <inheritdoc/>
    internal override TimeSpan LastMoment => Cleanup.Patience + base.LastMoment;

    /// <inheritdoc/>
    private protected override bool HasOtherPods => Node is not null;

    /// <inheritdoc/>
    private protected override IEnumerable<string> LastWords => _unfinished.IsEmpty
        ? []
        : [$"Stopped. Of this command there are containers in these pods, which stay there. They end by themselves, but for those whose own process the command is: see Get-EphemeralContainer, end them with Stop-EphemeralContainer. {PlainText.OneLine(string.Join(", ", _unfinished.Keys.Order(StringComparer.Ordinal)), 2000)}"];

    /// <inheritdoc/>
    private protected override void Judge()
    {
        if (ScriptBlock is not null) TakeScript();
        else if (ArgumentList is not null) throw Failure.ParameterNeeds("-ArgumentList", "-ScriptBlock");
        if (Container is not null && Reuse) throw Failure.ParametersExclude("-Container", "-Reuse");
        if (Reuse && ArgumentsOnly) throw Failure.ParametersExclude("-Reuse", "-ArgumentsOnly");
        if (Container is not null && Command is null) throw Failure.CommandRequired();
        _options = new EphemeralContainerOptions
        {
            Image = Image,
            Command = Command ?? [],
            ArgumentsOnly = ArgumentsOnly,
            Env = EnvironmentTable.Read(Env),
            ImagePullPolicy = ImagePullPolicy,
            Profile = Profile,
            CustomProfile = ReadCustomProfile(),
            Target = Target,
            NoTarget = NoTarget,
            RunAsUser = RunAsUser,
            RunAsGroup = RunAsGroup,
            CopyEnv = CopyEnv,
            CopyVolumeMounts = CopyVolumeMounts,
            WorkingDirectory = WorkingDirectory,
        };
        EphemeralContainerSpec.Validate(_options);
        _nodeOptions = new NodePodOptions
        {
            Image = Image,
            Command = _options.Command,
            ArgumentsOnly = ArgumentsOnly,
            Env = _options.Env,
            ImagePullPolicy = ImagePullPolicy,
            Profile = Profile,
            CustomProfile = _options.CustomProfile,
            HostShell = HostShell,
            Namespace = NamespaceOf(),
            ExpireAfter = TimeoutSec == 0 ? TimeSpan.FromHours(8) : TimeSpan.FromSeconds(TimeoutSec) + s_afterTimeout,
        };
        NodePod.Validate(_nodeOptions);
        if (OutDirectory is not null) _outDirectory = FullPath(OutDirectory);
        if (_outDirectory is not null && !IsWhatIf && !AsJob) OutFolder.Make(_outDirectory);
        if (AsJob && !IsWhatIf && MyInvocation.BoundParameters.TryGetValue("Confirm", out object? asks) && asks is SwitchParameter { IsPresent: true }) throw Failure.JobCannotAsk();
    }

    private void TakeScript()
    {
        if (Command is not null) throw Failure.ParametersExclude("-ScriptBlock", "-Command");
        if (ArgumentsOnly) throw Failure.ParametersExclude("-ScriptBlock", "-ArgumentsOnly");
        Command = RemoteScript.Command(ScriptBlock!, ArgumentList ?? []);
        Image ??= RemoteScript.Image;
    }

    private string CommandText => ScriptBlock is null ? string.Join(' ', Command ?? []) : $"{{{ScriptBlock}}}";

    /// <inheritdoc/>
    private protected override void ProcessNone()
    {
        if (Node is null) base.ProcessNone();
        foreach (NodeReference node in Node ?? []) Process(PodReference.FromPodOrNode(node)!);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (AsJob)
        {
            string[] notThere = [nameof(AsJob), nameof(Pod), nameof(InputObject), nameof(Node), nameof(Command), nameof(ScriptBlock)];
            Dictionary<string, object?> parameters = MyInvocation.BoundParameters.Where(bound => !notThere.Contains(bound.Key)).ToDictionary(bound => bound.Key, bound => (object?)bound.Value);
            // A script block belongs to the session that it was made in.
            if (ScriptBlock is not null) parameters[nameof(ScriptBlock)] = ScriptBlock.Create(ScriptBlock.ToString());
            else if (Command is not null) parameters[nameof(Command)] = Command;
            // There the location is another, and files that the parameters name are read here.
            parameters[nameof(KubeConfig)] = Cluster().KubeConfig;
            if (_outDirectory is not null) parameters[nameof(OutDirectory)] = _outDirectory;
            if (_options!.CustomProfile is { } profile) parameters[nameof(CustomProfile)] = profile.ToJsonString();
            CommandJob job = CommandJob.Start(MyInvocation, parameters.Where(one => one.Value is not null), _forJob);
            JobRepository.Add(job);
            WriteObject(job);
        }

        base.EndProcessing();
    }

    /// <inheritdoc/>
    private protected override void Process(PodReference pod)
    {
        if (AsJob)
        {
            _forJob.Add(pod);
            return;
        }

        if (pod.Node is { } node)
        {
            Process(node);
            return;
        }

        if (HostShell)
        {
            WriteError(ErrorRecords.From(Failure.HostShellNeedsNode(), pod.Text));
            return;
        }

        string? ns = NamespaceOf(pod);
        string? container = Container ?? pod.ContainerName;
        string action = $"Run '{CommandText}' in {(container is null ? $"an ephemeral container of image {Image ?? EphemeralContainerOptions.DefaultImage}" : $"the container {container}")}";
        if (!ShouldProcess(pod.PathIn(ns), action)) return;
        ConnectionRequest cluster = Cluster(pod);
        DebugCommandResult target = new() { Pod = pod.Name, Namespace = ns, Container = container, Context = cluster.Context, KubeConfig = cluster.KubeConfig };
        Run(cluster, target, pod.Text, async (watches, command, tell, listener, _, cancellationToken) =>
        {
            string known = ns ?? watches.Api.Transport.DefaultNamespace;
            if (container is null)
            {
                EphemeralContainerRequest request = new() { Namespace = known, Pod = pod.Name, PodUid = pod.Uid, Options = _options! };
                await RunCommand.InPodAsync(watches, request, command, tell, listener, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                ContainerInfo existing = new() { Namespace = known, Pod = pod.Name, PodUid = pod.Uid, Name = container };
                await tell(await RunCommand.InContainerAsync(watches, existing, command, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }
        });
    }

    private void Process(NodeReference node)
    {
        if (Command is null or []) ThrowTerminatingError(ErrorRecords.From(Failure.CommandRequired(), node.Text));
        if (Container is not null || Reuse) ThrowTerminatingError(ErrorRecords.From(Failure.ParametersExclude("-Node", Reuse ? "-Reuse" : "-Container"), node.Text));
        if (s_podParameters.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } ofPods)
            ThrowTerminatingError(ErrorRecords.From(Failure.ParametersExclude("-Node", $"-{ofPods}"), node.Text));
        if (!ShouldProcess($"node/{node.Name}", $"Run '{CommandText}' in {(HostShell ? "a privileged pod on the node itself" : "a debugging pod")}")) return;
        ConnectionRequest cluster = Cluster(node.KubeConfig, node.Context);
        NodeRequest request = new() { Node = node.Name, Options = _nodeOptions! };
        DebugCommandResult target = new() { Node = node.Name, Namespace = NamespaceOf(), Context = cluster.Context, KubeConfig = cluster.KubeConfig };
        Run(cluster, target, node.Text, async (watches, command, tell, listener, voice, cancellationToken) =>
        {
            using NodeDebugPod pod = new(watches, request, listener);
            using Cleanup cleanup = new(pod.UndoAsync);
            try
            {
                MadePod made = await pod.CreateAsync(cancellationToken).ConfigureAwait(false);
                if (KeepPod) pod.Keep();
                await tell(await RunCommand.InMadePodAsync(made, command, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }
            finally
            {
                await UndoAsync(cleanup, pod.LeftBehind, voice, cancellationToken).ConfigureAwait(false);
            }
        });
    }

    // What fails is a result too, and an error record; the others go on.
    private void Run(ConnectionRequest cluster, DebugCommandResult target, string text,
        Func<PodWatches, CommandRequest, Func<CommandOutcome, ValueTask>, DebugListener, Pump.Voice, CancellationToken, Task> work)
    {
        (Task before, TaskCompletionSource said) = Ordered ? _order.Next() : (Task.CompletedTask, new TaskCompletionSource());
        StartWaiting(cluster, async (watches, listener, voice, cancellationToken) =>
        {
            DebugCommandResult result = target with { Namespace = target.Namespace ?? watches.Api.Transport.DefaultNamespace, Context = target.Context ?? watches.Api.Transport.Context };
            ContainerInfo? made = null;
            try
            {
                result = result with { OutFile = _outDirectory is null ? null : OutFolder.FileOf(_outDirectory, result) };
                CommandRequest command = new()
                {
                    Command = Command ?? [],
                    Timeout = Waiting.Patience(TimeoutSec),
                    MaxOutput = MaxOutput,
                    OutFile = result.OutFile,
                    Reuse = Reuse,
                    Made = container => _unfinished[(made = container).ToString()] = "",
                };
                await work(watches, command, outcome => TellAsync(CommandResults.Of(result, outcome), outcome.Failure), listener, voice, cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e)
            {
                await TellAsync(CommandResults.Failed(result with { Container = made?.Name ?? result.Container }, e), e).ConfigureAwait(false);
            }
            finally
            {
                if (made is not null && !cancellationToken.IsCancellationRequested) _unfinished.TryRemove(made.ToString(), out _);
                said.TrySetResult();
            }

            async ValueTask TellAsync(DebugCommandResult end, DebugException? failure)
            {
                await before.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (ScriptBlock is null) await voice.ObjectAsync(end).ConfigureAwait(false);
                else failure = await RemoteObjects.SayAsync(end, failure, voice).ConfigureAwait(false);
                if (failure is not null)
                {
                    ReportFailure();
                    await voice.ErrorAsync(ErrorRecords.From(failure, text)).ConfigureAwait(false);
                }

                if (made is not null) _unfinished.TryRemove(made.ToString(), out _);
                said.TrySetResult();
            }
        }, text);
    }
}
