using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>A client of attach and exec that keeps what arrives by channel.</summary>
internal sealed class StreamClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Dictionary<int, MemoryStream> _channels = [];
    private readonly Dictionary<int, long> _lengths = [];
    private bool _base64;

    /// <summary>The channels of the frames so far, in order; frames of the same channel in a row are one.</summary>
    internal List<int> Order { get; } = [];

    internal bool Closed { get; private set; }

    internal WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    internal string? Protocol => _socket.SubProtocol;

    internal static async Task<StreamClient> ConnectAsync(Uri address, string protocols = "v5.channel.k8s.io")
    {
        StreamClient client = new();
        foreach (string protocol in protocols.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) client._socket.Options.AddSubProtocol(protocol);
        client._base64 = protocols.Contains("base64", StringComparison.Ordinal);
        await client._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, KubeletCluster.Stop);
        return client;
    }

    /// <summary>Sends the request as a WebSocket client would, for answers that refuse.</summary>
    internal static async Task<(int Status, string Body, string? ContentType)> RefusedAsync(HttpClient http, Uri address, string protocol = "v5.channel.k8s.io")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.Add("Sec-WebSocket-Protocol", protocol);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, KubeletCluster.Stop);
        Assert.NotEqual(HttpStatusCode.SwitchingProtocols, response.StatusCode);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(KubeletCluster.Stop), response.Content.Headers.ContentType?.ToString());
    }

    internal Task SendAsync(int channel, string text) => SendAsync(channel, Encoding.UTF8.GetBytes(text));

    internal Task SendAsync(int channel, byte[] payload) =>
        _socket.SendAsync((byte[])[(byte)channel, .. payload], WebSocketMessageType.Binary, true, KubeletCluster.Stop);

    internal Task HalfCloseAsync() => SendAsync(255, (byte[])[0]);

    internal string Text(int channel) => _channels.TryGetValue(channel, out MemoryStream? stream) ? Encoding.UTF8.GetString(stream.ToArray()) : "";

    /// <summary>How many bytes came, also those that were not kept.</summary>
    internal long Length(int channel) => _lengths.GetValueOrDefault(channel);

    /// <summary>Forgets what arrived.</summary>
    internal void Clear()
    {
        _channels.Clear();
        Order.Clear();
    }

    internal async Task ReadUntilAsync(Func<bool> done)
    {
        while (!done())
        {
            if (!await ReadFrameAsync()) throw new InvalidOperationException($"The stream ended with '{Text(1)}', '{Text(2)}', '{Text(3)}'.");
        }
    }

    internal async Task ReadToEndAsync()
    {
        while (await ReadFrameAsync())
        {
        }
    }

    /// <summary>Reads one message; false where the server has closed.</summary>
    internal async Task<bool> ReadFrameAsync(bool keep = true)
    {
        int length = 0;
        ValueWebSocketReceiveResult result;
        do
        {
            result = await _socket.ReceiveAsync(_buffer.AsMemory(length), KubeletCluster.Stop);
            length += result.Count;
        }
        while (!result.EndOfMessage);
        if (result.MessageType == WebSocketMessageType.Close)
        {
            Closed = true;
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", KubeletCluster.Stop);
            return false;
        }
        int channel = _base64 ? _buffer[0] - '0' : _buffer[0];
        byte[] payload = _base64 ? Convert.FromBase64String(Encoding.ASCII.GetString(_buffer, 1, length - 1)) : _buffer[1..length];
        if (Order.LastOrDefault(-1) != channel) Order.Add(channel);
        if (!_channels.TryGetValue(channel, out MemoryStream? stream)) _channels[channel] = stream = new MemoryStream();
        if (keep) stream.Write(payload);
        _lengths[channel] = _lengths.GetValueOrDefault(channel) + payload.Length;
        return true;
    }

    /// <summary>
    /// Plays a recorded session: sends what was sent, and after each sending waits for the recorded output. Frames may be cut
    /// differently; what arrives by channel, and the end, must be the same.
    /// </summary>
    internal async Task ReplayAsync(JsonObject recorded, Func<string, string> normal)
    {
        Dictionary<int, string> expected = [];
        foreach (JsonNode? frame in recorded["frames"]!.AsArray())
        {
            int channel = (int?)frame!["channel"] ?? -1;
            bool close = (int)frame["opcode"]! == 8;
            if ((string?)frame["dir"] == "send")
            {
                if (close) continue;
                await CompareAsync();
                await SendAsync(channel, Convert.FromHexString((string)frame["payload_hex"]!));
            }
            else if (close)
            {
                await CompareAsync();
                Assert.False(await ReadFrameAsync(), $"The stream goes on: '{Text(1)}'");
                Assert.Equal((int?)frame["close_code"], (int?)CloseStatus);
            }
            else if ((int)frame["opcode"]! == 1)
            {
                string text = Encoding.ASCII.GetString(Convert.FromHexString((string)frame["payload_hex"]!));
                int digit = text[0] - '0';
                expected[digit] = expected.GetValueOrDefault(digit, "") + Encoding.UTF8.GetString(Convert.FromBase64String(text[1..]));
            }
            else expected[channel] = expected.GetValueOrDefault(channel, "") + (string)frame["payload_text"]!;
        }
        await CompareAsync();

        async Task CompareAsync()
        {
            while (expected.Any(pair => normal(Text(pair.Key)).Length < normal(pair.Value).Length || !_channels.ContainsKey(pair.Key)))
            {
                Assert.True(await ReadFrameAsync(), $"Ended early: expected '{string.Join("|", expected.Values)}', got '{Text(1)}|{Text(2)}|{Text(3)}'");
            }
            foreach ((int channel, string text) in expected) Assert.Equal(normal(text), normal(Text(channel)));
            Assert.Equal(expected.Keys.Order(), _channels.Keys.Order());
            expected.Clear();
            Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
