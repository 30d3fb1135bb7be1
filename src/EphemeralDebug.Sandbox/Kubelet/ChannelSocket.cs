using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The server's end of an attach or exec stream: messages whose first byte is the channel.</summary>
internal sealed class ChannelSocket : IDisposable
{
    private const int LargestPayload = 32 * 1024;
    private readonly HttpContext _context;
    private readonly Stream _connection;
    private readonly WebSocket _socket;
    private readonly StreamFault? _fault;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _sent;

    private ChannelSocket(HttpContext context, Stream connection, StreamProtocol protocol, StreamFault? fault)
    {
        _context = context;
        _connection = connection;
        _socket = WebSocket.CreateFromStream(connection, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        Protocol = protocol;
        _fault = fault;
    }

    internal StreamProtocol Protocol { get; }

    /// <summary>Whether a request asks for a WebSocket at all.</summary>
    internal static bool IsRequested(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && context.Request.Headers.SecWebSocketKey.Count == 1;

    /// <summary>Switches protocols; the first frame, empty and on channel 1, is sent.</summary>
    internal static async Task<ChannelSocket> AcceptAsync(HttpContext context, StreamProtocol protocol, StreamFault? fault, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        headers.Connection = "Upgrade";
        headers.SecWebSocketAccept = AcceptKey(context.Request.Headers.SecWebSocketKey.ToString());
        headers.SecWebSocketProtocol = protocol.Name;
        Stream stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        ChannelSocket channels = new(context, stream, protocol, fault);
        await channels.SendAsync(1, ReadOnlySequence<byte>.Empty, cancellationToken);
        return channels;
    }

    internal async Task SendAsync(byte channel, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(1 + LargestPayload * 2);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            int length = Encode(channel, payload, frame);
            if (_fault?.BeforeFrame is { } hold) await hold(cancellationToken);
            _sent += payload.Length;
            bool cut = _fault?.CutAfterBytes <= _sent;
            if (cut && _fault!.CutInsideFrame) await SendHalfAsync(frame.AsMemory(0, length), cancellationToken);
            else await SendMessageAsync(frame.AsMemory(0, length), cancellationToken);
            if (cut)
            {
                _context.Abort();
                throw new IOException("The connection was cut on request.");
            }
        }
        finally
        {
            _turn.Release();
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>Sends everything that comes out of a pipe; the pipe fills while the client does not read.</summary>
    internal async Task CopyAsync(byte channel, PipeReader source, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await source.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, LargestPayload));
            if (!part.IsEmpty) await SendAsync(channel, part, cancellationToken);
            bool last = read.IsCompleted && part.Length == read.Buffer.Length;
            source.AdvanceTo(part.End);
            if (last) return;
        }
    }

    /// <summary>Gives each piece that the client sends to <paramref name="receive"/> until the client closes.</summary>
    internal async Task ReceiveAsync(Func<byte, ReadOnlyMemory<byte>, ValueTask> receive, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 + LargestPayload * 2);
        try
        {
            int channel = -1, kept = 0;
            while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                if (_fault?.BeforeInput is { } hold) await hold(_context.RequestAborted);
                ValueWebSocketReceiveResult got = await _socket.ReceiveAsync(buffer.AsMemory(kept), cancellationToken);
                if (got.MessageType == WebSocketMessageType.Close) return;
                int end = kept + got.Count;
                if (Protocol.Base64 && !got.EndOfMessage)
                {
                    // Base64 is decoded by whole messages; one that does not fit is not from a client of this protocol.
                    kept = end < buffer.Length ? end : throw new InvalidDataException("The message is too large.");
                    continue;
                }
                kept = 0;
                int start = 0;
                if (channel < 0)
                {
                    if (end == 0) throw new InvalidDataException("The message has no channel.");
                    channel = Protocol.Base64 ? buffer[0] - '0' : buffer[0];
                    start = 1;
                }
                Memory<byte> payload = buffer.AsMemory(start, end - start);
                if (Protocol.Base64)
                {
                    if (Base64.DecodeFromUtf8InPlace(payload.Span, out int decoded) != OperationStatus.Done) throw new InvalidDataException("The message is not base64.");
                    payload = payload[..decoded];
                }
                await receive((byte)channel, payload);
                if (got.EndOfMessage) channel = -1;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends what ends the stream: the status, where there is one, and the close frame.</summary>
    internal async Task CloseAsync(byte[] status, CancellationToken cancellationToken)
    {
        if (status.Length > 0 && _fault?.NoStatus != true) await SendAsync(3, new ReadOnlySequence<byte>(status), cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _turn.Dispose();
    }

    private async Task SendMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        WebSocketMessageType type = Protocol.Base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
        if (_fault?.FragmentBytes is int most)
        {
            await _socket.SendAsync(message[..1], type, endOfMessage: false, cancellationToken);
            await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, type, endOfMessage: false, cancellationToken);
            for (message = message[1..]; message.Length > most; message = message[most..])
                await _socket.SendAsync(message[..most], type, endOfMessage: false, cancellationToken);
        }
        await _socket.SendAsync(message, type, endOfMessage: true, cancellationToken);
    }

    /// <summary>Sends the head of a frame and half of what it announces.</summary>
    private async Task SendHalfAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        byte[] head = message.Length < 126 ? [0x82, (byte)message.Length] : [0x82, 126, (byte)(message.Length >> 8), (byte)message.Length];
        await _connection.WriteAsync((byte[])[.. head, .. message.Span[..(message.Length / 2)]], cancellationToken);
        await _connection.FlushAsync(cancellationToken);
    }

    private int Encode(byte channel, ReadOnlySequence<byte> payload, byte[] frame)
    {
        if (!Protocol.Base64)
        {
            frame[0] = channel;
            payload.CopyTo(frame.AsSpan(1));
            return 1 + (int)payload.Length;
        }
        frame[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(payload.ToArray(), frame.AsSpan(1), out _, out int written);
        return 1 + written;
    }

    // RFC 6455 prescribes SHA-1 here; it protects nothing.
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "Prescribed by RFC 6455.")]
    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}
