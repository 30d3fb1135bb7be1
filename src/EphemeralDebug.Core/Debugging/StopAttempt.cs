using System.Globalization;
using System.Text;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>The ways to end one container that runs, one after the other, until its status says that it has ended.</summary>
internal sealed class StopAttempt(
    EphemeralContainer container,
    bool shared,
    string? owner,
    StopRequest request,
    Func<StreamRequest, CancellationToken, Task<IProcessStreams>> open,
    PodWatches watches,
    DebugListener listener,
    Task<EphemeralContainer> ended)
{
    private const int LongestOutput = 1024;

    private readonly List<string> _tried = [];
    private DebugException? _refusal;
    private bool _reached;

    /// <summary>Tries everything.</summary>
    internal async Task<EphemeralContainer> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.Timeout != Timeout.InfiniteTimeSpan) patience.CancelAfter(request.Timeout);
        try
        {
            return await BySignalAsync(patience.Token).ConfigureAwait(false)
                ?? await ByInputAsync(patience.Token).ConfigureAwait(false)
                ?? throw NotStopped();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && patience.IsCancellationRequested)
        {
            _tried.Add(string.Create(CultureInfo.InvariantCulture, $"after {request.Timeout.TotalSeconds:0} s the time was over"));
            throw NotStopped();
        }
    }

    // A refusal alone is better told in its own words, with the right that is missing.
    private DebugException NotStopped() => _refusal is not null && !_reached ? _refusal : Failure.ContainerNotStopped(container, _tried, owner);

    private async Task<EphemeralContainer?> BySignalAsync(CancellationToken cancellationToken)
    {
        StopWay? sent = null;
        foreach (bool kill in request.Grace > TimeSpan.Zero ? (bool[])[false, true] : [true])
        {
            listener.Progress(container.Pod, kill ? "sending KILL" : "sending HUP");
            (StopWay? signal, string? problem, bool gone) = await SignalAsync(kill, cancellationToken).ConfigureAwait(false);
            sent = signal ?? sent;
            // Without a process to signal the one before may have done it, and the status comes late.
            TimeSpan wait = gone || (sent is not null && signal is StopWay.Kill or null) ? request.ReportTime : signal is null ? TimeSpan.Zero : request.Grace;
            if (await EndsAsync(wait, sent, cancellationToken).ConfigureAwait(false) is { } stopped) return stopped;
            await TriedAsync(problem ?? $"{Name(signal!.Value)} had no effect").ConfigureAwait(false);
            if (signal is null or StopWay.Term) break;
        }

        return null;
    }

    /// <summary>Runs the script in the container.</summary>
    private async Task<SignalOutcome> SignalAsync(bool kill, CancellationToken cancellationToken)
    {
        using CancellationTokenSource brief = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        brief.CancelAfter(request.ScriptTime);
        try
        {
            StreamRequest exec = Streams() with { Command = StopScript.Command(kill, shared) };
            return await watches.InTurnAsync(() => RunScriptAsync(exec, kill ? StopWay.Kill : StopWay.Hup, brief.Token), brief.Token).ConfigureAwait(false);
        }
        catch (DebugException e)
        {
            _refusal ??= e;
            return new(null, $"exec was refused: {e.Message}", e.ErrorId == nameof(Failure.ContainerNotRunning));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _reached = true;
            return new(null, "the script that looks for its first process did not end");
        }
    }

    private async Task<SignalOutcome> RunScriptAsync(StreamRequest exec, StopWay wanted, CancellationToken cancellationToken)
    {
        IProcessStreams streams = await open(exec, cancellationToken).ConfigureAwait(false);
        await using (streams.ConfigureAwait(false))
        {
            _reached = true;
            StringBuilder output = new();
            while (await streams.ReadAsync(cancellationToken).ConfigureAwait(false) is { } piece)
            {
                if (!piece.IsError && output.Length < LongestOutput) output.Append(Encoding.ASCII.GetString(piece.Bytes.Span));
            }

            // The script is often ended together with the container, or the connection is; what it said first counts then.
            StreamEnd end = streams.End!;
            StopWay? said = end.ExitCode is StopScript.NotAllowed ? null : Said(output.ToString());
            if (said is not null) return new(said, null);
            return new(end.Kind is StreamEndKind.ConnectionLost or StreamEndKind.NoStatus ? wanted : null, Problem(end), end.IsContainerNotRunning);
        }
    }

    /// <summary>The signal that the script has announced; null where it has not.</summary>
    private static StopWay? Said(string output) => output.Split(' ')[0] switch
    {
        "HUP" => StopWay.Hup,
        "TERM" => StopWay.Term,
        "KILL" => StopWay.Kill,
        _ => null,
    };

    private static string Problem(StreamEnd end) => end switch
    {
        { ExitCode: StopScript.NotFound } => "its first process was not found from inside",
        { ExitCode: StopScript.Deaf } => "its first process is PID 1 of its own process namespace and handles neither HUP nor TERM, so that no signal reaches it from inside",
        { ExitCode: StopScript.NotAllowed } => "its first process belongs to another user, and may not be signalled",
        { ExitCode: 126 or 127 } => "its image has no shell",
        { Kind: StreamEndKind.Failed, Message: { } message } when message.Contains("executable file not found", StringComparison.Ordinal)
            || message.Contains("no such file or directory", StringComparison.Ordinal) => "its image has no shell",
        { Kind: StreamEndKind.Failed or StreamEndKind.ConnectionLost, Message: { } message } => $"exec failed: {PlainText.OneLine(message)}",
        { ExitCode: { } code } => string.Create(CultureInfo.InvariantCulture, $"the script that looks for its first process ended with code {code}"),
        _ => "exec ended without a word",
    };

    private async Task<EphemeralContainer?> ByInputAsync(CancellationToken cancellationToken)
    {
        if (ended.IsCompleted) return await EndsAsync(TimeSpan.Zero, null, cancellationToken).ConfigureAwait(false);
        if (!container.Stdin)
        {
            await TriedAsync("it has no standard input").ConfigureAwait(false);
            return null;
        }

        listener.Progress(container.Pod, "using its standard input");
        try
        {
            IProcessStreams streams = await open(Streams() with { Stdin = true, Tty = container.Tty, Stderr = !container.Tty }, cancellationToken).ConfigureAwait(false);
            await using (streams.ConfigureAwait(false))
            {
                using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                Task output = DrainAsync(streams, reading.Token);
                try
                {
                    _reached = true;
                    return await TypeAsync(streams, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    await reading.CancelAsync().ConfigureAwait(false);
                    await output.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        catch (DebugException e) when (!ended.IsFaulted)
        {
            _refusal ??= e;
            if (await EndsAsync(e.ErrorId == nameof(Failure.ContainerNotRunning) ? request.ReportTime : TimeSpan.Zero, null, cancellationToken).ConfigureAwait(false) is { } stopped) return stopped;
            await TriedAsync($"attach was refused: {e.Message}").ConfigureAwait(false);
            return null;
        }
    }

    private async Task<EphemeralContainer?> TypeAsync(IProcessStreams streams, CancellationToken cancellationToken)
    {
        if (container.Tty)
        {
            // Ctrl+C first: whatever stands on the line already shall not run together with it. Ctrl+D for what knows no such word.
            await streams.WriteAsync("\u0003exit\r"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            if (await EndsAsync(request.AnswerTime, StopWay.Exit, cancellationToken).ConfigureAwait(false) is { } left) return left;
            await streams.WriteAsync("\u0004"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            if (await EndsAsync(request.ReportTime, StopWay.EndOfInput, cancellationToken).ConfigureAwait(false) is { } over) return over;
            await TriedAsync("'exit' and Ctrl+D on its terminal had no effect").ConfigureAwait(false);
        }
        else if (container.StdinOnce)
        {
            // Where the protocol cannot say so, the end of the connection is the end of the input.
            if (streams.CanEndInput) await streams.EndInputAsync(cancellationToken).ConfigureAwait(false);
            else await streams.DisposeAsync().ConfigureAwait(false);
            if (await EndsAsync(request.ReportTime, StopWay.EndOfInput, cancellationToken).ConfigureAwait(false) is { } over) return over;
            await TriedAsync("the end of its standard input had no effect").ConfigureAwait(false);
        }
        else
        {
            await streams.WriteAsync("exit\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            if (await EndsAsync(request.ReportTime, StopWay.Exit, cancellationToken).ConfigureAwait(false) is { } left) return left;
            await TriedAsync("'exit' on its standard input had no effect").ConfigureAwait(false);
        }

        return null;
    }

    // Output that nobody reads would stop the process before it reads its input.
    private static async Task DrainAsync(IProcessStreams streams, CancellationToken cancellationToken)
    {
        while (await streams.ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
        }
    }

    /// <summary>Waits for the container's end; null where it does not come in time.</summary>
    private async Task<EphemeralContainer?> EndsAsync(TimeSpan time, StopWay? way, CancellationToken cancellationToken)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (await Task.WhenAny(ended, Task.Delay(time, waiting.Token)).ConfigureAwait(false) != ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }

        await waiting.CancelAsync().ConfigureAwait(false);
        EphemeralContainer stopped = await ended.ConfigureAwait(false) with { StoppedBy = way };
        await listener.Verbose(way is { } by ? $"{container}: {Name(by)} has ended it." : $"{container}: it has ended by itself.").ConfigureAwait(false);
        return stopped;
    }

    private StreamRequest Streams() => new() { Namespace = container.Namespace, Pod = container.Pod, Container = container.Name };

    private ValueTask TriedAsync(string what)
    {
        _tried.Add(what);
        return listener.Verbose($"{container}: {what}.");
    }

    private static string Name(StopWay way) => way switch
    {
        StopWay.Hup => "HUP",
        StopWay.Term => "TERM",
        StopWay.Kill => "KILL",
        StopWay.EndOfInput => "the end of its input",
        _ => "'exit'",
    };

    /// <summary>What came of a signal.</summary>
    /// <param name="Signal">The one that was sent, or may have been; null where none was.</param>
    /// <param name="Problem">What stood in the way; null for nothing.</param>
    /// <param name="Gone">Whether the container runs no longer.</param>
    private readonly record struct SignalOutcome(StopWay? Signal, string? Problem, bool Gone = false);
}
