using System.Text.Json.Nodes;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>Sessions of a genuine cluster, whose side the peer plays: what we make of them, and what we send.</summary>
public sealed class TranscriptTests : IAsyncDisposable
{
    private readonly StreamPeer _peer = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Sessions => [.. Directory.EnumerateFiles(Folder("websocket"), "*.json")
        .Where(file => Head(Read(file), "Sec-WebSocket-Protocol") is "v5.channel.k8s.io" or "v4.channel.k8s.io")
        .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task A_recorded_session_is_understood_and_answered_frame_by_frame(string file)
    {
        JsonObject recorded = Read(Path.Combine(Folder("websocket"), file + ".json"));
        await using IProcessStreams streams = await _peer.OpenAsync(Request(recorded), Head(recorded, "Sec-WebSocket-Protocol")!);
        Task<(string Output, string Error, StreamEnd End)> reading = streams.ReadToEndAsync();
        string output = "", error = "", status = "";
        foreach (JsonObject frame in recorded["frames"]!.AsArray().OfType<JsonObject>())
        {
            int opcode = (int)frame["opcode"]!;
            if (opcode == 8)
            {
                if ((string)frame["dir"]! == "recv") await _peer.CloseAsync((int)frame["close_code"]!, (string)frame["close_reason"]!);
                else
                {
                    await reading;
                    (int sent, byte[] code) = await _peer.ReceiveAsync();
                    Assert.Equal((8, $"{(int)frame["close_code"]!:X4}"), (sent, Convert.ToHexString(code)));
                }
                continue;
            }
            byte channel = (byte)(int)frame["channel"]!;
            byte[] payload = Convert.FromHexString((string)frame["payload_hex"]!);
            if ((string)frame["dir"]! == "recv")
            {
                string text = (string)frame["payload_text"]!;
                if (channel == 1) output += text;
                else if (channel == 2) error += text;
                else if (channel == 3) status += text;
                await _peer.SendAsync(opcode, [channel, .. payload]);
                continue;
            }
            await SendAsync(streams, channel, payload);
            (int got, byte[] message) = await _peer.ReceiveAsync();
            Assert.Equal((opcode, Convert.ToHexString((byte[])[channel, .. payload])), (got, Convert.ToHexString(message)));
        }
        if (status.Length == 0)
        {
            // Recorded of a client that went away: nothing of an end.
            _peer.Connection.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            Assert.Equal((output, error, StreamEndKind.ConnectionLost), ((await reading).Output, (await reading).Error, (await reading).End.Kind));
            return;
        }
        (string seen, string seenError, StreamEnd end) = await reading;
        Assert.Equal((output, error, Expected(JsonNode.Parse(status)!, recorded)), (seen, seenError, end));
    }

    [Theory]
    [InlineData("websocket/error-attach-after-exit", nameof(Failure.ContainerNotRunning), "container tty1 not found in pod sockets_cap")]
    [InlineData("websocket/error-attach-container-waiting", nameof(Failure.ContainerNotRunning), "container nopull not found in pod fails_cap")]
    [InlineData("websocket/error-attach-too-late-already-terminated", nameof(Failure.ContainerNotRunning), "container quick not found in pod sockets_cap")]
    [InlineData("websocket/error-attach-no-such-container", nameof(Failure.BadRequest), "container nosuch is not valid for pod sockets")]
    [InlineData("websocket/error-attach-no-streams-requested", nameof(Failure.BadRequest), "you must specify at least 1 of stdin, stdout, stderr")]
    [InlineData("websocket/error-attach-unsupported-subprotocol", nameof(Failure.StreamProtocolUnsupported), "v5.channel.k8s.io")]
    [InlineData("websocket/exec-exit3-v3.channel.k8s.io", nameof(Failure.StreamProtocolUnsupported), "v5.channel.k8s.io")]
    [InlineData("transcripts/websocket/error-attach-forbidden-developer", nameof(Failure.Forbidden), "cannot get resource \"pods/attach\"")]
    [InlineData("transcripts/websocket/handshake-websocket-attach-create-only", nameof(Failure.Forbidden), "cannot get resource \"pods/attach\"")]
    [InlineData("transcripts/websocket/handshake-websocket-attach-get-only", nameof(Failure.Forbidden), "resources: [\"pods/attach\"], verbs: [\"get\", \"create\"]")]
    public async Task A_recorded_refusal_is_understood(string file, string errorId, string words)
    {
        JsonObject recorded = Read(Path.Combine(AppContext.BaseDirectory, "Data", file + ".json"));
        Task<IProcessStreams> opening = _peer.Api.OpenStreamsAsync(Request(recorded), Stop);
        await _peer.TakeAsync();
        string body = recorded["response_body"] is JsonObject status ? status.ToJsonString() : (string?)recorded["response_body"] ?? "";
        IEnumerable<string> head = recorded["response_head"]!.AsArray().Select(line => (string)line!).Where(line => !line.StartsWith("Content-Length", StringComparison.Ordinal));
        await _peer.AnswerAsync([.. head, $"Content-Length: {body.Length}"], body);
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => opening);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(words, error.Message + error.Advice, StringComparison.Ordinal);
    }

    private static async Task SendAsync(IProcessStreams streams, byte channel, byte[] payload)
    {
        if (channel == 0) await streams.WriteAsync(payload, Stop);
        else if (channel == 255) await streams.EndInputAsync(Stop);
        else
        {
            JsonNode size = JsonNode.Parse(payload)!;
            await streams.ResizeAsync(new TerminalSize((int)size["Width"]!, (int)size["Height"]!), Stop);
        }
    }

    private static StreamEnd Expected(JsonNode status, JsonObject recorded)
    {
        if ((string?)status["status"] == "Success") return new(StreamEndKind.Success, Request(recorded).Command is null ? null : 0);
        return (string?)status["details"]?["causes"]?[0]?["reason"] == "ExitCode"
            ? new(StreamEndKind.Exited, int.Parse((string)status["details"]!["causes"]![0]!["message"]!, System.Globalization.CultureInfo.InvariantCulture), (string)status["message"]!)
            : new(StreamEndKind.Failed, null, (string)status["message"]!);
    }

    private static StreamRequest Request(JsonObject recorded)
    {
        string[] address = ((string)recorded["request"]![0]!).Split(' ')[1].Split('?');
        string[] path = address[0].Split('/');
        ILookup<string, string> query = address[1].Split('&', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(part => part.Split('=')[0], part => Uri.UnescapeDataString(part.Split('=')[1]));
        return new StreamRequest
        {
            Namespace = path[4],
            Pod = path[6],
            Container = query["container"].FirstOrDefault("app"),
            Command = path[7] == "exec" ? [.. query["command"]] : null,
            Stdin = query["stdin"].Any(),
            Tty = query["tty"].Any(),
        };
    }

    private static string? Head(JsonObject recorded, string name) => recorded["response_head"]!.AsArray().Select(line => (string)line!)
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsObject();

    private static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
