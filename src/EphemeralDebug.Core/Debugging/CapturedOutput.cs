using System.Buffers;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Keeps what a command writes, up to a bound, and all of its standard output in a file where one is wanted.</summary>
internal sealed class CapturedOutput : IAsyncDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly FileStream? _file;
    private long _room;

    /// <exception cref="DebugException">The file cannot be written.</exception>
    internal CapturedOutput(long limit, string? file)
    {
        _room = limit;
        if (file is null) return;
        try
        {
            _file = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.OutFileUnwritable(file, e);
        }
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
        if (_file is null || piece.IsError) return;
        try
        {
            await _file.WriteAsync(piece.Bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Failure.OutFileUnwritable(_file.Name, e);
        }
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
