using System.Buffers;
using System.Text;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

public sealed class LineDisciplineTests
{
    // E is Escape, < a backspace, _ a space over what was there: "<_<" takes one column back.
    [Theory]
    [InlineData("ls\r", "ls\r\n", "ls\n")]
    [InlineData("ls\n", "ls\r\n", "ls\n")]
    [InlineData("one\rtwo\rth", "one\r\ntwo\r\nth", "one\ntwo\n")]
    [InlineData("\r", "\r\n", "\n")]
    [InlineData("lx\u007fs\r", "lx<_<s\r\n", "ls\n")]
    [InlineData("lx\bs\r", "lx<_<s\r\n", "ls\n")]
    [InlineData("\u007f\u007fa\r", "a\r\n", "a\n")]
    [InlineData("ab\u0015c\r", "ab<_<<_<c\r\n", "c\n")]
    [InlineData("a\tb\r", "a b\r\n", "a\tb\n")]
    [InlineData("a\t\u007f\r", "a <_<\r\n", "a\n")]
    // One key takes one character back, however many bytes and columns it has.
    [InlineData("gr\u00fc\u007f\r", "gr\u00fc<_<\r\n", "gr\n")]
    [InlineData("\u5bf9\u007f\r", "\u5bf9<_<<_<\r\n", "\n")]
    [InlineData("\ud83d\ude00\u007f\r", "\ud83d\ude00<_<<_<\r\n", "\n")]
    [InlineData("ae\u0301\u007f\r", "ae\u0301<_<\r\n", "a\n")]
    // What was sent cannot be taken back.
    [InlineData("a\r\u007f\u0015b\r", "a\r\nb\r\n", "a\nb\n")]
    // Keys that no line has.
    [InlineData("aE[AE[1;5CE[3~E[15~b\r", "ab\r\n", "ab\n")]
    [InlineData("aEOPEOAb\r", "ab\r\n", "ab\n")]
    [InlineData("aExEE[Ab\r", "ab\r\n", "ab\n")]
    [InlineData("a\u0000\u001a\u001c\u0001b\r", "ab\r\n", "ab\n")]
    // Ctrl+D behind something sends it as it is.
    [InlineData("ab\u0004c\r", "abc\r\n", "abc\n")]
    public void Lines_are_shown_and_given(string typed, string echo, string sent)
    {
        typed = typed.Replace('E', '\e');
        echo = echo.Replace("<", "\b").Replace('_', ' ');
        Assert.Equal((echo, sent, LineSignal.None), Take(typed));
        // Over any borders.
        Assert.Equal((echo, sent, LineSignal.None), Take(typed, pieces: 1));
    }

    [Theory]
    [InlineData("\u0004", "", "", LineSignal.EndOfInput)]
    [InlineData("a\r\u0004b\r", "a\r\n", "a\n", LineSignal.EndOfInput)]
    [InlineData("a\u007f\u0004", "a\b \b", "", LineSignal.EndOfInput)]
    [InlineData("\u0003", "^C\r\n", "", LineSignal.Interrupt)]
    [InlineData("ab\u0003c\r", "ab^C\r\n", "", LineSignal.Interrupt)]
    public void Signals_end_it(string typed, string echo, string sent, LineSignal signal) => Assert.Equal((echo, sent, signal), Take(typed));

    private static (string Echo, string Sent, LineSignal Signal) Take(string typed, int? pieces = null)
    {
        LineDiscipline discipline = new();
        ArrayBufferWriter<byte> echo = new(), sent = new();
        LineSignal signal = LineSignal.None;
        foreach (byte[] piece in Encoding.UTF8.GetBytes(typed).Chunk(pieces ?? int.MaxValue)) signal = discipline.Take(piece, echo, sent);
        return (Encoding.UTF8.GetString(echo.WrittenSpan), Encoding.UTF8.GetString(sent.WrittenSpan), signal);
    }
}
