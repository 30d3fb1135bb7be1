using EphemeralDebug.Core.Diagnosis;
using Xunit;

namespace EphemeralDebug.Core.Tests.Diagnosis;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("plain", "plain")]
    [InlineData("Grüße, 世界 🚀", "Grüße, 世界 🚀")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\u009b2Jcleared", "cleared")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("\u001bPq#0\u001b\\sixel", "sixel")]
    [InlineData("\u001bcreset", "reset")]
    [InlineData("a\u0000b\u0007c\u007fd\u0085e", "abcde")]
    [InlineData("abc\u202edef\u2066ghi\u2069\u200b", "abcdefghi")]
    [InlineData("one\ntwo\tthree\r\n", "one two three")]
    [InlineData("cut \u001b[", "cut")]
    [InlineData("cut \u001b", "cut")]
    public void Removes_what_would_act_on_a_terminal(string? text, string expected) => Assert.Equal(expected, PlainText.Clean(text));

    [Fact]
    public void Keeps_layout_where_asked() => Assert.Equal("one\n\ttwo", PlainText.Clean("one\r\n\ttwo", keepLayout: true));

    [Fact]
    public void Replaces_halves_of_characters() => Assert.Equal("a\ufffdb", PlainText.Clean("a\ud83db"));
}
