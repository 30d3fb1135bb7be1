using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Streams;

/// <summary>The channel protocol (v5 and v4): WebSocket messages whose first byte says which of the process's streams they belong to.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Disposing a semaphore would leave those who wait for it waiting; it holds no handle.")]
internal sealed class ChannelStreams : IProcessStreams
{
    private const byte Input = 0, Output = 1, Error = 2, Status = 3, Resize = 4, Close = 255;
    private const int LargestInput = 32 * 1024, LargestStatus = 64 * 1024;

    // The runtimes' pieces of 32 KiB come in messages of one byte more; with room for less, each would be two pieces here.
    private const int LargestPiece = 1 + (32 * 1024);

    private readonly HttpResponseMessage _response;
    private readonly PingedStream _connection;
    private readonly WebSocket _socket;
    private readonly StreamRequest _request;
    private readonly KeepAlive _keepAlive;
    private readonly byte[] _received = new byte[LargestPiece];
    private readonly ArrayBufferWriter<byte> _status = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private byte[]? _frame;
    private int _channel = -1;
    private bool _inputEnded;
    private volatile bool _closed;
    private volatile bool _disposed;

    internal ChannelStreams(HttpResponseMessage response, Stream connection, StreamRequest request, bool canEndInput, KeepAlive keepAlive)
    {
        _response = response;
        _request = request;
        _keepAlive = keepAlive;
        CanEndInput = canEndInput;
        _connection = new PingedStream(connection, keepAlive);
        _socket = WebSocket.CreateFromStream(_connection, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = Timeout.InfiniteTimeSpan });
    }

    public bool CanEndInput { get; }

    public StreamEnd? End { get; private set; }

    private bool IsExec => _request.Command is not null;

    public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
    {
        if (End is not null) return null;
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult got = await _socket.ReceiveAsync(_received.AsMemory(), cancellationToken).ConfigureAwait(false);
                if (got.MessageType == WebSocketMessageType.Close) return Closed();
                if (got.MessageType == WebSocketMessageType.Text) return Lost("The server sent a text message, which the protocol does not have.");
                int start = 0;
                if (_channel < 0 && got.Count > 0) (_channel, start) = (_received[0], 1);
                int channel = _channel;
                if (got.EndOfMessage) _channel = -1;
                if (channel < 0 && got.EndOfMessage) return Lost("The server sent a message without a channel.");
                ReadOnlyMemory<byte> payload = _received.AsMemory(start, got.Count - start);
                // The first message is empty; those of channels that are not known are for later protocols.
                if (payload.IsEmpty) continue;
                if (channel is Output or Error) return new StreamPiece(channel == Error, payload);
                if (channel == Status && !Keep(payload.Span)) return Lost("The server's status is longer than any status can be.");
            }
        }
        catch (Exception broken) when (IsLoss(broken))
        {
            Abort();
            ThrowIfCancelled(broken, cancellationToken);
            return Lost(Words(broken));
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (_inputEnded && !_closed) throw new InvalidOperationException("Standard input has been ended.");
        for (int start = 0; start < input.Length; start += LargestInput)
            await SendAsync(Input, input.Slice(start, Math.Min(LargestInput, input.Length - start)), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask EndInputAsync(CancellationToken cancellationToken)
    {
        if (!CanEndInput) throw Failure.InputEndUnsupported($"{_request.Namespace}/{_request.Pod}");
        if (_inputEnded) return;
        _inputEnded = true;
        await SendAsync(Close, new byte[] { Input }, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken) => SendAsync(
        Resize, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"Width":{{size.Columns}},"Height":{{size.Rows}}}""")), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        Abort();
        _socket.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends one message as one frame, for servers take each frame for a message.</summary>
    private async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_closed)
            {
                // The writer before was cancelled by the same token, and freed this one before the token did.
                cancellationToken.ThrowIfCancellationRequested();
                return;
            }
            if (_frame is null || _frame.Length <= payload.Length) _frame = new byte[payload.Length <= 1024 ? 1025 : LargestInput + 1];
            _frame[0] = channel;
            payload.CopyTo(_frame.AsMemory(1));
            await _socket.SendAsync(_frame.AsMemory(0, payload.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception broken) when (IsLoss(broken))
        {
            // How it ended is what reading tells.
            Abort();
            ThrowIfCancelled(broken, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The server has closed; all that it had to say was said.</summary>
    private StreamPiece? Closed()
    {
        bool proper = _socket.CloseStatus is null or WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.Empty;
        string? words = proper ? null : $"The server closed the stream with code {(int)_socket.CloseStatus!}: {_socket.CloseStatusDescription}".TrimEnd(' ', ':');
        End = _status.WrittenCount == 0 ? new(proper ? StreamEndKind.NoStatus : StreamEndKind.ConnectionLost, Message: words)
            : ChannelStatus.Read(_status.WrittenSpan, IsExec) ?? ChannelStatus.Unreadable(_status.WrittenSpan);
        // A writer that the server left waiting must not keep the stream open.
        if (_turn.Wait(0, CancellationToken.None))
        {
            _closed = true;
            _ = AnswerCloseAsync();
            _turn.Release();
        }
        Abort();
        return null;
    }

    /// <summary>The frame is sent at once where the connection takes it. The rest of the handshake is worth no wait: nothing comes any more.</summary>
    private async Task AnswerCloseAsync()
    {
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsLoss(gone))
        {
        }
    }

    private StreamPiece? Lost(string message)
    {
        Abort();
        // The status is the last that a server says: what it told holds, also where its good-bye is missing.
        End = (_status.WrittenCount > 0 ? ChannelStatus.Read(_status.WrittenSpan, IsExec) : null) ?? new(StreamEndKind.ConnectionLost, Message: message);
        return null;
    }

    private bool Keep(ReadOnlySpan<byte> status)
    {
        if (_status.WrittenCount + status.Length > LargestStatus) return false;
        _status.Write(status);
        return true;
    }

    private void Abort()
    {
        _closed = true;
        _socket.Abort();
        _connection.Dispose();
    }

    private string Words(Exception broken) => _disposed ? "The stream was closed on this side." : _connection.IsPeerDead
        ? string.Create(CultureInfo.InvariantCulture, $"The server has not answered for {(_keepAlive.Unanswered + 1) * _keepAlive.Interval.TotalSeconds:0.#} seconds.")
        : $"The connection was lost: {PlainText.OneLine(broken.GetBaseException().Message)}";

    /// <summary>A connection torn down because of the token may come out as broken, and one that is closed from the other side as cancelled.</summary>
    private static void ThrowIfCancelled(Exception broken, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(broken.Message, broken, cancellationToken);
    }

    private static bool IsLoss(Exception broken) =>
        broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
