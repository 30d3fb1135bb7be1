using System.Numerics;
using System.Runtime.Intrinsics;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Finds the end of a JSON object by counting braces outside of strings, 64 bytes at a step: half the time of reading a list
/// would else go into finding where its elements end. Whether the object is well-formed is not judged here.
/// </summary>
internal struct ObjectScanner
{
    private const int Block = 64;
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;

    /// <summary>Takes the next bytes of the object; the first call begins at its opening brace.</summary>
    /// <returns>How many of the bytes belong to the object, once its end is among them; else -1.</returns>
    internal int Scan(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        for (; bytes.Length - position >= Block; position += Block)
        {
            var end = ScanBlock(bytes.Slice(position, Block));
            if (end >= 0) return position + end;
        }
        for (; position < bytes.Length; position++)
        {
            if (Take(bytes[position])) return position + 1;
        }
        return -1;
    }

    private bool Take(byte b)
    {
        if (_isEscaped) _isEscaped = false;
        else if (_isInString && b == '\\') _isEscaped = true;
        else if (b == '"') _isInString = !_isInString;
        else if (!_isInString && b == '{') _depth++;
        else if (!_isInString && b == '}') return --_depth == 0;
        return false;
    }

    // One bit a byte: which are quotes, which stand in strings, which are braces that count.
    private int ScanBlock(ReadOnlySpan<byte> block)
    {
        var low = Vector256.Create(block[..32]);
        var high = Vector256.Create(block[32..]);
        var strings = InStrings(Where(low, high, (byte)'"') & ~Escaped(Where(low, high, (byte)'\\')));
        var opening = Where(low, high, (byte)'{') & ~strings;
        var closing = Where(low, high, (byte)'}') & ~strings;

        var closings = BitOperations.PopCount(closing);
        if (closings < _depth)
        {
            _depth += BitOperations.PopCount(opening) - closings;
            return -1;
        }
        for (var braces = opening | closing; braces != 0; braces &= braces - 1)
        {
            var place = BitOperations.TrailingZeroCount(braces);
            _depth += (opening >> place & 1) == 1 ? 1 : -1;
            if (_depth == 0) return place + 1;
        }
        return -1;
    }

    private static ulong Where(Vector256<byte> low, Vector256<byte> high, byte value)
    {
        var wanted = Vector256.Create(value);
        return Vector256.Equals(low, wanted).ExtractMostSignificantBits() | (ulong)Vector256.Equals(high, wanted).ExtractMostSignificantBits() << 32;
    }

    // A backslash escapes what follows, unless it is escaped itself. Outside of strings JSON has none.
    private ulong Escaped(ulong backslashes)
    {
        var escaped = _isEscaped ? 1UL : 0;
        backslashes &= ~escaped;
        _isEscaped = false;
        while (backslashes != 0)
        {
            var place = BitOperations.TrailingZeroCount(backslashes);
            if (place == Block - 1)
            {
                _isEscaped = true;
                break;
            }
            escaped |= 2UL << place;
            backslashes &= ~(3UL << place);
        }
        return escaped;
    }

    // Each bit becomes the parity of the quotes up to it.
    private ulong InStrings(ulong quotes)
    {
        for (var shift = 1; shift < Block; shift <<= 1) quotes ^= quotes << shift;
        if (_isInString) quotes = ~quotes;
        _isInString = quotes >> (Block - 1) == 1;
        return quotes;
    }
}
