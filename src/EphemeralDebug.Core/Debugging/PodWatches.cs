using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// The watches behind everything that waits for pods, shared between all who wait at once. The first few pods of a namespace
/// are watched one by one, so that a person who waits for one pod does not receive the changes of a thousand; from then on one
/// watch of the namespace serves all that come.
/// </summary>
public sealed class PodWatches(KubernetesApi api) : IAsyncDisposable
{
    private readonly Dictionary<string, NamespaceFeed> _feeds = [];
    private readonly Dictionary<string, Task<bool>> _mayExec = [];
    private readonly CancellationTokenSource _end = new();

    // A server that is debugged is often a server in trouble: no more requests at once than this, however many pods.
    private readonly SemaphoreSlim _turns = new(32);

    /// <summary>The requests that the watches are made with.</summary>
    public KubernetesApi Api { get; } = api;

    /// <summary>
    /// Registers interest in a pod. To miss nothing that follows a change of the pod, follow it first, then change it, then
    /// call <see cref="PodFollower.StartFrom"/> with the version that the change gave.
    /// </summary>
    internal PodFollower Follow(string ns, string pod)
    {
        NamespaceFeed? feed;
        lock (_feeds)
        {
            if (!_feeds.TryGetValue(ns, out feed)) _feeds[ns] = feed = new NamespaceFeed(Api, ns, _end.Token);
        }

        return feed.Follow(pod);
    }

    /// <summary>Whether processes may be started in containers of a namespace (exec); asked once for all who want to know.</summary>
    internal Task<bool> MayExecAsync(string ns, CancellationToken cancellationToken)
    {
        Task<bool>? answer;
        lock (_mayExec)
        {
            if (!_mayExec.TryGetValue(ns, out answer)) _mayExec[ns] = answer = AskAsync();
        }

        return answer.WaitAsync(cancellationToken);

        async Task<bool> AskAsync()
        {
            try
            {
                // A WebSocket is a GET, and since 1.35 the verb create is demanded as well.
                Task<bool> get = Api.MayAsync(new AccessQuestion("get", "pods", "exec", ns), _end.Token);
                return await Api.MayAsync(new AccessQuestion("create", "pods", "exec", ns), _end.Token).ConfigureAwait(false) && await get.ConfigureAwait(false);
            }
            catch (DebugException)
            {
                return true; // it will be seen
            }
        }
    }

    /// <summary>Does short requests when it is their turn.</summary>
    internal async Task<T> InTurnAsync<T>(Func<Task<T>> requests, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await requests().ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Ends the watches.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        NamespaceFeed[] feeds;
        lock (_feeds) feeds = [.. _feeds.Values];
        foreach (NamespaceFeed feed in feeds) await feed.EndedAsync().ConfigureAwait(false);
        _end.Dispose();
        _turns.Dispose();
    }
}
