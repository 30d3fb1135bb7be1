using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Streams;

/// <summary>
/// The streams of a process in a container, while they are open. One reader and one writer may use it at once. Nothing is read ahead, so
/// that a slow reader slows the process. Disposing closes the connection at once.
/// </summary>
public interface IProcessStreams : IAsyncDisposable
{
    /// <summary>Whether <see cref="EndInputAsync"/> can reach the process: false where the server speaks only <c>v4.channel.k8s.io</c>.</summary>
    bool CanEndInput { get; }

    /// <summary>How it ended; null until <see cref="ReadAsync"/> has given null.</summary>
    StreamEnd? End { get; }

    /// <summary>What the process wrote next; null when the stream has ended. A lost connection is such an end, and no exception.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the connection is closed then.</exception>
    ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes to standard input; returns when the connection has taken it. Does nothing once the stream has ended: how it ended is what
    /// reading tells.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the connection is closed where input was on its way.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken);

    /// <summary>Ends standard input, and leaves the other streams open.</summary>
    /// <exception cref="DebugException">The server's protocol has no way to say so (see <see cref="CanEndInput"/>).</exception>
    ValueTask EndInputAsync(CancellationToken cancellationToken);

    /// <summary>Tells the remote terminal its size.</summary>
    ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken);
}
