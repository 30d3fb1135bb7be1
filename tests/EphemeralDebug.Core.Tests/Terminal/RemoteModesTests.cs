using System.Text;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

public sealed class RemoteModesTests
{
    // E is Escape.
    [Theory]
    [InlineData("", "")]
    [InlineData("total 0\r\ndrwxr-xr-x é \u009b?25l\r\n\a\b\t", "")]
    // Every private mode, on and off.
    [InlineData("E[?1h", "E[?1l")]
    [InlineData("E[?1hE[?1l", "")]
    [InlineData("E[?5h", "E[?5l")]
    [InlineData("E[?9h", "E[?9l")]
    [InlineData("E[?1000hE[?1002hE[?1006h", "E[?1000;1002;1006l")]
    [InlineData("E[?1000;1002;1003;1006;1015h", "E[?1000;1002;1003;1006;1015l")]
    [InlineData("E[?1000;1006hE[?1000l", "E[?1006l")]
    [InlineData("E[?1001;1005;1016h", "E[?1001;1005;1016l")]
    [InlineData("E[?1004h", "E[?1004l")]
    [InlineData("E[?2004h", "E[?2004l")]
    [InlineData("E[?69;2026;2031;2048;9001h", "E[?69;2026;2031;2048;9001l")]
    [InlineData("E[?25l", "E[?25h")]
    [InlineData("E[?7lE[?25l", "E[?7;25h")]
    [InlineData("E[?25lE[?25h", "")]
    [InlineData("E[?25h", "")]
    [InlineData("E[?12;1234h", "")]
    // The alternate screen is left as it was entered.
    [InlineData("E[?1049h", "E[?1049l")]
    [InlineData("E[?1047h", "E[?1047l")]
    [InlineData("E[?47h", "E[?47l")]
    [InlineData("E[?1049hE[?1049l", "")]
    [InlineData("E[?1049hE[?47l", "")]
    // Keys.
    [InlineData("E=", "E>")]
    [InlineData("E=E>", "")]
    [InlineData("E[?66h", "E>")]
    [InlineData("E[>4;2m", "E[>4m")]
    [InlineData("E[>4;2mE[>4;0m", "")]
    [InlineData("E[>4;1mE[>4m", "")]
    [InlineData("E[>4;1mE[>m", "")]
    [InlineData("E[>4;1mE[>4n", "")]
    [InlineData("E[>1;2m", "")]
    [InlineData("E[>1u", "E[<1u")]
    [InlineData("E[>1uE[>5u", "E[<2u")]
    [InlineData("E[>1uE[<u", "")]
    [InlineData("E[>1uE[>1uE[>1uE[<2u", "E[<1u")]
    [InlineData("E[=1;1u", "E[=0u")]
    [InlineData("E[=1uE[=0u", "")]
    [InlineData("E[?u", "")]
    [InlineData("E[>1uE[?1049hE[>1u", "E[<1uE[?1049lE[<1u")]
    // Attributes.
    [InlineData("E[1m", "E[m")]
    [InlineData("E[1mE[m", "")]
    [InlineData("E[31mE[0m", "")]
    [InlineData("E[0;1m", "E[m")]
    [InlineData("E[1;0m", "")]
    [InlineData("E[1;m", "")]
    [InlineData("E[38;5;0m", "E[m")]
    [InlineData("E[48;2;0;0;0m", "E[m")]
    [InlineData("E[38;5;0;0m", "")]
    [InlineData("E[38:5:0m", "E[m")]
    [InlineData("E[4:3mE[m", "")]
    [InlineData("E[39;49m", "")]
    [InlineData("E7E[1mE8", "")]
    [InlineData("E[1mE7E[mE8", "E[m")]
    // Character sets.
    [InlineData("E(0", "E(B")]
    [InlineData("E(0E(B", "")]
    [InlineData("E(\"4", "E(B")]
    [InlineData("E)0\u000e", "\u000f")]
    [InlineData("E)0\u000e\u000f", "")]
    [InlineData("E%@", "E%G")]
    [InlineData("E%@E%G", "")]
    // The rest of the screen.
    [InlineData("E[2;10r", "E7E[rE8")]
    [InlineData("E[2;10rE[r", "")]
    [InlineData("E[4h", "E[4l")]
    [InlineData("E[2;20h", "E[2;20l")]
    [InlineData("E[5 q", "E[ q")]
    [InlineData("E[5 qE[0 q", "")]
    // Resets.
    [InlineData("E[?1;1000;1049;2004hE[?25lE=E[>4;2mE[>1uE(0\u000eE[1mE[2;3rE[4hE[5 qEc", "")]
    [InlineData("E[?1;1000hE[?25lE=E(0E[1mE[2;3rE[4hE[!p", "E[?1000l")]
    // What is no such sequence, though it looks like one.
    [InlineData("E]0;E[?25hE\\E[?25l", "E[?25h")]
    [InlineData("E]0;title [?25l\aE[1mE[m", "")]
    [InlineData("EPq[?25l\a[1mE\\", "")]
    [InlineData("E_G[1mE\\", "")]
    [InlineData("E[?2$5h", "")]
    [InlineData("E[?25$p", "")]
    [InlineData("E[?25\u0018l", "")]
    [InlineData("E[?1E[?25l", "E[?25h")]
    [InlineData("E[?2\u000e5l", "E[?25h\u000f")]
    [InlineData("E[?2\u00e95l", "E[?25h")]
    [InlineData("E[2?5l", "")]
    [InlineData("E[?1r", "")]
    // What was cut off is ended first.
    [InlineData("E", "\u0018")]
    [InlineData("E[?25", "\u0018")]
    [InlineData("E(", "\u0018")]
    [InlineData("E[?25lE[3", "\u0018E[?25h")]
    [InlineData("E]0;tit", "E\\")]
    [InlineData("EPq#", "E\\")]
    [InlineData("E]0;titE", "E\\")]
    [InlineData("E[1mE]8;;http", "E\\E[m")]
    // As programs do it.
    [InlineData("E[?1049hE[22;0;0tE[?1hE=E[?2004hE[1;24rE[?12hE[?25hE[?25lE[?1000hE[?1006hE[48;5;236m~", "E[?1049lE7E[rE8E[?1;1000;1006;2004lE[?25hE>E[m")]
    [InlineData("E[?1049hE[?1hE=vimE[?1lE>E[?1049lE[23;0;0t", "")]
    public void What_is_left_changed_is_put_back(string output, string undo)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Escaped(output));
        RemoteModes whole = new();
        whole.Follow(bytes);
        Assert.Equal(undo, Shown(whole.Undo()));

        RemoteModes pieces = new();
        foreach (byte one in bytes) pieces.Follow([one]);
        Assert.Equal(undo, Shown(pieces.Undo()));

        // What puts it back is understood as such.
        whole.Follow(whole.Undo());
        Assert.Equal("", Shown(whole.Undo()));
    }

    [Theory]
    [InlineData("", "E[?1lE>")]
    [InlineData("E[?1h", "E[?1hE>")]
    [InlineData("E=", "E[?1lE=")]
    [InlineData("E[?1hE=", "E[?1hE=")]
    public void Keys_can_be_set_as_the_remote_program_wants_them(string output, string keys)
    {
        RemoteModes modes = new();
        modes.Follow(Encoding.ASCII.GetBytes(Escaped(output)));
        Assert.Equal(keys, Shown(modes.Keys()));
    }

    [Fact]
    public void Hostile_output_neither_grows_it_nor_allocates()
    {
        RemoteModes modes = new();
        byte[] noise = new byte[64 * 1024];
        new Random(7).NextBytes(noise);
        // Sequences that never end, and far too many of everything.
        byte[][] pieces =
        [
            noise,
            Encoding.ASCII.GetBytes("\e[?" + string.Concat(Enumerable.Repeat("99999999999;", 5000)) + "h"),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\e[>1u", 5000))),
            Encoding.ASCII.GetBytes("\e]0;" + new string('x', 100_000)),
            [.. Enumerable.Repeat((byte)'\e', 50_000)],
        ];
        foreach (byte[] piece in pieces) modes.Follow(piece);
        // A collection in between counts the rest of the thread's allocation block, so the least of several counts.
        long least = long.MaxValue;
        for (int turn = 0; turn < 5; turn++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] piece in pieces) modes.Follow(piece);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.InRange(modes.Undo().Length, 1, 300);
    }

    [Fact]
    public void Any_noise_can_be_put_back()
    {
        Random random = new(11);
        const string Alphabet = "\e\e\e[[[]P?><=!;:0124579 (%mhlruqpcnB@\\\a\u000e\u000f\u0018x";
        for (int round = 0; round < 2000; round++)
        {
            byte[] noise = [.. Enumerable.Range(0, 200).Select(_ => (byte)Alphabet[random.Next(Alphabet.Length)])];
            RemoteModes modes = new();
            modes.Follow(noise);
            modes.Follow(modes.Undo());
            Assert.Equal("", Shown(modes.Undo()));
            Assert.True(modes.IsAtRest);
        }
    }

    private static string Escaped(string text) => text.Replace('E', '\e');

    private static string Shown(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes).Replace('\e', 'E');
}
