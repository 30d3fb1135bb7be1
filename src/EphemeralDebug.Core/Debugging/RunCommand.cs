using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// Runs a command in a container and gathers what it wrote and how it ended. An attach does not tell the exit code, and the container's status
/// tells it a second late; an exec tells it at once, and keeps the streams apart. So a new container holds itself open, and the command runs in
/// it by exec, as soon as the runtime has it. Where that cannot be (no right to exec, no command, an image without the holding programs), the
/// command is the container's own.
/// </summary>
public static class RunCommand
{
    // A container that serves again: long enough for the next command, and over by itself.
    private static readonly TimeSpan s_reusable = TimeSpan.FromHours(1);

    // The longest that a container is held whose command has no limit.
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_lastMoment = TimeSpan.FromSeconds(2);

    /// <summary>Runs it in a new ephemeral container, or in one that may serve again.</summary>
    /// <param name="watches">The cluster.</param>
    /// <param name="request">The container.</param>
    /// <param name="command">The command.</param>
    /// <param name="tell">Hears what became of it, at once; then the container is ended, and this returns.</param>
    /// <param name="listener">Hears of what happens.</param>
    /// <param name="cancellationToken">Stops it; the container ends by that.</param>
    /// <exception cref="DebugException">The container was refused or cannot start; nothing was told.</exception>
    public static async Task InPodAsync(PodWatches watches, EphemeralContainerRequest request, CommandRequest command,
        Func<CommandOutcome, ValueTask> tell, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tell);
        ArgumentNullException.ThrowIfNull(watches);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(command);
        Deadline deadline = new(command.Timeout);
        listener.Progress(request.Pod, "reading the pod");
        Task<bool> mayExec = watches.MayExecAsync(request.Namespace, cancellationToken); // beside the pod, not after it
        JsonObject pod = await watches.InTurnAsync(() => watches.Api.GetPodAsync(request.Namespace, request.Pod, cancellationToken), cancellationToken).ConfigureAwait(false);
        // Its kubelet would be waited for in vain; there is none.
        if (pod.Object("spec").String("nodeName") is null or "")
            throw Failure.PodNotScheduled($"{request.Namespace}/{request.Pod}", pod.Object("status").Objects("conditions").FirstOrDefault(condition => condition.String("type") == "PodScheduled").String("message"));
        EphemeralContainerRequest known = request with { Known = pod };
        bool isOwn = command.Command.Count == 0 || request.Options.ArgumentsOnly; // the image's entry point has a part in it
        if (command.Reuse && !isOwn && ReusableContainer.Find(pod, request.Options) is { } name)
        {
            ContainerInfo found = watches.Api.DetailOf(pod).Find(name)!;
            await listener.Verbose($"{found}: it runs, and serves again.").ConfigureAwait(false);
            await tell(await InContainerAsync(watches, found, command, deadline, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        if (CanHold(pod, request.Options) && await mayExec.ConfigureAwait(false))
        {
            try
            {
                await HeldAsync(watches, known, command, deadline, tell, listener, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DebugException e) when (e.ErrorId == nameof(Failure.CommandNotFound))
            {
                await listener.Verbose($"{request.Namespace}/{request.Pod}: the image cannot hold a container open, so another is made whose own process the command is. {e.Message}").ConfigureAwait(false);
                known = request;
            }
        }

        EntryRequest entry = new() { Wait = deadline.Rest };
        EnteredContainer entered = await EnterContainer.NewAsync(watches, known, entry, listener, cancellationToken, command.Made).ConfigureAwait(false);
        CommandOutcome outcome = await GatherAsync(entered, command, deadline, cancellationToken).ConfigureAwait(false);
        await tell(outcome).ConfigureAwait(false);
        if (outcome.IsTimedOut) await StopAsync(watches, outcome.Container, listener, cancellationToken).ConfigureAwait(false);
    }

    // Nobody holds this one open, so nothing ends it by our leaving.
    private static async Task StopAsync(PodWatches watches, ContainerInfo container, DebugListener listener, CancellationToken cancellationToken)
    {
        StopRequest stop = new() { Namespace = container.Namespace, Pod = container.Pod, PodUid = container.PodUid, Container = container.Name, Grace = TimeSpan.Zero, Timeout = s_margin };
        try
        {
            await StopEphemeralContainer.RunAsync(watches, stop, listener, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e)
        {
            await listener.Warning($"{container}: its command goes on: {e.Message} {e.Advice}").ConfigureAwait(false);
        }
    }

    /// <summary>Runs it in a container that exists, by exec.</summary>
    /// <exception cref="DebugException">There is no such container, or it does not run.</exception>
    public static Task<CommandOutcome> InContainerAsync(
        PodWatches watches, ContainerInfo container, CommandRequest command, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return InContainerAsync(watches, container, command, new Deadline(command.Timeout), listener, cancellationToken);
    }

    /// <summary>Runs it in the container of a pod that was made for it, whose own process it is.</summary>
    /// <exception cref="DebugException">The container cannot start.</exception>
    public static async Task<CommandOutcome> InMadePodAsync(MadePod pod, CommandRequest command, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(command);
        Deadline deadline = new(command.Timeout);
        EnteredContainer entered = await pod.EnterAsync(new EntryRequest { Wait = deadline.Rest }, listener, cancellationToken).ConfigureAwait(false);
        return await GatherAsync(entered, command, deadline, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CommandOutcome> InContainerAsync(
        PodWatches watches, ContainerInfo container, CommandRequest command, Deadline deadline, DebugListener listener, CancellationToken cancellationToken)
    {
        EntryRequest entry = new() { Command = command.Command, Wait = deadline.Rest };
        EnteredContainer entered = await EnterContainer.ExistingAsync(watches, container, entry, listener, cancellationToken).ConfigureAwait(false);
        if (entered.Streams is not null) return await GatherAsync(entered, command, deadline, cancellationToken).ConfigureAwait(false);
        await entered.DisposeAsync().ConfigureAwait(false);
        throw Failure.ContainerHasEnded(entered.Container);
    }

    // The container ends when we leave it, in whichever way: its input is closed then (stdinOnce). And by itself, if nobody ever came.
    private static async Task HeldAsync(PodWatches watches, EphemeralContainerRequest request, CommandRequest command, Deadline deadline,
        Func<CommandOutcome, ValueTask> tell, DebugListener listener, CancellationToken cancellationToken)
    {
        EphemeralContainerOptions options = request.Options with
        {
            Command = command.Reuse ? ["sleep", Seconds(s_reusable)] : ["timeout", Seconds(deadline.IsNone ? s_longest : command.Timeout + s_margin), "cat"],
            Stdin = !command.Reuse,
            StdinOnce = !command.Reuse,
            Tty = false,
        };
        EntryRequest entry = new() { Command = command.Command, Wait = deadline.Rest };
        EnteredContainer entered = await EnterContainer.NewAsync(watches, request with { Options = options }, entry, listener, cancellationToken, command.Made).ConfigureAwait(false);
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task holding = command.Reuse ? Task.CompletedTask : HoldAsync(watches.Api, entered.Container, listener, left.Token);
        try
        {
            await tell(await GatherAsync(entered, command, deadline, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await holding.ConfigureAwait(false);
        }
    }

    private static async Task HoldAsync(KubernetesApi api, ContainerInfo container, DebugListener listener, CancellationToken left)
    {
        StreamRequest attach = new() { Namespace = container.Namespace, Pod = container.Pod, Container = container.Name, Stdin = true, Stderr = false };
        // Also for a command that is over by now: it is the closing of the input that ends the container.
        using CancellationTokenSource opening = new();
        using CancellationTokenRegistration hurry = left.Register(() => opening.CancelAfter(s_lastMoment));
        try
        {
            IProcessStreams streams = await api.OpenStreamsAsync(attach, opening.Token).ConfigureAwait(false);
            await using (streams.ConfigureAwait(false))
            {
                while (await streams.ReadAsync(left).ConfigureAwait(false) is not null)
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (DebugException e)
        {
            await listener.Verbose($"{container}: it ends by itself later, since it could not be attached to: {e.Message}").ConfigureAwait(false);
        }
    }

    private static bool CanHold(JsonObject pod, EphemeralContainerOptions options) =>
        options is { Command.Length: > 0, ArgumentsOnly: false, Spec: null } && !new PodView(pod).IsWindows;

    private static async Task<CommandOutcome> GatherAsync(EnteredContainer entered, CommandRequest command, Deadline deadline, CancellationToken cancellationToken)
    {
        await using (entered.ConfigureAwait(false))
        {
            CapturedOutput captured = new(command.MaxOutput, command.OutFile);
            await using (captured.ConfigureAwait(false))
            {
                CommandOutcome outcome = await EndAsync(entered, captured, deadline, cancellationToken).ConfigureAwait(false);
                return outcome with
                {
                    Output = captured.Output,
                    Error = captured.Error,
                    IsErrorApart = entered.Request.Command is not null,
                    IsTruncated = captured.IsTruncated,
                    Duration = entered.Age,
                };
            }
        }
    }

    private static async Task<CommandOutcome> EndAsync(EnteredContainer entered, CapturedOutput captured, Deadline deadline, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = deadline.Link(cancellationToken);
        try
        {
            SessionLeave leave = await ReadAsync(entered, captured, patience.Token).ConfigureAwait(false);
            SessionOutcome outcome = await entered.EndAsync(leave, cancellationToken).ConfigureAwait(false);
            // Killed by whom? With its pod a process ends by KILL too, and the stream tells no more.
            if (outcome is { Kind: SessionOutcomeKind.Exited, Container.ExitCode: 137 } && entered.Request.Command is not null && await entered.IsPodGoneAsync(cancellationToken).ConfigureAwait(false))
                return new CommandOutcome { Container = outcome.Container, ExitCode = 137, Signal = 9, Failure = Failure.SessionPodDeleted(outcome.Container) };
            return Meaning(outcome, entered.Request.Command is not null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CommandOutcome { Container = entered.Container, IsTimedOut = true, Failure = Failure.CommandTimedOut(entered.Container, deadline.Limit) };
        }
        catch (DebugException e)
        {
            return new CommandOutcome { Container = entered.Container, Failure = e };
        }
    }

    private static async Task<SessionLeave> ReadAsync(EnteredContainer entered, CapturedOutput captured, CancellationToken cancellationToken)
    {
        if (entered.Streams is { } streams)
            return await RedirectedSession.RunAsync(streams, input: null, endsInput: false, captured.WriteAsync, cancellationToken).ConfigureAwait(false);
        await entered.ReadLogAsync(captured.WriteAsync, cancellationToken).ConfigureAwait(false);
        return new SessionLeave(End: null);
    }

    private static CommandOutcome Meaning(SessionOutcome outcome, bool isOwnProcess)
    {
        ContainerInfo container = outcome.Container;
        return outcome.Kind switch
        {
            SessionOutcomeKind.Exited or SessionOutcomeKind.Killed => new CommandOutcome
            {
                Container = container,
                ExitCode = container.ExitCode,
                Signal = container.Signal ?? (container.ExitCode is > 128 and < 128 + 65 ? container.ExitCode - 128 : null),
                Reason = isOwnProcess ? null : container.Reason, // the container goes on
            },
            SessionOutcomeKind.PodDeleted => new CommandOutcome { Container = container, Failure = Failure.SessionPodDeleted(container) },
            SessionOutcomeKind.ConnectionLost => new CommandOutcome { Container = container, Failure = Failure.CommandLost(container, outcome.Message) },
            _ => new CommandOutcome { Container = container, Failure = Failure.SessionStatusMissing(container, outcome.Message) },
        };
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    // One limit for everything that one target takes.
    private sealed class Deadline(TimeSpan limit)
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        internal TimeSpan Limit => limit;

        internal bool IsNone => limit == Timeout.InfiniteTimeSpan;

        internal TimeSpan Rest => IsNone ? limit : limit - Stopwatch.GetElapsedTime(_start) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;

        internal CancellationTokenSource Link(CancellationToken cancellationToken)
        {
            CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (!IsNone) linked.CancelAfter(Rest);
            return linked;
        }
    }
}
