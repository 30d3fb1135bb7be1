using System.Buffers;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A session at a terminal: keys to the process, its output to the screen, byte for byte, and the size of the screen whenever it changes.</summary>
public static class TerminalSession
{
    // What a person would type to leave: give up the line, then end the input.
    private static readonly byte[] s_leave = [0x03, 0x04];

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    /// <summary>Runs it until the streams end, the user detaches, or the terminal is gone.</summary>
    /// <param name="streams">The streams of a process that has a terminal.</param>
    /// <param name="terminal">The local one; raw while the session lasts.</param>
    /// <param name="detach">The keys that end the session and not the process.</param>
    /// <param name="endOnLeave">Whether the process is asked to end when the user detaches.</param>
    /// <param name="cancellationToken">Ends it, and closes the connection.</param>
    /// <exception cref="DebugException">The terminal cannot be set.</exception>
    public static async Task<SessionLeave> RunAsync(
        IProcessStreams streams, ITerminal terminal, DetachKeys detach, bool endOnLeave, CancellationToken cancellationToken)
    {
        TerminalSize size = terminal.Size;
        return new SessionLeave(await RunAsync(streams, terminal, static output => output, KeysAsync, cancellationToken).ConfigureAwait(false));

        async Task KeysAsync(IRawTerminal raw, CancellationToken token)
        {
            using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(token);
            Task sizes = FollowSizeAsync(streams, raw, size, left.Token);
            try
            {
                await TypeAsync(streams, raw, detach, token).ConfigureAwait(false);
                if (!endOnLeave) return;
                await streams.WriteAsync(s_leave, token).ConfigureAwait(false);
                await Task.Delay(s_farewell, token).ConfigureAwait(false); // the end of the streams comes before
            }
            finally
            {
                await left.CancelAsync().ConfigureAwait(false);
                await sizes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Shows what comes, and takes keys, until one of the two is over.</summary>
    /// <param name="streams">The streams of a process.</param>
    /// <param name="terminal">The local terminal; raw meanwhile.</param>
    /// <param name="show">What the screen gets for a piece of output.</param>
    /// <param name="type">Takes the keys; ends when the user leaves, or the terminal is gone.</param>
    /// <param name="cancellationToken">Ends it, and closes the connection.</param>
    /// <returns>The end of the streams; null where the user has left before.</returns>
    internal static async Task<StreamEnd?> RunAsync(
        IProcessStreams streams, ITerminal terminal, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> show, Func<IRawTerminal, CancellationToken, Task> type, CancellationToken cancellationToken)
    {
        IRawTerminal raw = terminal.EnterRaw();
        await using (raw.ConfigureAwait(false))
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task output = ShowAsync(streams, raw, show, over.Token);
            Task keys = type(raw, over.Token);
            Task first = await Task.WhenAny(output, keys).ConfigureAwait(false);
            bool ended = output.IsCompletedSuccessfully;
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(output, keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!ended && first.IsFaulted) await first.ConfigureAwait(false);
            return ended ? streams.End : null;
        }
    }

    private static async Task ShowAsync(
        IProcessStreams streams, IRawTerminal raw, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> show, CancellationToken cancellationToken)
    {
        while (await streams.ReadAsync(cancellationToken).ConfigureAwait(false) is { } piece)
        {
            await raw.WriteAsync(show(piece.Bytes), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task FollowSizeAsync(IProcessStreams streams, IRawTerminal raw, TerminalSize size, CancellationToken cancellationToken)
    {
        // Two sizes, as kubectl: a program that was there before redraws itself only when the size changes.
        await streams.ResizeAsync(new TerminalSize(size.Columns + 1, size.Rows + 1), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await streams.ResizeAsync(size, cancellationToken).ConfigureAwait(false);
            size = await raw.NextSizeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends when the user detaches, or the terminal is gone.</summary>
    private static async Task TypeAsync(IProcessStreams streams, IRawTerminal raw, DetachKeys detach, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        ArrayBufferWriter<byte> passed = new();
        DetachMatcher matcher = new(detach);
        while (!matcher.IsDetached && await raw.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
        {
            passed.ResetWrittenCount();
            matcher.Take(buffer.AsSpan(0, count), passed);
            if (passed.WrittenCount > 0) await streams.WriteAsync(passed.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
    }
}
