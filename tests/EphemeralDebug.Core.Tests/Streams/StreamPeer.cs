using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Tests.Cluster;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>The other end of a stream, byte by byte in the test's hand, and the API that opens streams to it.</summary>
internal sealed class StreamPeer : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private TcpClient? _client;

    internal StreamPeer(KeepAlive? keepAlive = null)
    {
        _listener.Start();
        Api = new KubernetesApi(_folder.Open(_folder.KubeConfig(new Uri($"http://{_listener.LocalEndpoint}"), "", ""))) { KeepAlive = keepAlive ?? new KeepAlive() };
    }

    internal KubernetesApi Api { get; }

    /// <summary>The lines of the request's head.</summary>
    internal string[] Head { get; private set; } = [];

    internal NetworkStream Connection => _client!.GetStream();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static StreamRequest Exec(params string[] command) => new() { Namespace = "shop", Pod = "web-0", Container = "app", Command = command, Stdin = true };

    internal static StreamRequest Attach { get; } = new() { Namespace = "shop", Pod = "web-0", Container = "app", Stdin = true };

    /// <summary>Opens a stream that the peer accepts.</summary>
    internal async Task<IProcessStreams> OpenAsync(StreamRequest? request = null, string protocol = "v5.channel.k8s.io")
    {
        Task<IProcessStreams> opening = Api.OpenStreamsAsync(request ?? Exec("cat"), Stop);
        await AcceptAsync($"Sec-WebSocket-Protocol: {protocol}");
        return await opening;
    }

    /// <summary>Takes the request, and answers 101.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "Prescribed by RFC 6455.")]
    internal async Task AcceptAsync(params string[] headers)
    {
        await TakeAsync();
        string key = Header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
        await AnswerAsync(["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", $"Sec-WebSocket-Accept: {accept}", .. headers]);
    }

    internal async Task TakeAsync()
    {
        _client = await _listener.AcceptTcpClientAsync(Stop);
        _client.NoDelay = true;
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await Connection.ReadExactlyAsync(one, Stop);
            head.Append((char)one[0]);
        }
        Head = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    internal string? Header(string name) => Head.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?.Split(':', 2)[1].Trim();

    internal ValueTask AnswerAsync(IEnumerable<string> head, string body = "") =>
        Connection.WriteAsync(Encoding.UTF8.GetBytes(string.Join("\r\n", head) + "\r\n\r\n" + body), Stop);

    /// <summary>Sends one frame: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.</summary>
    internal ValueTask SendAsync(int opcode, byte[] payload, bool last = true) => Connection.WriteAsync(Frame(opcode, payload, last), Stop);

    internal ValueTask SendAsync(byte channel, string text) => SendAsync(2, [channel, .. Encoding.UTF8.GetBytes(text)]);

    internal ValueTask CloseAsync(int code = 1000, string reason = "") =>
        SendAsync(8, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    internal static byte[] Frame(int opcode, byte[] payload, bool last = true)
    {
        byte[] head = new byte[payload.Length < 126 ? 2 : 4];
        head[0] = (byte)(opcode | (last ? 0x80 : 0));
        head[1] = (byte)Math.Min(payload.Length, 126);
        if (payload.Length >= 126) BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)payload.Length);
        return [.. head, .. payload];
    }

    /// <summary>Reads one frame; every one of a client must be whole and masked.</summary>
    internal async Task<(int Opcode, byte[] Payload)> ReceiveAsync()
    {
        byte[] head = new byte[2];
        await Connection.ReadExactlyAsync(head, Stop);
        Assert.Equal(0x80, head[0] & 0xF0);
        Assert.Equal(0x80, head[1] & 0x80);
        int length = head[1] & 0x7F;
        Assert.NotEqual(127, length);
        if (length == 126)
        {
            byte[] more = new byte[2];
            await Connection.ReadExactlyAsync(more, Stop);
            length = BinaryPrimitives.ReadUInt16BigEndian(more);
        }
        byte[] mask = new byte[4], payload = new byte[length];
        await Connection.ReadExactlyAsync(mask, Stop);
        await Connection.ReadExactlyAsync(payload, Stop);
        for (int i = 0; i < length; i++) payload[i] ^= mask[i % 4];
        return (head[0] & 0x0F, payload);
    }

    /// <summary>Done when the client has let go of the connection.</summary>
    internal async Task UntilGoneAsync()
    {
        byte[] rest = new byte[64 * 1024];
        try
        {
            while (await Connection.ReadAsync(rest, Stop) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Loses the connection, as a machine that is switched off does once it is on again.</summary>
    internal void Reset() => _client!.Client.Close(0);

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _listener.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
