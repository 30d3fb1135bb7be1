using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A session without a terminal: input from a stream, output to whoever takes it.</summary>
public static class RedirectedSession
{
    private const int Chunk = 32 * 1024;

    // Input that cannot be ended is answered for as long as something comes; then nobody knows better than to stop.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(2);

    /// <summary>Runs it until the streams end.</summary>
    /// <param name="streams">The container's streams.</param>
    /// <param name="input">What to send; null where there is nothing.</param>
    /// <param name="endsInput">Whether the end of the input is told to the process; else the session ends when the answers have.</param>
    /// <param name="output">Takes what the process writes, piece by piece; the process waits as long as it does.</param>
    /// <param name="cancellationToken">Ends it, and closes the connection.</param>
    /// <exception cref="DebugException">The input must be ended, and the server's protocol cannot; or it cannot be read.</exception>
    public static async Task<SessionLeave> RunAsync(
        IProcessStreams streams, Stream? input, bool endsInput, Func<StreamPiece, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (input is not null && endsInput && !streams.CanEndInput) await streams.EndInputAsync(cancellationToken).ConfigureAwait(false); // says why not
        using Silence silence = new(over);
        Task sending = input is null ? Task.CompletedTask : SendOrEndAsync();
        try
        {
            while (await streams.ReadAsync(over.Token).ConfigureAwait(false) is { } piece)
            {
                await output(piece, over.Token).ConfigureAwait(false);
                silence.Broken();
            }

            return new SessionLeave(streams.End, InputEnded: input is not null && endsInput);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Either the input could not be read, or the answers have ended.
            await sending.ConfigureAwait(false);
            return new SessionLeave(End: null);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The process would wait for an end of its input that never comes.
        async Task SendOrEndAsync()
        {
            try
            {
                await SendAsync(streams, input, endsInput, silence, over.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await over.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private static async Task SendAsync(IProcessStreams streams, Stream input, bool end, Silence silence, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Chunk];
        while (await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
        {
            await streams.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }

        if (end) await streams.EndInputAsync(cancellationToken).ConfigureAwait(false);
        else silence.Begin();
    }

    // Ends the session when, after the last of the input, nothing has come for a while.
    private sealed class Silence(CancellationTokenSource over) : IDisposable
    {
        private readonly object _lock = new();
        private Timer? _timer;

        internal void Begin()
        {
            lock (_lock) _timer = new Timer(_ => End(), null, s_quiet, Timeout.InfiniteTimeSpan);
        }

        internal void Broken()
        {
            lock (_lock) _timer?.Change(s_quiet, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        private void End()
        {
            lock (_lock)
            {
                if (_timer is not null) over.Cancel();
            }
        }
    }
}
