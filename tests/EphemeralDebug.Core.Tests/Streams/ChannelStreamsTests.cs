using System.Text;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>Frames as servers send them, rightly and wrongly, and what is sent in return.</summary>
public sealed class ChannelStreamsTests : IAsyncDisposable
{
    private const string Success = """{"metadata":{},"status":"Success"}""";
    private readonly StreamPeer _peer = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Fact]
    public async Task The_request_is_kubectls_and_offers_both_protocols()
    {
        StreamRequest request = StreamPeer.Exec("sh", "-c", "echo 'a b'; exit 3", "") with { Container = "debugger-1", Tty = true };
        await using IProcessStreams streams = await _peer.OpenAsync(request);
        Assert.Equal("GET /api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=echo%20%27a%20b%27%3B%20exit%203&command="
            + "&container=debugger-1&stdin=true&stdout=true&tty=true HTTP/1.1", _peer.Head[0]);
        Assert.Equal("v5.channel.k8s.io, v4.channel.k8s.io", _peer.Header("Sec-WebSocket-Protocol"));
        Assert.Equal(("Upgrade", "websocket", "13"), (_peer.Header("Connection"), _peer.Header("Upgrade"), _peer.Header("Sec-WebSocket-Version")));
        Assert.Equal(16, Convert.FromBase64String(_peer.Header("Sec-WebSocket-Key")!).Length);
        Assert.True(streams.CanEndInput);
    }

    [Fact]
    public async Task An_attach_asks_for_what_is_wanted_only()
    {
        await using IProcessStreams streams = await _peer.OpenAsync(StreamPeer.Attach with { Stdin = false });
        Assert.Equal("GET /api/v1/namespaces/shop/pods/web-0/attach?container=app&stderr=true&stdout=true HTTP/1.1", _peer.Head[0]);
    }

    [Theory]
    [InlineData("v3.channel.k8s.io")]
    [InlineData("base64.channel.k8s.io")]
    [InlineData(null)]
    public async Task An_answer_without_a_known_protocol_is_refused(string? protocol)
    {
        Task<IProcessStreams> opening = _peer.Api.OpenStreamsAsync(StreamPeer.Attach, Stop);
        await _peer.AcceptAsync(protocol is null ? [] : [$"Sec-WebSocket-Protocol: {protocol}"]);
        Assert.Equal(nameof(Failure.StreamProtocolUnsupported), (await Assert.ThrowsAsync<DebugException>(() => opening)).ErrorId);
        await _peer.UntilGoneAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: v5.channel.k8s.io", "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: v5.channel.k8s.io")]
    [InlineData("HTTP/1.1 200 OK", "Content-Length: 0")]
    public async Task An_answer_that_is_no_handshake_is_refused(params string[] head)
    {
        Task<IProcessStreams> opening = _peer.Api.OpenStreamsAsync(StreamPeer.Attach, Stop);
        await _peer.TakeAsync();
        await _peer.AnswerAsync(head);
        Assert.Equal(nameof(Failure.StreamUpgradeBlocked), (await Assert.ThrowsAsync<DebugException>(() => opening)).ErrorId);
    }

    [Fact]
    public async Task Messages_in_fragments_are_one_message()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        // The channel alone.
        await _peer.SendAsync(2, [1], last: false);
        await _peer.SendAsync(0, "he"u8.ToArray(), last: false);
        // Control frames come in between.
        await _peer.SendAsync(9, "are you there"u8.ToArray());
        await _peer.SendAsync(0, [], last: false);
        await _peer.SendAsync(0, "llo "u8.ToArray());
        // Nothing at all, then channel and bytes.
        await _peer.SendAsync(2, [], last: false);
        await _peer.SendAsync(0, [], last: false);
        await _peer.SendAsync(0, [2, (byte)'o'], last: false);
        await _peer.SendAsync(0, "ops"u8.ToArray());
        // The channel of the message before does not stay.
        await _peer.SendAsync(1, "world");
        await _peer.SendAsync(2, [3], last: false);
        await _peer.SendAsync(0, Encoding.UTF8.GetBytes(Success[..10]), last: false);
        await _peer.SendAsync(0, Encoding.UTF8.GetBytes(Success[10..]));
        await _peer.CloseAsync();
        (string output, string error, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.Equal(("hello world", "oops", new StreamEnd(StreamEndKind.Success, 0)), (output, error, end));
        (int opcode, byte[] pong) = await _peer.ReceiveAsync();
        Assert.Equal((10, "are you there"), (opcode, Encoding.UTF8.GetString(pong)));
    }

    [Fact]
    public async Task What_a_runtime_sends_at_once_comes_as_one_piece()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        byte[] message = [1, .. Enumerable.Repeat((byte)'x', 32 * 1024)];
        await _peer.SendAsync(2, message);
        await _peer.SendAsync(2, message);
        for (int i = 0; i < 2; i++) Assert.Equal(32 * 1024, (await streams.ReadAsync(Stop))!.Value.Bytes.Length);
    }

    [Fact]
    public async Task Empty_messages_and_unknown_channels_say_nothing()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(2, [1]);
        await _peer.SendAsync(2, [2]);
        await _peer.SendAsync(2, [3]);
        await _peer.SendAsync(0, "no channel of a server");
        await _peer.SendAsync(7, "of some later protocol");
        await _peer.SendAsync(255, "\0");
        await _peer.SendAsync(1, "seen");
        await _peer.SendAsync(3, Success);
        await _peer.CloseAsync();
        Assert.Equal(("seen", "", new StreamEnd(StreamEndKind.Success, 0)), await streams.ReadToEndAsync());
    }

    [Fact]
    public async Task A_text_message_is_against_the_protocol()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(1, "hello"u8.ToArray());
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Equal(StreamEndKind.ConnectionLost, end.Kind);
        Assert.Contains("text message", end.Message, StringComparison.Ordinal);
        await _peer.UntilGoneAsync();
    }

    [Fact]
    public async Task A_message_without_a_channel_is_against_the_protocol()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(2, [], last: false);
        await _peer.SendAsync(0, []);
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Equal(StreamEndKind.ConnectionLost, end.Kind);
        Assert.Contains("without a channel", end.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"metadata":{},"status":"Success"}""", StreamEndKind.Success, 0, null)]
    [InlineData("""{"status":"Failure","message":"m","reason":"NonZeroExitCode","details":{"causes":[{"reason":"Other","message":"9"},{"reason":"ExitCode","message":"42"}]}}""", StreamEndKind.Exited, 42, "m")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"256"}]}}""", StreamEndKind.Failed, null, "error stream protocol error: invalid exit code value \"256\"")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":""}]}}""", StreamEndKind.Failed, null, "error stream protocol error: invalid exit code value \"\"")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"0"}]}}""", StreamEndKind.Failed, null, "error stream protocol error: invalid exit code value \"0\"")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":7}]}}""", StreamEndKind.Failed, null, "error stream protocol error: invalid exit code value \"\"")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[]}}""", StreamEndKind.Failed, null, "error stream protocol error: no ExitCode cause given")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode"}""", StreamEndKind.Failed, null, "error stream protocol error: details must be set")]
    [InlineData("""{"status":"Failure","reason":"InternalError","message":"container not found (\"x\")"}""", StreamEndKind.Failed, null, "container not found (\"x\")")]
    [InlineData("""{"status":"Perhaps"}""", StreamEndKind.Failed, null, "error stream protocol error: unknown error")]
    [InlineData("{}", StreamEndKind.Failed, null, "error stream protocol error: unknown error")]
    [InlineData("""{"status":"Success"}{}""", StreamEndKind.Failed, null, """error stream protocol error: no Status but "{"status":"Success"}{}" """)]
    [InlineData("oh \u001b[31mno", StreamEndKind.Failed, null, "error stream protocol error: no Status but \"oh no\"")]
    [InlineData("", StreamEndKind.NoStatus, null, null)]
    public async Task The_status_says_how_it_ended(string status, StreamEndKind kind, int? code, string? message)
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(3, status);
        await _peer.CloseAsync();
        Assert.Equal(new StreamEnd(kind, code, message?.Trim()), (await streams.ReadToEndAsync()).End);
        Assert.Equal(message?.StartsWith("container not found", StringComparison.Ordinal) == true, streams.End!.IsContainerNotRunning);
    }

    [Theory]
    [InlineData("""{"status":"Success"}""", StreamEndKind.Success)]
    [InlineData("""{"status":"Failure","message":"m","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}""", StreamEndKind.Failed)]
    public async Task An_attach_never_tells_an_exit_code(string status, StreamEndKind kind)
    {
        await using IProcessStreams streams = await _peer.OpenAsync(StreamPeer.Attach);
        await _peer.SendAsync(3, status);
        await _peer.CloseAsync();
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Equal((kind, null), (end.Kind, end.ExitCode));
    }

    [Fact]
    public async Task A_status_without_end_is_not_kept()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        Task<(string, string, StreamEnd End)> reading = streams.ReadToEndAsync();
        string part = new(' ', 30_000);
        for (int i = 0; i < 3; i++) await _peer.SendAsync(3, part);
        Assert.Equal(StreamEndKind.ConnectionLost, (await reading).End.Kind);
    }

    [Fact]
    public async Task The_close_frame_is_answered()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(3, Success);
        await _peer.CloseAsync();
        await streams.ReadToEndAsync();
        (int opcode, byte[] payload) = await _peer.ReceiveAsync();
        Assert.Equal((8, "03E8"), (opcode, Convert.ToHexString(payload)));
        await _peer.UntilGoneAsync();
    }

    [Fact]
    public async Task Another_close_code_is_a_loss_that_names_it()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.CloseAsync(1011, "kubelet restarts");
        Assert.Equal(new StreamEnd(StreamEndKind.ConnectionLost, null, "The server closed the stream with code 1011: kubelet restarts"), (await streams.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task A_connection_that_ends_without_a_close_frame_is_lost()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(1, "some");
        _peer.Connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        (string output, _, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.Equal(("some", StreamEndKind.ConnectionLost, null), (output, end.Kind, end.ExitCode));
        await streams.WriteAsync("nobody hears");
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_frame_is_lost_and_what_came_is_given()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        await _peer.SendAsync(1, "before ");
        byte[] frame = StreamPeer.Frame(2, [1, .. new byte[1000]]);
        await _peer.Connection.WriteAsync(frame.AsMemory(0, 500), Stop);
        _peer.Connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        (string output, _, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.StartsWith("before ", output, StringComparison.Ordinal);
        Assert.Equal((StreamEndKind.ConnectionLost, null), (end.Kind, end.ExitCode));
    }

    [Fact]
    public async Task A_status_holds_though_the_connection_breaks_behind_it_and_half_a_status_says_nothing()
    {
        await using (IProcessStreams streams = await _peer.OpenAsync())
        {
            await _peer.SendAsync(3, Success);
            _peer.Connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            Assert.Equal(new StreamEnd(StreamEndKind.Success, 0), (await streams.ReadToEndAsync()).End);
        }
        await using IProcessStreams half = await _peer.OpenAsync();
        await _peer.SendAsync(3, Success[..20]);
        _peer.Connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(StreamEndKind.ConnectionLost, (await half.ReadToEndAsync()).End.Kind);
    }

    [Fact]
    public async Task Input_goes_in_whole_frames_of_at_most_32_kibibytes()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        byte[] input = new byte[100_000];
        Random.Shared.NextBytes(input);
        Task writing = Task.Run(async () =>
        {
            await streams.WriteAsync(input, Stop);
            await streams.EndInputAsync(Stop);
            await streams.EndInputAsync(Stop);
        }, Stop);
        List<byte> seen = [];
        while (await _peer.ReceiveAsync() is (2, var message) && message[0] == 0)
        {
            Assert.InRange(message.Length, 2, 32 * 1024 + 1);
            seen.AddRange(message.AsSpan(1));
        }
        await writing;
        Assert.Equal(input, seen);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await streams.WriteAsync("more"));
    }

    [Fact]
    public async Task Writers_at_once_do_not_mix_their_frames()
    {
        await using IProcessStreams streams = await _peer.OpenAsync(StreamPeer.Exec("sh") with { Tty = true });
        byte[] input = new byte[20_000];
        Task writing = Task.WhenAll(Enumerable.Range(0, 50).SelectMany(i => (Task[])[
            Task.Run(async () => await streams.WriteAsync(input, Stop), Stop),
            Task.Run(async () => await streams.ResizeAsync(new TerminalSize(100 + i, 30), Stop), Stop)]));
        HashSet<string> sizes = [];
        long bytes = 0;
        while (bytes < 50 * input.Length || sizes.Count < 50)
        {
            (int opcode, byte[] message) = await _peer.ReceiveAsync();
            Assert.Equal(2, opcode);
            if (message[0] == 4) sizes.Add(Encoding.ASCII.GetString(message, 1, message.Length - 1));
            else bytes += message.Length - 1;
        }
        await writing;
        Assert.Equal(50 * input.Length, bytes);
        Assert.Contains("""{"Width":149,"Height":30}""", sizes);
    }

    [Fact]
    public async Task On_v4_the_end_of_input_is_refused_with_advice_and_nothing_is_sent()
    {
        await using IProcessStreams streams = await _peer.OpenAsync(protocol: "v4.channel.k8s.io");
        Assert.False(streams.CanEndInput);
        DebugException error = await Assert.ThrowsAsync<DebugException>(async () => await streams.EndInputAsync(Stop));
        Assert.Equal((nameof(Failure.InputEndUnsupported), "shop/web-0"), (error.ErrorId, error.TargetObject));
        // The stream goes on.
        await streams.WriteAsync("x");
        Assert.Equal("0078", Convert.ToHexString((await _peer.ReceiveAsync()).Payload));
        await _peer.SendAsync(3, """{"status":"Failure","message":"m","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""");
        await _peer.CloseAsync();
        Assert.Equal(3, (await streams.ReadToEndAsync()).End.ExitCode);
    }

    [Fact]
    public async Task A_cancelled_read_of_a_silent_stream_ends_at_once_and_lets_go_of_the_connection()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        using CancellationTokenSource cancel = new();
        Task<StreamPiece?> reading = streams.ReadAsync(cancel.Token).AsTask();
        Assert.False(reading.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await _peer.UntilGoneAsync();
        Assert.Null(await streams.ReadAsync(Stop));
        Assert.Equal(StreamEndKind.ConnectionLost, streams.End!.Kind);
    }

    [Fact]
    public async Task A_cancelled_write_that_nobody_takes_ends_at_once()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        using CancellationTokenSource cancel = new();
        // More than the buffers between us take.
        Task writing = streams.WriteAsync(new byte[64 * 1024 * 1024], cancel.Token).AsTask();
        Task second = streams.WriteAsync(new byte[1], cancel.Token).AsTask();
        Assert.False(writing.IsCompleted || second.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await _peer.UntilGoneAsync();
    }

    [Fact]
    public async Task The_end_frees_a_writer_whose_input_nobody_takes()
    {
        await using IProcessStreams streams = await _peer.OpenAsync();
        Task writing = streams.WriteAsync(new byte[64 * 1024 * 1024], Stop).AsTask();
        await _peer.SendAsync(3, Success);
        await _peer.CloseAsync();
        Assert.Equal(StreamEndKind.Success, (await streams.ReadToEndAsync()).End.Kind);
        await writing;
    }

    [Fact]
    public async Task Disposing_ends_who_reads_and_who_writes()
    {
        IProcessStreams streams = await _peer.OpenAsync();
        Task<StreamPiece?> reading = streams.ReadAsync(Stop).AsTask();
        Task writing = streams.WriteAsync(new byte[64 * 1024 * 1024], Stop).AsTask();
        await streams.DisposeAsync();
        Assert.Null(await reading);
        Assert.Equal(StreamEndKind.ConnectionLost, streams.End!.Kind);
        await writing;
        await _peer.UntilGoneAsync();
        await streams.DisposeAsync();
    }

    [Fact]
    public async Task Opening_stops_when_it_is_cancelled()
    {
        using CancellationTokenSource cancel = new();
        Task<IProcessStreams> opening = _peer.Api.OpenStreamsAsync(StreamPeer.Attach, cancel.Token);
        await _peer.TakeAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await _peer.UntilGoneAsync();
    }
}
