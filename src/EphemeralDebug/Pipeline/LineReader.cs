using System.Text;

namespace EphemeralDebug.Pipeline;

/// <summary>Makes lines of text of the bytes of one stream, however they are cut. What is no UTF-8 is replaced.</summary>
internal sealed class LineReader
{
    // A line that never ends is given in pieces.
    private const int Longest = 1024 * 1024;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();

    /// <summary>The lines that these bytes complete.</summary>
    internal List<string> Take(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[_decoder.GetCharCount(bytes, flush: false)];
        ReadOnlySpan<char> rest = text.AsSpan(0, _decoder.GetChars(bytes, text, flush: false));
        List<string> lines = [];
        while (rest.IndexOf('\n') is >= 0 and int end)
        {
            _line.Append(rest[..end]);
            lines.Add(Taken());
            rest = rest[(end + 1)..];
        }

        _line.Append(rest);
        if (_line.Length >= Longest) lines.Add(Taken());
        return lines;
    }

    /// <summary>The last line, where it was not completed.</summary>
    internal string? Rest()
    {
        char[] cut = new char[_decoder.GetCharCount([], flush: true)];
        _line.Append(cut, 0, _decoder.GetChars([], cut, flush: true));
        return _line.Length > 0 ? Taken() : null;
    }

    private string Taken()
    {
        int length = _line.Length > 0 && _line[^1] == '\r' ? _line.Length - 1 : _line.Length;
        string line = _line.ToString(0, length);
        _line.Clear();
        return line;
    }
}
