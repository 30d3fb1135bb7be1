using System.Buffers;

namespace EphemeralDebug.Core.Api;

/// <summary>Splits a stream of bytes, while it arrives, into lines. A line longer than the limit comes in pieces.</summary>
internal sealed class LineSplitter(Stream stream, int longestLine) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _filled;
    private int _lineStart;
    private int _lineLength;
    private int _next;
    private int _searched;
    private bool _isAtEnd;

    /// <summary>The line that the last <see cref="ReadAsync"/> came to, without its line end; valid until the next.</summary>
    internal ReadOnlyMemory<byte> Current => _buffer.AsMemory(_lineStart, _lineLength);

    /// <summary>Whether the line had its line end; false for the last line of a stream that was cut, or ends without one.</summary>
    internal bool IsTerminated { get; private set; }

    /// <summary>Goes on to the next line; false at the end of the stream.</summary>
    internal async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (!Take())
        {
            if (_isAtEnd) return false;
            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken).ConfigureAwait(false);
            _isAtEnd = count == 0;
            _filled += count;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool Take()
    {
        var rest = _buffer.AsSpan(_next, _filled - _next);
        var end = rest[_searched..].IndexOf((byte)'\n');
        if (end >= 0)
        {
            end += _searched;
            // A carriage return and a line end may stand beyond the limit; only what is visible counts.
            if (end <= longestLine + 1)
            {
                var length = end > 0 && rest[end - 1] == '\r' ? end - 1 : end;
                if (length <= longestLine) return Give(length, end + 1, isTerminated: true);
            }
            return Give(Boundary(rest), Boundary(rest), isTerminated: false);
        }
        _searched = rest.Length;
        if (rest.Length > longestLine + 1 || (_isAtEnd && rest.Length > longestLine)) return Give(Boundary(rest), Boundary(rest), isTerminated: false);
        return _isAtEnd && rest.Length > 0 && Give(rest.Length, rest.Length, isTerminated: false);
    }

    // Not in the middle of a UTF-8 sequence.
    private int Boundary(ReadOnlySpan<byte> rest)
    {
        var length = longestLine;
        for (var i = 0; i < 3 && length > 1 && (rest[length] & 0xC0) == 0x80; i++) length--;
        return length;
    }

    private bool Give(int length, int consumed, bool isTerminated)
    {
        (_lineStart, _lineLength, IsTerminated) = (_next, length, isTerminated);
        _next += consumed;
        _searched = 0;
        return true;
    }

    private void MakeRoom()
    {
        var target = _next == 0 && _filled == _buffer.Length ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        _buffer.AsSpan(_next, _filled - _next).CopyTo(target);
        if (target != _buffer) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = target;
        _filled -= _next;
        _next = 0;
    }
}
