using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// What a cmdlet that waits for many pods at once keeps from object to object: the watches of each cluster that its pods come
/// from, and one progress bar.
/// </summary>
internal sealed class Waiting(string cmdlet, Func<ConnectionRequest, CancellationToken, ValueTask<KubernetesApi>> connect) : IDisposable
{
    /// <summary>How many pods are waited for at once. Requests are fewer: see <see cref="PodWatches"/>.</summary>
    internal const int MaxRunning = 1000;

    private readonly Dictionary<ConnectionRequest, Lazy<Task<PodWatches>>> _watches = [];
    private readonly CancellationTokenSource _end = new();

    /// <summary>The bar, to be taken away at the end.</summary>
    internal WaitProgress Progress { get; } = new(cmdlet);

    /// <summary>A time-out as users give it: in seconds, 0 for none.</summary>
    internal static TimeSpan Patience(int timeoutSec) => timeoutSec == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(timeoutSec);

    /// <summary>Work for one pod, with the watches of its cluster and a listener that speaks on the cmdlet's streams.</summary>
    internal Func<Pump.Voice, CancellationToken, Task> For(
        ConnectionRequest cluster,
        Func<PodWatches, DebugListener, Pump.Voice, CancellationToken, Task> work)
    {
        if (!_watches.TryGetValue(cluster, out Lazy<Task<PodWatches>>? watches))
        {
            CancellationToken end = _end.Token;
            _watches[cluster] = watches = new(async () => new PodWatches(await connect(cluster, end).ConfigureAwait(false)));
        }

        return async (voice, cancellationToken) =>
        {
            DebugListener listener = new(voice.WarningAsync, voice.VerboseAsync, (name, phase) => Progress.Report(voice, name, phase));
            try
            {
                PodWatches shared = await watches.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
                await work(shared, listener, voice, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Progress.Done(voice);
            }
        };
    }

    /// <summary>Ends the watches. After the pump, so that nobody waits on them any more.</summary>
    public void Dispose()
    {
        _end.Cancel();
        foreach (Lazy<Task<PodWatches>> watches in _watches.Values)
        {
            if (watches is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) watches.Value.Result.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(2));
        }

        _end.Dispose();
    }
}
