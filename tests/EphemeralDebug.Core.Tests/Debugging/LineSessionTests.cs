using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class LineSessionTests : IAsyncDisposable
{
    private readonly FakeStreams _streams = new();
    private readonly FakeTerminal _terminal = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_shown_and_a_line_is_sent_when_it_is_whole()
    {
        Task<SessionLeave> session = RunAsync();
        _terminal.Type("grüße");
        Assert.Equal("grüße", await _terminal.Shown.ReadAsync(Cancel));
        _terminal.Type("\u007f\r");
        Assert.Equal("\b \b\r\n", await _terminal.Shown.ReadAsync(Cancel));
        Assert.Equal("grüß\n", await _streams.Events.ReadAsync(Cancel));
        Assert.True(_terminal.IsRaw);

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        SessionLeave leave = await session;
        Assert.Equal((StreamEndKind.Success, false), (leave.End!.Kind, leave.InputEnded));
        Assert.False(_terminal.IsRaw);
    }

    [Fact]
    public async Task Output_gets_the_ends_of_lines_that_a_terminal_needs()
    {
        Task<SessionLeave> session = RunAsync();
        _streams.Write("one\ntwo\r");
        Assert.Equal("one\r\ntwo\r", await _terminal.Shown.ReadAsync(Cancel));
        _streams.Write("\nthree\n", isError: true);
        Assert.Equal("\nthree\r\n", await _terminal.Shown.ReadAsync(Cancel));

        _streams.EndWith(new StreamEnd(StreamEndKind.Success));
        await session;
    }

    [Fact]
    public async Task Ctrl_D_on_an_empty_line_ends_the_input_and_waits_for_the_process()
    {
        Task<SessionLeave> session = RunAsync(endsInput: true);
        _terminal.Type("last\r\u0004");
        Assert.Equal("last\n", await _streams.Events.ReadAsync(Cancel));
        Assert.Equal("end of input", await _streams.Events.ReadAsync(Cancel));
        // What is typed now has nowhere to go.
        _terminal.Type("more\r\u0004");
        _streams.Write("the answer\n");
        Assert.Equal("last\r\n", await _terminal.Shown.ReadAsync(Cancel));
        Assert.Equal("the answer\r\n", await _terminal.Shown.ReadAsync(Cancel));
        _streams.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.True((await session).InputEnded);
        Assert.Equal("last\n", _streams.Written);
    }

    [Theory]
    [InlineData("\u0004", false)]
    [InlineData("\u0003", false)]
    [InlineData("\u0003", true)]
    [InlineData("typed\u0003", true)]
    [InlineData("\u0010\u0011", true)]
    public async Task It_is_left_without_an_end_of_the_process(string keys, bool endsInput)
    {
        Task<SessionLeave> session = RunAsync(endsInput);
        _terminal.Type(keys);

        SessionLeave leave = await session;
        Assert.Equal((null, false), (leave.End, leave.InputEnded));
        Assert.Equal("", _streams.Written);
        Assert.True(_streams.IsDisposed);
        Assert.False(_terminal.IsRaw);
    }

    [Fact]
    public async Task After_the_end_of_the_input_it_can_still_be_left()
    {
        Task<SessionLeave> session = RunAsync(endsInput: true);
        _terminal.Type("\u0004");
        Assert.Equal("end of input", await _streams.Events.ReadAsync(Cancel));
        _terminal.Type("\u0003");

        Assert.Null((await session).End);
    }

    [Fact]
    public async Task A_process_that_does_not_read_can_be_left()
    {
        _streams.IsStuck = true;
        Task<SessionLeave> session = RunAsync();
        _terminal.Type("one\r");
        Assert.Equal("one\r\n", await _terminal.Shown.ReadAsync(Cancel));
        _terminal.Type("two\r");
        Assert.Equal("two\r\n", await _terminal.Shown.ReadAsync(Cancel));
        _terminal.Type("\u0003");

        Assert.Null((await session).End);
        Assert.Equal("", _streams.Written);
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
    public async Task Cancelling_ends_it_and_puts_the_terminal_back()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task<SessionLeave> session = LineSession.RunAsync(_streams, _terminal, DetachKeys.Default, endsInput: false, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session);
        Assert.False(_terminal.IsRaw);
    }

    public async ValueTask DisposeAsync()
    {
        await _streams.DisposeAsync();
        await _terminal.DisposeAsync();
    }

    private Task<SessionLeave> RunAsync(bool endsInput = false) => LineSession.RunAsync(_streams, _terminal, DetachKeys.Default, endsInput, Cancel);
}
