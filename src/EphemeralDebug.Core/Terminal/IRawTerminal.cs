namespace EphemeralDebug.Core.Terminal;

/// <summary>A terminal in raw mode.</summary>
public interface IRawTerminal : IAsyncDisposable
{
    /// <summary>The next keys, as the terminal sends them: at least one byte, 0 when the terminal is gone.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; no byte is lost to the next reader.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes bytes as they are.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> output, CancellationToken cancellationToken);

    /// <summary>Completes with the new size when it has changed.</summary>
    ValueTask<TerminalSize> NextSizeAsync(CancellationToken cancellationToken);
}
