namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Runs a piece of work once for all who ask while it runs. It is cancelled when the last of them has gone, not before.
/// </summary>
internal sealed class SingleFlight<T>(Func<CancellationToken, Task<T>> work)
{
    private readonly object _lock = new();
    private Flight? _flight;

    internal async Task<T> RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flight flight;
        lock (_lock)
        {
            if (_flight is null || _flight.Task.IsCompleted || _flight.Waiting == 0) _flight = new(work);
            flight = _flight;
            flight.Waiting++;
        }
        try
        {
            return await flight.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            bool last;
            lock (_lock) last = --flight.Waiting == 0;
            if (last) await flight.EndAsync().ConfigureAwait(false);
        }
    }

    private sealed class Flight
    {
        private readonly Func<Task> _cancel;

        internal Flight(Func<CancellationToken, Task<T>> work)
        {
            CancellationTokenSource cancellation = new();
            _cancel = cancellation.CancelAsync;
            Task = System.Threading.Tasks.Task.Run(() => work(cancellation.Token));
        }

        internal Task<T> Task { get; }

        internal int Waiting { get; set; }

        /// <summary>Nobody waits any more: what still runs is for nobody.</summary>
        internal Task EndAsync() => Task.IsCompleted ? System.Threading.Tasks.Task.CompletedTask : _cancel();
    }
}
