using System.Collections.Concurrent;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>Requests that serve several artifacts: the pod of two ephemeral containers is evicted once, the workload of ten pods restarted once.</summary>
internal sealed class SharedRequests
{
    private readonly ConcurrentDictionary<string, Task<bool>> _sent = new(StringComparer.Ordinal);

    /// <summary>Sends the request, if it is the first of its key, and else waits for that. Whether it was done; only who sends it hears why not.</summary>
    internal async Task<bool> SendAsync(string key, Func<Task<bool>> send, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> first = _sent.GetOrAdd(key, mine.Task);
        if (first != mine.Task) return await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool done = false;
        try
        {
            return done = await send().ConfigureAwait(false);
        }
        finally
        {
            mine.SetResult(done);
        }
    }
}
