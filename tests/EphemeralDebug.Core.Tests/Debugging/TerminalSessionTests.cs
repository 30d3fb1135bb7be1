using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class TerminalSessionTests : IAsyncDisposable
{
    private readonly FakeStreams _streams = new();
    private readonly FakeTerminal _terminal = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_go_in_as_they_are_and_bytes_come_out_as_they_are()
    {
        Task<SessionLeave> session = RunAsync();
        await SizesAsync();
        _terminal.Type("\u001b[A");
        Assert.Equal("\u001b[A", await _streams.Events.ReadAsync(Cancel));
        _terminal.Type("\u0003");
        Assert.Equal("\u0003", await _streams.Events.ReadAsync(Cancel));
        _streams.Write("\u001b[?1049hgrüße");
        Assert.Equal("\u001b[?1049hgrüße", await _terminal.Shown.ReadAsync(Cancel));
        Assert.True(_terminal.IsRaw);

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        Assert.Equal(StreamEndKind.Success, (await session).End!.Kind);
        Assert.False(_terminal.IsRaw);
    }

    [Fact]
    public async Task The_size_is_sent_twice_at_the_start_and_then_whenever_it_changes()
    {
        Task<SessionLeave> session = RunAsync();
        Assert.Equal("81x25", await _streams.Events.ReadAsync(Cancel));
        Assert.Equal("80x24", await _streams.Events.ReadAsync(Cancel));
        _terminal.Resize(100, 30);
        Assert.Equal("100x30", await _streams.Events.ReadAsync(Cancel));

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        await session;
    }

    [Fact]
    public async Task The_detach_keys_leave_and_are_not_sent()
    {
        Task<SessionLeave> session = RunAsync();
        await SizesAsync();
        _terminal.Type("ls\u0010");
        Assert.Equal("ls", await _streams.Events.ReadAsync(Cancel));
        _terminal.Type("\u0011rest");

        Assert.Null((await session).End);
        Assert.Equal("ls", _streams.Written);
        Assert.True(_streams.IsDisposed);
        Assert.False(_terminal.IsRaw);
    }

    [Fact]
    public async Task A_withheld_key_goes_with_the_next()
    {
        Task<SessionLeave> session = RunAsync();
        await SizesAsync();
        _terminal.Type("\u0010");
        _terminal.Type("x");
        Assert.Equal("\u0010x", await _streams.Events.ReadAsync(Cancel));

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        await session;
    }

    [Fact]
    public async Task None_sends_every_key()
    {
        Task<SessionLeave> session = RunAsync(DetachKeys.None);
        await SizesAsync();
        _terminal.Type("\u0010\u0011");
        Assert.Equal("\u0010\u0011", await _streams.Events.ReadAsync(Cancel));

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        await session;
    }

    [Fact]
    public async Task Who_is_to_end_the_process_when_leaving_asks_it_to()
    {
        Task<SessionLeave> session = RunAsync(endOnLeave: true);
        await SizesAsync();
        _terminal.Type("\u0010\u0011");
        Assert.Equal("\u0003\u0004", await _streams.Events.ReadAsync(Cancel));
        _streams.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal(StreamEndKind.Success, (await session).End!.Kind);
    }

    [Fact]
    public async Task A_terminal_that_is_gone_leaves()
    {
        Task<SessionLeave> session = RunAsync();
        _terminal.HangUp();

        Assert.Null((await session).End);
        Assert.True(_streams.IsDisposed);
    }

    [Fact]
    public async Task A_lost_connection_is_an_end_of_its_own()
    {
        Task<SessionLeave> session = RunAsync();
        _streams.EndWith(new StreamEnd(StreamEndKind.ConnectionLost, Message: "reset"));

        Assert.Equal(StreamEndKind.ConnectionLost, (await session).End!.Kind);
        Assert.False(_terminal.IsRaw);
    }

    [Fact]
    public async Task Cancelling_ends_it_and_puts_the_terminal_back()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task<SessionLeave> session = TerminalSession.RunAsync(_streams, _terminal, DetachKeys.Default, endOnLeave: false, stop.Token);
        await SizesAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session);
        Assert.True(_streams.IsDisposed);
        Assert.False(_terminal.IsRaw);
    }

    public async ValueTask DisposeAsync()
    {
        await _streams.DisposeAsync();
        await _terminal.DisposeAsync();
    }

    private Task<SessionLeave> RunAsync(DetachKeys? detach = null, bool endOnLeave = false) =>
        TerminalSession.RunAsync(_streams, _terminal, detach ?? DetachKeys.Default, endOnLeave, Cancel);

    private async Task SizesAsync()
    {
        await _streams.Events.ReadAsync(Cancel);
        await _streams.Events.ReadAsync(Cancel);
    }
}
