using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Streams of which the first read is under way already.</summary>
internal sealed class PeekedStreams(IProcessStreams streams, Task<StreamPiece?> first) : IProcessStreams
{
    private Task<StreamPiece?>? _first = first;

    /// <summary>That read.</summary>
    internal Task<StreamPiece?> First { get; } = first;

    public bool CanEndInput => streams.CanEndInput;

    public StreamEnd? End => _first is null ? streams.End : null;

    public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_first is not { } peeked) return await streams.ReadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StreamPiece? piece = await peeked.WaitAsync(cancellationToken).ConfigureAwait(false);
            _first = null;
            return piece;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await streams.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => streams.WriteAsync(input, cancellationToken);

    public ValueTask EndInputAsync(CancellationToken cancellationToken) => streams.EndInputAsync(cancellationToken);

    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken) => streams.ResizeAsync(size, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await streams.DisposeAsync().ConfigureAwait(false);
        if (_first is { } peeked) await ((Task)peeked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
