using System.Collections.Concurrent;
using System.Diagnostics;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>When the kubelet said by an event what it did with a container: sooner than by the pod's status, and independent of both sides.</summary>
internal sealed class EventTimes : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Pod, string Container, string Reason), TaskCompletionSource<long>> _times = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    internal EventTimes(ComparedCluster cluster) => _watching = WatchAsync(cluster.Api.WatchEventsAsync(cluster.Namespace, cancellationToken: _stop.Token));

    /// <summary>When this was heard, as <see cref="Stopwatch"/> counts; waits until it is.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The ephemeral container.</param>
    /// <param name="reason">The event's reason: <c>Started</c>.</param>
    /// <param name="cancellationToken">Waits no longer.</param>
    internal async Task<long> HeardAsync(string pod, string container, string reason, CancellationToken cancellationToken)
    {
        Task<long> heard = Of(pod, container, reason).Task;
        // The watch ends only by what went wrong with it.
        if (await Task.WhenAny(heard, _watching).WaitAsync(cancellationToken) == _watching) await _watching;
        return await heard;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(IAsyncEnumerable<ClusterEvent> events)
    {
        await foreach (ClusterEvent heard in events)
            if (heard.FieldPath?.Split('{', '}') is ["spec.ephemeralContainers", string container, _]) Of(heard.PodName, container, heard.Reason).TrySetResult(Stopwatch.GetTimestamp());
    }

    private TaskCompletionSource<long> Of(string pod, string container, string reason) => _times.GetOrAdd((pod, container, reason), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
