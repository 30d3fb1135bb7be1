using System.Text;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

public sealed class RawTerminalTests : IDisposable
{
    private readonly FakeDevice _device = new();
    private TerminalSize _size = new(80, 24);
    private int _left;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_restored_closed_and_left_once()
    {
        RawTerminal raw = Enter();
        await raw.DisposeAsync();
        await raw.DisposeAsync();
        Assert.Equal(["raw", "restored", "closed"], _device.Calls);
        Assert.Equal(1, _left);
    }

    [Fact]
    public void A_terminal_that_cannot_be_set_is_closed()
    {
        FakeDevice device = new() { RefusesRaw = true };
        Assert.Throws<DebugException>(() => new RawTerminal(device, () => _size, () => _left++));
        Assert.Equal(["raw", "closed"], device.Calls);
    }

    [Fact]
    public async Task Keys_that_nobody_asked_for_stay_with_the_terminal()
    {
        await using RawTerminal raw = Enter();
        _device.Type("a");
        byte[] buffer = new byte[8];
        Assert.Equal(1, await raw.ReadAsync(buffer, Token));
        _device.Type("bc");
        Assert.Equal(1, _device.Reads);
        await raw.DisposeAsync();
        Assert.Equal(2, _device.WaitingKeys);
        Assert.Equal(0, await raw.ReadAsync(buffer, Token));
    }

    [Fact]
    public async Task A_read_that_is_cancelled_again_and_again_loses_no_key()
    {
        await using RawTerminal raw = Enter();
        StringBuilder got = new();
        byte[] buffer = new byte[3];
        string typed = string.Concat(Enumerable.Range(0, 2000).Select(number => (char)('a' + number % 26)));
        Task typing = Task.Run(() =>
        {
            foreach (char key in typed) _device.Type(key.ToString());
        }, Token);
        while (got.Length < typed.Length)
        {
            using CancellationTokenSource stop = new();
            ValueTask<int> reading = raw.ReadAsync(buffer, stop.Token);
            Task cancelling = Task.Run(stop.Cancel, Token);
            try
            {
                got.Append(Encoding.ASCII.GetString(buffer, 0, await reading));
            }
            catch (OperationCanceledException)
            {
                // The keys are the next read's.
            }

            await cancelling;
        }

        await typing;
        Assert.Equal(typed, got.ToString());
    }

    [Fact]
    public async Task Disposing_ends_a_read_that_waits()
    {
        RawTerminal raw = Enter();
        ValueTask<int> reading = raw.ReadAsync(new byte[8], Token);
        await raw.DisposeAsync();
        Assert.Equal(0, await reading);
    }

    [Fact]
    public async Task A_write_to_a_terminal_that_takes_nothing_can_be_cancelled()
    {
        _device.Takes = 0;
        await using RawTerminal raw = Enter();
        using CancellationTokenSource stop = new();
        Task writing = Task.Run(async () => await raw.WriteAsync("text"u8.ToArray(), stop.Token), Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task Output_in_small_pieces_arrives_whole()
    {
        _device.Takes = 3;
        await using RawTerminal raw = Enter();
        await raw.WriteAsync("a long line of text"u8.ToArray(), Token);
        Assert.Equal("a long line of text", _device.Written.ToString());
    }

    [Fact]
    public async Task A_terminal_that_is_gone_takes_no_output_and_harms_nobody()
    {
        RawTerminal raw = Enter();
        await raw.WriteAsync("\e[?25l"u8.ToArray(), Token);
        _device.Takes = -1;
        await raw.WriteAsync("text"u8.ToArray(), Token);
        await raw.DisposeAsync();
        Assert.Equal("\e[?25l", _device.Written.ToString());
        Assert.Equal(["raw", "restored", "closed"], _device.Calls);
    }

    [Fact]
    public async Task After_the_mode_nothing_is_written()
    {
        RawTerminal raw = Enter();
        await raw.WriteAsync("before"u8.ToArray(), Token);
        await raw.DisposeAsync();
        await raw.WriteAsync("after"u8.ToArray(), Token);
        Assert.Equal("before", _device.Written.ToString());
    }

    [Fact]
    public async Task Only_the_newest_size_is_told_and_only_if_it_is_new()
    {
        await using RawTerminal raw = Enter();
        _device.ChangeSize();
        ValueTask<TerminalSize> next = raw.NextSizeAsync(Token);
        Assert.False(next.IsCompleted);
        _size = new TerminalSize(100, 30);
        _device.ChangeSize();
        Assert.Equal(_size, await next);
        _size = new TerminalSize(101, 30);
        _device.ChangeSize();
        _size = new TerminalSize(102, 30);
        _device.ChangeSize();
        Assert.Equal(_size, await raw.NextSizeAsync(Token));
    }

    [Fact]
    public async Task Settings_that_others_changed_are_set_again_with_the_keys_that_the_remote_program_wants()
    {
        FakeDevice device = new() { HasOwnKeys = true };
        await using RawTerminal raw = new(device, () => _size, () => { });
        await raw.WriteAsync("\e[?1h"u8.ToArray(), Token);
        device.ChangeSettings();
        // Not in the middle of a sequence.
        await raw.WriteAsync("\e["u8.ToArray(), Token);
        device.ChangeSettings();
        await raw.WriteAsync("m"u8.ToArray(), Token);
        Assert.Equal("\e[?1l\e>\e[?1h\e[?1h\e>\e[m", device.Written.ToString());
        await raw.DisposeAsync();
        device.ChangeSettings();
        Assert.Equal(["raw", "raw again", "raw again", "restored", "closed"], device.Calls);
    }

    public void Dispose() => _device.Dispose();

    private RawTerminal Enter() => new(_device, () => _size, () => _left++);
}
