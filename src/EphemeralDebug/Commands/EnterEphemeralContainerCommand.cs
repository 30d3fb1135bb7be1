using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Enters an ephemeral container that exists: attaches to its process, or starts a shell in it.</summary>
[Cmdlet(VerbsCommon.Enter, "EphemeralContainer")]
[OutputType(typeof(string), typeof(byte), typeof(EphemeralContainer), typeof(ContainerInfo))]
public sealed class EnterEphemeralContainerCommand : DebugContainerCmdlet, ISessionParameters
{
    private readonly List<(PodReference Pod, string? Container)> _meant = [];
    private PipedInput? _piped;
    private bool _isEntering;
    private VisitOptions? _options;

    /// <summary>Starts this program in the container (exec) instead of attaching to its process.</summary>
    [Parameter]
    public string? Shell { get; set; }

    /// <summary>What to send to standard input: text, lines, bytes or a file. Then no terminal is used.</summary>
    [Parameter]
    public object? StandardInput { get; set; }

    /// <summary>The keys that leave the session and let the container run: <c>ctrl-p,ctrl-q</c> by default, <c>none</c> for none.</summary>
    [Parameter]
    public string? DetachKeys { get; set; }

    /// <summary>Writes the output to this file, byte for byte.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>Gives the output as bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Gives the container at the end, with its exit code.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>How long to wait for a container that does not run yet, in seconds; 0 waits without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <summary>While input comes through the pipeline, the session goes on beside it.</summary>
    internal override int MaxRunning => _isEntering && _piped is not null ? 2 : 1;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // With pod and container given, what is piped is no pod.
        if (MyInvocation.ExpectingInput && Pod is not null && Name is not null) _piped = new PipedInput();
        else base.BeginProcessing();
        try
        {
            if (_piped is not null && StandardInput is not null) throw Failure.InputGivenTwice();
            _options = Options();
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null));
        }

        if (_piped is null) return;
        foreach (PodReference pod in Pod!) _meant.Add((pod, Name));
        Enter();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_piped is null) base.ProcessRecord();
        else foreach (PodReference item in InputObject ?? []) SayUntil(_piped.AddAsync(item.Source ?? item.Text));
    }

    /// <inheritdoc/>
    private protected override void Process(PodReference pod, string? container) => _meant.Add((pod, container));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_piped is null) Enter();
        else _piped.End();
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _piped?.Dispose();
    }

    private void Enter()
    {
        List<ContainerInfo> choices = [];
        foreach ((PodReference pod, string? container) in _meant) Find(pod, container, choices);
        _isEntering = true;
        if (choices.Count > 0) Enter(choices.Count == 1 ? choices[0] : Choose(choices));
        else _piped?.End();
    }

    private VisitOptions Options()
    {
        object? input = _piped ?? StandardInput;
        ITerminal? terminal = SessionParameters.Terminal(this, input);
        if (Shell is not null && terminal is null && input is null)
            throw Failure.TerminalRequired("'ps; id' | Enter-EphemeralContainer POD CONTAINER -Shell sh");
        return SessionParameters.Visit(this, terminal, input) with { Shell = Shell, IsExisting = true };
    }

    private void Find(PodReference pod, string? container, List<ContainerInfo> choices)
    {
        ConnectionRequest cluster = Cluster(pod);
        string? ns = NamespaceOf(pod);
        Start(async (_, cancellationToken) =>
        {
            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            string known = ns ?? api.Transport.DefaultNamespace;
            if (container is null) choices.AddRange(await EnterContainer.ChoicesAsync(api, known, pod.Name, cancellationToken).ConfigureAwait(false));
            else choices.Add(new ContainerInfo
            {
                Pod = pod.Name,
                Namespace = known,
                Name = container,
                PodUid = pod.Uid,
                Profile = (pod.Source as ContainerInfo)?.Profile ?? (pod.Source as DebugPod)?.Profile,
                Context = cluster.Context,
                KubeConfig = cluster.KubeConfig,
            });
        }, pod.Text);
    }

    // Where nobody can answer, all that can be meant are told.
    private ContainerInfo Choose(List<ContainerInfo> choices)
    {
        Collection<ChoiceDescription> labels = [.. choices.Select((choice, i) =>
            new ChoiceDescription($"&{i + 1} {choice}", $"{PlainText.Clean(choice.Image)}, {choice.State}, started {choice.Started:u}"))];
        try
        {
            if (Host.Name == "ServerRemoteHost") throw Failure.SeveralContainers(choices);
            return choices[Host.UI.PromptForChoice("Several containers can be meant", "Which one do you want to enter?", labels, 0)];
        }
        catch (Exception e) when (e is PSInvalidOperationException or HostException or NotImplementedException or NullReferenceException or DebugException)
        {
            ThrowTerminatingError(ErrorRecords.From(Failure.SeveralContainers(choices), target: null));
            throw;
        }
    }

    private void Enter(ContainerInfo container) => StartWaiting(new ConnectionRequest(container.KubeConfig, container.Context), async (watches, listener, voice, cancellationToken) =>
    {
        try
        {
            ContainerVisit visit = new(_options!, voice, EndProgress);
            EnteredContainer entered = await EnterContainer.ExistingAsync(watches, container, visit.Entry, listener, cancellationToken).ConfigureAwait(false);
            await visit.RunAsync(entered, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _piped?.End(); // nobody reads it any more
        }
    }, container.ToString());
}
