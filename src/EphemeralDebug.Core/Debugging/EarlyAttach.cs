using System.Diagnostics;
using EphemeralDebug.Core.Diagnosis;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// Reaches a container that may not run yet as soon as it does. The runtime knows of it before the kubelet reports it, so the
/// attach is tried again and again beside the watch, and what comes first counts: attached, ended, or unable to start.
/// </summary>
internal static class EarlyAttach
{
    // A kubelet reports a container up to two seconds late; after that only a slow pull or start is left to wait for.
    private static readonly TimeSpan s_eager = TimeSpan.FromSeconds(2);

    // A container that is reported to run and cannot be reached for so long has another fault than being early.
    private static readonly TimeSpan s_unreachable = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_peek = TimeSpan.FromMilliseconds(100);

    // The pauses of the eager time, one before each try, in milliseconds; the last goes on. No kubelet has a container sooner, and most have it
    // after about 200.
    private static readonly int[] s_pauses = [60, 40, 40, 30, 30, 30, 30, 40, 60, 80, 100];

    /// <summary>Does it.</summary>
    /// <param name="open">Opens the streams once.</param>
    /// <param name="follower">The pod, followed from the version that <paramref name="seen"/> is of.</param>
    /// <param name="seen">The container as last seen.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="listener">Hears of progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The streams, or null where the container has ended; and the container as last seen.</returns>
    /// <exception cref="DebugException">The container cannot start, cannot be reached, or the time is over.</exception>
    internal static async Task<(IProcessStreams? Streams, ContainerInfo Container)> RunAsync(
        Func<CancellationToken, Task<IProcessStreams>> open, PodFollower follower, StartObservation seen, TimeSpan timeout,
        DebugListener listener, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ContainerInfo last = seen.Container;
        if (ContainerWait.HasStarted(last)) started.TrySetResult();
        bool HasEnded(ContainerInfo container)
        {
            Volatile.Write(ref last, container);
            if (ContainerWait.HasStarted(container)) started.TrySetResult();
            return ContainerWait.HasEnded(container);
        }

        Task<ContainerInfo> watching = ContainerWait.UntilAsync(follower, seen, HasEnded, timeout, listener, over.Token);
        Task<IProcessStreams> attaching = TryAsync(open, started.Task, over.Token, cancellationToken);
        try
        {
            await Task.WhenAny(watching, attaching).ConfigureAwait(false);
            if (!attaching.IsCompleted && IsForbidden(watching)) await BoundAsync(attaching, timeout, cancellationToken).ConfigureAwait(false);
            if (attaching.IsCompletedSuccessfully) return (await attaching.ConfigureAwait(false), Volatile.Read(ref last));
            if (attaching.IsFaulted) await attaching.ConfigureAwait(false);
            return (null, await watching.ConfigureAwait(false));
        }
        finally
        {
            bool taken = attaching.IsCompletedSuccessfully;
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)attaching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // It came while the watch was already believed.
            if (!taken && attaching.IsCompletedSuccessfully) await (await attaching.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<IProcessStreams> TryAsync(Func<CancellationToken, Task<IProcessStreams>> open, Task started, CancellationToken cancellationToken, CancellationToken session)
    {
        Stopwatch waited = Stopwatch.StartNew();
        TimeSpan? reported = null;
        for (int attempt = 0; ; attempt++)
        {
            // The report ends a pause, once.
            Task pause = Task.Delay(Pause(attempt, waited.Elapsed), cancellationToken);
            await (reported is null ? Task.WhenAny(pause, started) : pause).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (started.IsCompleted) reported ??= waited.Elapsed;
            bool patient = !(waited.Elapsed - reported > s_unreachable);
            try
            {
                IProcessStreams streams = await open(cancellationToken).ConfigureAwait(false);
                if (!patient || started.IsCompleted) return streams;
                if (await PeekAsync(streams, started, cancellationToken, session).ConfigureAwait(false) is { } opened) return opened;
            }
            catch (DebugException e) when (patient && e.ErrorId == nameof(Failure.ContainerNotRunning))
            {
            }
        }
    }

    // A server that accepts before it asks the kubelet says at once in the stream that nothing runs there; null then.
    private static async Task<IProcessStreams?> PeekAsync(IProcessStreams streams, Task started, CancellationToken cancellationToken, CancellationToken session)
    {
        // The read outlives this search, and is ended by what ends the session.
        PeekedStreams peeked = new(streams, streams.ReadAsync(session).AsTask());
        using CancellationTokenSource unwound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(peeked.First, started, Task.Delay(s_peek, unwound.Token)).ConfigureAwait(false);
        bool isEmpty = peeked.First.IsCompletedSuccessfully && streams.End is { IsContainerNotRunning: true };
        if (!isEmpty && !cancellationToken.IsCancellationRequested)
        {
            await unwound.CancelAsync().ConfigureAwait(false);
            return peeked;
        }

        await peeked.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private static TimeSpan Pause(int attempt, TimeSpan waited) => waited < s_eager
        ? TimeSpan.FromMilliseconds(s_pauses[Math.Min(attempt, s_pauses.Length - 1)])
        : TimeSpan.FromSeconds(1);

    // Who may attach and may not watch waits by the attach alone.
    private static async Task BoundAsync(Task attaching, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource unwound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(attaching, Task.Delay(timeout, unwound.Token)).ConfigureAwait(false);
        await unwound.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static bool IsForbidden(Task watching) => watching.Exception?.InnerException is DebugException { StatusCode: 403 };
}
