using System.Buffers;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Keeps what a command writes, up to a bound, and all of its standard output in a file where one is wanted.</summary>
internal sealed class CapturedOutput : IAsyncDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly OutputFile? _file;
    private long _room;

    /// <exception cref="DebugException">The file cannot be written.</exception>
    internal CapturedOutput(long limit, string? file)
    {
        _room = limit;
        _file = file is null ? null : new OutputFile(file);
    }

    internal ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    internal ReadOnlyMemory<byte> Error => _error.WrittenMemory;

    internal bool IsTruncated { get; private set; }

    internal async ValueTask WriteAsync(StreamPiece piece, CancellationToken cancellationToken)
    {
        int kept = (int)Math.Min(_room, piece.Bytes.Length);
        _room -= kept;
        IsTruncated |= kept < piece.Bytes.Length;
        (piece.IsError ? _error : _output).Write(piece.Bytes.Span[..kept]);
        if (_file is not null && !piece.IsError) await _file.WriteAsync(piece.Bytes, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
