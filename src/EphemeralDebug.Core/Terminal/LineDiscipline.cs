using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// What a terminal does for a process that reads lines, for one that has none: it shows what is typed, takes characters (Backspace) and the
/// line (Ctrl+U) back, and gives the line when Return is pressed. Keys that no line has (arrows, function keys) go nowhere.
/// </summary>
public sealed class LineDiscipline
{
    private const byte ControlC = 0x03, ControlD = 0x04, ControlH = 0x08, ControlU = 0x15, Escape = 0x1b, Backspace = 0x7f;

    private readonly List<byte> _line = [];
    private EscapeState _escape;

    private enum EscapeState { None, Begun, Control, Single }

    /// <summary>Takes what was typed; what comes behind a signal is dropped.</summary>
    /// <param name="typed">The keys, as the terminal sends them.</param>
    /// <param name="echo">Gets what the screen is to show for them.</param>
    /// <param name="sent">Gets the lines that are complete.</param>
    public LineSignal Take(ReadOnlySpan<byte> typed, IBufferWriter<byte> echo, IBufferWriter<byte> sent)
    {
        foreach (byte key in typed)
        {
            if (IsOfEscape(key)) continue;
            switch (key)
            {
                case ControlC:
                    echo.Write("^C\r\n"u8);
                    return LineSignal.Interrupt;
                case ControlD when _line.Count == 0:
                    return LineSignal.EndOfInput;
                case ControlD:
                    Send(sent); // as it is, without an end of line
                    break;
                case ControlH or Backspace:
                    Erase(echo);
                    break;
                case ControlU:
                    while (_line.Count > 0) Erase(echo);
                    break;
                case (byte)'\r' or (byte)'\n':
                    echo.Write("\r\n"u8);
                    _line.Add((byte)'\n');
                    Send(sent);
                    break;
                case (byte)'\t':
                    echo.Write(" "u8); // one column, so that it can be taken back
                    _line.Add(key);
                    break;
                case >= (byte)' ':
                    echo.Write([key]);
                    _line.Add(key);
                    break;
            }
        }

        return LineSignal.None;
    }

    private void Send(IBufferWriter<byte> sent)
    {
        sent.Write(CollectionsMarshal.AsSpan(_line));
        _line.Clear();
    }

    /// <summary>Takes the last character back, with the marks that it carries.</summary>
    private void Erase(IBufferWriter<byte> echo)
    {
        int columns = 0;
        while (columns == 0 && _line.Count > 0)
        {
            Rune.DecodeLastFromUtf8(CollectionsMarshal.AsSpan(_line), out Rune last, out int length);
            _line.RemoveRange(_line.Count - length, length);
            columns = Columns(last);
        }

        for (; columns > 0; columns--) echo.Write("\b \b"u8);
    }

    private static int Columns(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    // The blocks of East Asian scripts, and of emoji.
    private static bool IsWide(int value) => value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff01 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
        or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd);

    /// <summary>Whether a key belongs to an escape sequence: <c>ESC [ ... letter</c>, <c>ESC O letter</c>, <c>ESC letter</c>.</summary>
    private bool IsOfEscape(byte key)
    {
        (bool isOf, _escape) = _escape switch
        {
            EscapeState.None => key == Escape ? (true, EscapeState.Begun) : (false, EscapeState.None),
            EscapeState.Begun => (true, key switch { (byte)'[' => EscapeState.Control, (byte)'O' => EscapeState.Single, Escape => EscapeState.Begun, _ => EscapeState.None }),
            EscapeState.Control => (true, key is >= 0x40 and <= 0x7e ? EscapeState.None : EscapeState.Control),
            _ => (true, EscapeState.None),
        };
        return isOf;
    }
}
