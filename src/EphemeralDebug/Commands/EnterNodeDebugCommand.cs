using System.Collections;
using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Enters a debugging pod on a node, and deletes the pod when you leave; without a terminal it runs a command there.</summary>
[Cmdlet(VerbsCommon.Enter, "NodeDebug", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(string), typeof(byte), typeof(DebugPod))]
public sealed class EnterNodeDebugCommand : NamespacedCmdlet, ISessionParameters
{
    private readonly List<NodeReference> _toEnter = [];
    private NodePodOptions? _options;
    private VisitOptions? _visit;

    /// <summary>The node: a name, <c>node/NAME</c>, or an object.</summary>
    [Parameter(Position = 0)]
    [Alias("Name", "NodeName")]
    [ArgumentCompleter(typeof(NodeCompleter))]
    [NodeReferenceTransformation]
    public NodeReference[]? Node { get; set; }

    /// <summary>Nodes, or pods for the nodes that they are on, from the pipeline: objects of this module or of kubectl's JSON, or names.</summary>
    [Parameter(ValueFromPipeline = true)]
    [NodeReferenceTransformation]
    public NodeReference[]? InputObject { get; set; }

    /// <summary>The image; <c>busybox</c> by default, on Windows one that has nothing but the host's own programs.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>The command, after <c>--</c> or as a list; by default the image's own, with -HostShell a login shell of the node, on Windows PowerShell.</summary>
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

    /// <summary>Pull secrets for the image, of the pod's namespace.</summary>
    [Parameter]
    public string[]? ImagePullSecret { get; set; }

    /// <summary>What the pod may do; Auto is General, with -HostShell and on Windows Sysadmin.</summary>
    [Parameter]
    public DebugProfile Profile { get; set; } = DebugProfile.Auto;

    /// <summary>A partial container that is merged over the profile: a file of JSON or YAML, a hashtable, or JSON text.</summary>
    [Parameter]
    public object? CustomProfile { get; set; }

    /// <summary>Runs the command on the node itself, in its own namespaces and with its own tools; the pod is privileged.</summary>
    [Parameter]
    public SwitchParameter HostShell { get; set; }

    /// <summary>Mounts the node's files, under <c>/host</c>, for reading alone.</summary>
    [Parameter]
    public SwitchParameter ReadOnlyHost { get; set; }

    /// <summary>Processor time that the pod requests and may use; an empty text sets none.</summary>
    [Parameter]
    public string Cpu { get; set; } = new NodePodOptions().Cpu!;

    /// <summary>Memory that the pod requests and may use; an empty text sets none.</summary>
    [Parameter]
    public string Memory { get; set; } = new NodePodOptions().Memory!;

    /// <summary>After how long the server ends the pod, whatever became of this PowerShell: <c>90m</c>, <c>2d</c>, a TimeSpan; 8 hours by default, 0 for never.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan ExpireAfter { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Makes a namespace that admits privileged pods, and deletes it afterwards.</summary>
    [Parameter]
    public SwitchParameter TemporaryNamespace { get; set; }

    /// <summary>Leaves the pod when the session ends.</summary>
    [Parameter]
    public SwitchParameter KeepPod { get; set; }

    /// <summary>Makes the pod, waits until it runs, gives it, and leaves it.</summary>
    [Parameter]
    public SwitchParameter NoEnter { get; set; }

    /// <summary>Uses no terminal where there is one: the output of the command comes as strings.</summary>
    [Parameter]
    public SwitchParameter NoTerminal { get; set; }

    /// <summary>What to send to standard input: text, lines, bytes or a file. Then no terminal is used.</summary>
    [Parameter]
    public object? StandardInput { get; set; }

    /// <summary>The keys that leave the session: <c>ctrl-p,ctrl-q</c> by default, <c>none</c> for none.</summary>
    [Parameter]
    public string? DetachKeys { get; set; }

    /// <summary>Writes the output to this file, byte for byte. Then no terminal is used.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>Gives the output as bytes. Then no terminal is used.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Gives the pod at the end, with the command's exit code.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Lets the server judge the real request, without storing it.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>How long to wait for each pod, in seconds; 0 waits without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    internal override int MaxRunning => _visit is null ? Waiting.MaxRunning : 1;

    /// <inheritdoc/>
    internal override TimeSpan LastMoment => Cleanup.Patience + base.LastMoment;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            // Get-Node | Enter-NodeDebug -NoEnter -- sleep 600
            if (MyInvocation.ExpectingInput && Node is not null) Command = [.. InvocationText.WordsBehindNodes(MyInvocation, Node), .. Command ?? []];
            _visit = Visit();
            _options = Options();
            NodePod.Validate(_options);
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null)); // it could be right for no node
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((MyInvocation.ExpectingInput ? InputObject : Node) is not { } nodes)
        {
            ThrowTerminatingError(ErrorRecords.From(Failure.NodeRequired(MyInvocation.MyCommand.Name), target: null));
            return;
        }

        foreach (NodeReference node in nodes)
        {
            if (_visit is null) Make(node);
            else if (_visit.Terminal is null) Enter(node);
            else _toEnter.Add(node);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_toEnter.Count > 1) ThrowTerminatingError(ErrorRecords.From(Failure.OneNodeOnly([.. _toEnter.Select(node => node.Name)], MyInvocation.MyCommand.Name), target: null));
        foreach (NodeReference node in _toEnter) Enter(node);
        base.EndProcessing();
    }

    private void Make(NodeReference node) => StartOn(node, async (pod, _, voice, cancellationToken) =>
    {
        DebugPod made = await pod.RunAsync(Waiting.Patience(TimeoutSec), cancellationToken).ConfigureAwait(false);
        pod.Keep();
        await voice.ObjectAsync(made).ConfigureAwait(false);
    });

    private void Enter(NodeReference node) => StartOn(node, async (pod, listener, voice, cancellationToken) =>
    {
        MadePod made = await pod.CreateAsync(cancellationToken).ConfigureAwait(false);
        string stays = $"The pod stays when you leave; remove it: Remove-DebugArtifact {made.Row.Name} -Namespace {made.Row.Namespace}";
        string end = made.Row.Expires is { } expires ? $" The server ends it at {expires:u}." : "";
        string[] hints = [$"This is the pod of node {node.Name}. {pod.HostFiles}", KeepPod ? stays : $"The pod is deleted when you leave.{end}"];
        ContainerVisit visit = new(_visit! with { Hints = hints }, voice, EndProgress);
        EnteredContainer entered = await made.EnterAsync(visit.Entry, listener, cancellationToken).ConfigureAwait(false);
        if (KeepPod) pod.Keep();
        await visit.RunAsync(entered, cancellationToken, made.AfterAsync).ConfigureAwait(false);
        if (KeepPod) await visit.SayAsync(stays, cancellationToken).ConfigureAwait(false);
    });

    // Whatever comes: who does not keep the pod leaves none.
    private void StartOn(NodeReference node, Func<NodeDebugPod, DebugListener, Pump.Voice, CancellationToken, Task> work)
    {
        if (!ShouldProcess($"node/{node.Name}", Action())) return;
        NodeRequest request = new() { Node = node.Name, Options = _options!, TemporaryNamespace = TemporaryNamespace, DryRun = DryRun };
        StartWaiting(Cluster(node.KubeConfig, node.Context), async (watches, listener, voice, cancellationToken) =>
        {
            using NodeDebugPod pod = new(watches, request, listener);
            using Cleanup cleanup = new(pod.UndoAsync);
            try
            {
                await work(pod, listener, voice, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await UndoAsync(cleanup, pod.LeftBehind, voice, cancellationToken).ConfigureAwait(false);
            }
        }, node.Text);
    }

    private string Action()
    {
        string what = HostShell ? "a privileged pod on the node itself" : $"a debugging pod, profile {(Profile == DebugProfile.Auto ? DebugProfile.General : Profile)}";
        return $"Create {what}{(TemporaryNamespace ? ", in a namespace of its own" : "")}";
    }

    private VisitOptions? Visit()
    {
        if (TemporaryNamespace && !string.IsNullOrEmpty(Namespace)) throw Failure.ParametersExclude("-TemporaryNamespace", "-Namespace");
        // No server ends a namespace by itself, nor judges a pod in one that is not there.
        string? staying = NoEnter ? "-NoEnter" : DryRun ? "-DryRun" : KeepPod ? "-KeepPod" : null;
        if (TemporaryNamespace && staying is not null) throw Failure.ParametersExclude("-TemporaryNamespace", staying);
        if (NoEnter || DryRun) return SessionParameters.FirstGiven(MyInvocation) is { } other ? throw Failure.ParametersExclude(staying!, $"-{other}") : null;
        ITerminal? terminal = NoTerminal ? null : SessionParameters.Terminal(this, StandardInput);
        if (terminal is null && StandardInput is null && Command is null or [])
            throw Failure.TerminalRequired($"{MyInvocation.MyCommand.Name} NODE -HostShell -- uname -a");
        return SessionParameters.Visit(this, terminal, StandardInput) with { IsLast = !KeepPod };
    }

    private NodePodOptions Options() => new()
    {
        Image = Image,
        Command = Command ?? [],
        ArgumentsOnly = ArgumentsOnly,
        Env = EnvironmentTable.Read(Env),
        ImagePullPolicy = ImagePullPolicy,
        // What nobody enters now is made to be entered later.
        Stdin = _visit is null or { Terminal: not null } or { Input: not null },
        // Input that ends must be able to: without stdinOnce a genuine kubelet loses the output.
        StdinOnce = _visit?.Input is not null,
        Tty = _visit is null or { Terminal: not null },
        Profile = Profile,
        CustomProfile = CustomProfile is null ? null : SpecDocument.Read(this, CustomProfile, nameof(CustomProfile)),
        HostShell = HostShell,
        ReadOnlyHost = ReadOnlyHost,
        // That of a piped pod is not meant.
        Namespace = NamespaceOf(),
        ImagePullSecret = ImagePullSecret ?? [],
        Cpu = Cpu.Length == 0 ? null : Cpu,
        Memory = Memory.Length == 0 ? null : Memory,
        ExpireAfter = ExpireAfter == TimeSpan.Zero ? null : ExpireAfter,
    };
}
