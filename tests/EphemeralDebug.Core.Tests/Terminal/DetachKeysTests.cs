using System.Buffers;
using System.Text;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData(null, "1011", "Ctrl+P Ctrl+Q")]
    [InlineData("", "1011", "Ctrl+P Ctrl+Q")]
    [InlineData("ctrl-p,ctrl-q", "1011", "Ctrl+P Ctrl+Q")]
    [InlineData("Ctrl-P,CTRL-q", "1011", "Ctrl+P Ctrl+Q")]
    [InlineData("ctrl-@,ctrl-a,ctrl-z", "00011A", "Ctrl+@ Ctrl+A Ctrl+Z")]
    [InlineData(@"ctrl-[,ctrl-\,ctrl-],ctrl-^,ctrl-_", "1B1C1D1E1F", @"Ctrl+[ Ctrl+\ Ctrl+] Ctrl+^ Ctrl+_")]
    [InlineData("DEL", "7F", "DEL")]
    [InlineData("del,d,D, ,~", "7F6444207E", "DEL d D Space ~")]
    [InlineData("none", "", "none")]
    [InlineData("None", "", "none")]
    public void Keys_are_spelled_as_in_kubectl(string? spelled, string bytes, string text)
    {
        DetachKeys keys = DetachKeys.Parse(spelled);
        Assert.Equal(bytes, Convert.ToHexString(keys.Bytes.AsSpan()));
        Assert.Equal(text, keys.ToString());
    }

    [Theory]
    [InlineData("foo", "foo")]
    [InlineData("ctrl-p,", "")]
    [InlineData("ctrl-p,ctrl-q,ctrl-1", "ctrl-1")]
    [InlineData("ctrl-", "ctrl-")]
    [InlineData("ctrl-{", "ctrl-{")]
    [InlineData("ctrl-pp", "ctrl-pp")]
    [InlineData("ctrl p", "ctrl p")]
    [InlineData("é", "é")]
    [InlineData("ctrl-é", "ctrl-é")]
    [InlineData("\u0010", "")]
    [InlineData("none,a", "none")]
    public void What_is_no_key_is_named_with_what_to_write(string spelled, string bad)
    {
        DebugException error = Assert.Throws<DebugException>(() => DetachKeys.Parse(spelled));
        Assert.Equal("InvalidDetachKeys", error.ErrorId);
        Assert.StartsWith($"'{bad}' in the detach keys", error.Message, StringComparison.Ordinal);
        Assert.Contains("'ctrl-p,ctrl-q'", error.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0010', error.Message);
    }

    // ^ and a letter is a control key; | is a border between two reads.
    [Theory]
    [InlineData("ctrl-p,ctrl-q", "data^P^Qmore", "data", true)]
    [InlineData("ctrl-p,ctrl-q", "data^P|^Qmore|and more", "data", true)]
    [InlineData("ctrl-p,ctrl-q", "^P", "", false)]
    [InlineData("ctrl-p,ctrl-q", "^P|x", "^Px", false)]
    [InlineData("ctrl-p,ctrl-q", "a^Pb^Qc", "a^Pb^Qc", false)]
    [InlineData("ctrl-p,ctrl-q", "^P^P", "^P", false)]
    [InlineData("ctrl-p,ctrl-q", "^P^P^Q", "^P", true)]
    [InlineData("ctrl-p,ctrl-q", "^Q^P", "^Q", false)]
    [InlineData("ctrl-a", "x^Ay", "x", true)]
    [InlineData("a,a,b", "aaab", "a", true)]
    [InlineData("a,b,a,c", "ab|ab|ac", "ab", true)]
    [InlineData("a,b,a,c", "abaab", "aba", false)]
    [InlineData("a,a,a,b", "aa|c", "aac", false)]
    [InlineData("none", "^P^Q", "^P^Q", false)]
    public void The_sequence_is_withheld_and_what_is_not_it_passes(string keys, string typed, string passed, bool detached)
    {
        DetachMatcher matcher = new(DetachKeys.Parse(keys));
        ArrayBufferWriter<byte> output = new();
        foreach (string piece in typed.Split('|')) matcher.Take(Bytes(piece), output);
        Assert.Equal(Bytes(passed), output.WrittenSpan.ToArray());
        Assert.Equal(detached, matcher.IsDetached);
    }

    [Fact]
    public void Borders_between_reads_change_nothing()
    {
        // All words of four letters, whole and byte by byte.
        for (int number = 0; number < 256; number++)
        {
            byte[] word = [.. Enumerable.Range(0, 4).Select(place => (byte)"abcd"[number >> 2 * place & 3])];
            foreach (string keys in (string[])["a,b", "a,a", "a,b,a", "a,a,b"])
            {
                (DetachMatcher whole, DetachMatcher pieces) = (new(DetachKeys.Parse(keys)), new(DetachKeys.Parse(keys)));
                (ArrayBufferWriter<byte> first, ArrayBufferWriter<byte> second) = (new(), new());
                bool detached = whole.Take(word, first);
                foreach (byte key in word) pieces.Take([key], second);
                Assert.Equal(first.WrittenSpan, second.WrittenSpan);
                Assert.Equal(detached, pieces.IsDetached);
                Assert.Equal(detached, Encoding.ASCII.GetString(word).Contains(keys.Replace(",", ""), StringComparison.Ordinal));
            }
        }
    }

    private static byte[] Bytes(string text) =>
        Encoding.UTF8.GetBytes(text.Replace("^A", "\u0001").Replace("^P", "\u0010").Replace("^Q", "\u0011"));
}
