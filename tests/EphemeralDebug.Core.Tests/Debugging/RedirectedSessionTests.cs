using System.Text;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class RedirectedSessionTests
{
    private readonly List<string> _given = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Input_is_sent_and_ended_and_the_output_read_to_its_end()
    {
        FakeStreams streams = new();
        Task<SessionLeave> session = RunAsync(streams, "one\ntwo\n", endsInput: true);
        Assert.Equal("one\ntwo\n", await streams.Events.ReadAsync(Cancel));
        Assert.Equal("end of input", await streams.Events.ReadAsync(Cancel));
        streams.Write("out");
        streams.Write("err", isError: true);
        streams.EndWith(new StreamEnd(StreamEndKind.Success, 0));
        SessionLeave leave = await session;

        Assert.Equal(["out", "err (error)"], _given);
        Assert.Equal((StreamEndKind.Success, true), (leave.End!.Kind, leave.InputEnded));
    }

    [Fact]
    public async Task A_protocol_that_cannot_end_input_is_refused_before_anything_is_sent()
    {
        FakeStreams streams = new() { CanEndInput = false };
        DebugException refused = await Assert.ThrowsAsync<DebugException>(() => RunAsync(streams, "one\n", endsInput: true));

        Assert.Equal("InputEndUnsupported", refused.ErrorId);
        Assert.Equal("", streams.Written);
    }

    [Fact]
    public async Task Input_that_must_not_be_ended_ends_the_session_when_the_answers_have_ended()
    {
        FakeStreams streams = new() { CanEndInput = false };
        Task<SessionLeave> session = RunAsync(streams, "one\n", endsInput: false);
        Assert.Equal("one\n", await streams.Events.ReadAsync(Cancel));
        streams.Write("answer");
        SessionLeave leave = await session;

        Assert.Null(leave.End);
        Assert.Equal(["answer"], _given);
        Assert.False(streams.Events.TryRead(out _));
    }

    [Fact]
    public async Task Input_that_cannot_be_read_ends_the_session_with_its_error()
    {
        FakeStreams streams = new();
        using BrokenInput input = new();
        IOException broken = await Assert.ThrowsAsync<IOException>(() => RedirectedSession.RunAsync(streams, input, endsInput: true, GiveAsync, Cancel));

        Assert.Equal("The disk is gone.", broken.Message);
        Assert.True(streams.IsDisposed);
        Assert.False(streams.Events.TryRead(out _));
    }

    [Fact]
    public async Task Cancelling_closes_the_streams()
    {
        FakeStreams streams = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task<SessionLeave> session = RedirectedSession.RunAsync(streams, null, endsInput: true, GiveAsync, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session);
        Assert.True(streams.IsDisposed);
    }

    private Task<SessionLeave> RunAsync(FakeStreams streams, string input, bool endsInput) =>
        RedirectedSession.RunAsync(streams, new MemoryStream(Encoding.UTF8.GetBytes(input)), endsInput, GiveAsync, Cancel);

    private ValueTask GiveAsync(StreamPiece piece, CancellationToken cancellationToken)
    {
        _given.Add(Encoding.UTF8.GetString(piece.Bytes.Span) + (piece.IsError ? " (error)" : ""));
        return ValueTask.CompletedTask;
    }

    private sealed class BrokenInput : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The disk is gone.");
    }
}
