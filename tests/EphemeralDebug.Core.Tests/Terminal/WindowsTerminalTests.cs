using System.Buffers;
using System.Text;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

/// <summary>The console of Windows, through its calls: these run everywhere.</summary>
public sealed class WindowsTerminalTests
{
    private const uint RawInput = 0x03e0, RawOutput = 0x000f;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_modes_and_code_pages_are_set_and_put_back()
    {
        FakeConsole console = new();
        RawTerminal raw = Enter(console);
        Assert.Equal((RawInput, RawOutput), (console.InputMode, console.OutputMode));
        Assert.Equal((65001u, 65001u), console.CodePages);
        await raw.DisposeAsync();
        await raw.DisposeAsync();
        Assert.Equal(["out 000f", "in 03e0", "pages 65001 65001", "in 01f7", "out 0003", "pages 437 850", "closed"], console.Calls);
    }

    [Fact]
    public async Task An_older_console_has_no_way_to_keep_the_column()
    {
        FakeConsole console = new() { Refused = "out 000f" };
        await Enter(console).DisposeAsync();
        Assert.Equal(["refused out 000f", "out 0007", "in 03e0", "pages 65001 65001", "in 01f7", "out 0003", "pages 437 850", "closed"], console.Calls);
    }

    [Theory]
    [InlineData("in 03e0", "out 000f|refused in 03e0|in 01f7|out 0003|pages 437 850|closed")]
    [InlineData("get in", "closed")]
    [InlineData("get out", "closed")]
    public void A_console_that_refuses_is_left_as_it_was(string refused, string calls)
    {
        FakeConsole console = new() { Refused = refused };
        DebugException error = Assert.Throws<DebugException>(() => Enter(console));
        Assert.Equal("TerminalNotSet", error.ErrorId);
        Assert.Contains(console.LastError, error.Message, StringComparison.Ordinal);
        Assert.Equal(calls.Split('|'), console.Calls);
    }

    [Fact]
    public async Task Modes_that_a_remote_program_left_on_are_put_back_while_the_console_understands_them()
    {
        FakeConsole console = new();
        RawTerminal raw = Enter(console);
        await raw.WriteAsync("\e[?1049h\e[?25l"u8.ToArray(), Token);
        await raw.DisposeAsync();
        Assert.Equal("\e[?1049h\e[?25l\e[?1049l\e[?25h", console.Written);
    }

    [Fact]
    public async Task Output_may_be_cut_in_a_character()
    {
        FakeConsole console = new();
        await using RawTerminal raw = Enter(console);
        foreach (byte one in Encoding.UTF8.GetBytes("é€😀")) await raw.WriteAsync(new[] { one }, Token);
        await raw.WriteAsync(Encoding.UTF8.GetBytes(new string('é', 20_000)), Token);
        Assert.Equal("é€😀" + new string('é', 20_000), console.Written);
    }

    [Fact]
    public async Task Keys_come_as_UTF_8_and_other_records_do_not_end_a_read()
    {
        FakeConsole console = new();
        await using RawTerminal raw = Enter(console);
        byte[] buffer = new byte[64];
        ValueTask<int> reading = raw.ReadAsync(buffer, Token);
        console.Send(new InputRecord { EventType = 0x10 }, Key('\0'));
        console.Send(Key('x', down: false));
        console.Send(Key('\e'), Key('['), Key('A'), Key('\e', down: false));
        Assert.Equal("1B5B41", Convert.ToHexString(buffer, 0, await reading));
    }

    [Fact]
    public async Task A_small_buffer_loses_no_key()
    {
        FakeConsole console = new();
        await using RawTerminal raw = Enter(console);
        console.Send([.. "é€😀".Select(letter => Key(letter))]);
        byte[] got = new byte[9], buffer = new byte[2];
        for (int count = 0; count < got.Length;)
        {
            int read = await raw.ReadAsync(buffer, Token);
            buffer.AsSpan(0, read).CopyTo(got.AsSpan(count));
            count += read;
        }

        Assert.Equal("é€😀", Encoding.UTF8.GetString(got));
    }

    [Fact]
    public async Task A_cancelled_read_leaves_the_keys_to_the_next()
    {
        FakeConsole console = new();
        await using RawTerminal raw = Enter(console);
        byte[] buffer = new byte[64];
        using CancellationTokenSource stop = new();
        ValueTask<int> reading = raw.ReadAsync(buffer, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
        console.Send(Key('k'));
        Assert.Equal(1, await raw.ReadAsync(buffer, Token));
        Assert.Equal((byte)'k', buffer[0]);
    }

    [Fact]
    public async Task A_console_that_is_gone_ends_the_reading()
    {
        FakeConsole console = new();
        await using RawTerminal raw = Enter(console);
        console.Send();
        Assert.Equal(0, await raw.ReadAsync(new byte[8], Token));
    }

    public static TheoryData<string, ushort, bool, ushort, uint, int, string> Records => new()
    {
        { "a letter", 1, true, 0x41, 0, 'a', "61" },
        { "a letter that goes up", 1, false, 0x41, 0, 'a', "" },
        { "Ctrl+C", 1, true, 0x43, 8, 3, "03" },
        { "Shift alone", 1, true, 0x10, 0x10, 0, "" },
        { "Ctrl alone", 1, true, 0x11, 8, 0, "" },
        { "Ctrl+Space", 1, true, 0x20, 8, 0, "00" },
        { "Ctrl+@", 1, true, 0x32, 4, 0, "00" },
        { "Alt and a number", 1, false, 0x12, 0, 0x20ac, "E282AC" },
        { "Alt that goes up", 1, false, 0x12, 0, 0, "" },
        { "a part of a sequence", 1, true, 0, 0, '[', "5B" },
        { "the mouse", 2, true, 0, 0, 'a', "" },
        { "a new size", 4, true, 0, 0, 'a', "" },
        { "the focus", 0x10, true, 0, 0, 'a', "" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_is_a_key_or_nothing(string what, ushort type, bool down, ushort key, uint controls, int character, string bytes)
    {
        ArrayBufferWriter<byte> keys = new();
        new WindowsKeys().Add(
            new InputRecord { EventType = type, KeyDown = down ? 1 : 0, RepeatCount = 1, VirtualKey = key, ControlKeys = controls, Character = (ushort)character }, keys);
        Assert.True(bytes == Convert.ToHexString(keys.WrittenSpan), what);
    }

    [Fact]
    public void A_key_that_repeats_comes_as_often()
    {
        ArrayBufferWriter<byte> keys = new();
        new WindowsKeys().Add(new InputRecord { EventType = 1, KeyDown = 1, RepeatCount = 3, Character = 'x' }, keys);
        Assert.Equal("xxx"u8, keys.WrittenSpan);
    }

    private static RawTerminal Enter(FakeConsole console) => new(new WindowsTerminal(console), () => new TerminalSize(80, 24), () => { });

    private static InputRecord Key(char character, bool down = true) =>
        new() { EventType = 1, KeyDown = down ? 1 : 0, RepeatCount = 1, Character = character };
}
