using System.Security.Cryptography;

namespace EphemeralDebug.Core.Streams;

/// <summary>
/// The connection below a WebSocket, which pings the peer while somebody waits for it, and closes when it no longer answers.
/// </summary>
/// <remarks>
/// .NET 8's WebSocket sends pongs and expects nothing in return, and TCP's keep-alive asks no further than to the nearest proxy. A ping
/// of the protocol is answered by the server itself. Each write of the WebSocket is one whole frame, so that a ping fits between two.
/// A reader that takes its time is no fault of the peer's: nothing is asked, and nothing counted, while nobody reads.
/// </remarks>
internal sealed class PingedStream : Stream
{
    private readonly Stream _inner;
    private readonly KeepAlive _limits;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ITimer _timer;
    private volatile bool _reading;
    private int _unanswered;
    private long _unheardInput;

    internal PingedStream(Stream inner, KeepAlive limits)
    {
        _inner = inner;
        _limits = limits;
        _timer = limits.Time.CreateTimer(static state => _ = ((PingedStream)state!).TickAsync(), this, limits.Interval, limits.Interval);
    }

    /// <summary>Whether the peer was taken for dead.</summary>
    internal bool IsPeerDead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _reading = true;
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _reading = false;
            Volatile.Write(ref _unanswered, 0);
            Volatile.Write(ref _unheardInput, 0);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Interlocked.Add(ref _unheardInput, buffer.Length);
            await _inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() => _inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading must be asynchronous, or it cannot be stopped.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Writing must be asynchronous, or it cannot be stopped.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task TickAsync()
    {
        if (!_reading || Volatile.Read(ref _unheardInput) > _limits.InputThatExcuses) return;
        if (Interlocked.Increment(ref _unanswered) > _limits.Unanswered)
        {
            IsPeerDead = true;
            Dispose();
            return;
        }
        if (!_turn.Wait(0, CancellationToken.None)) return;
        try
        {
            await _inner.WriteAsync(Ping(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader meets the same, and says so.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A ping without payload, masked as every frame of a client is (RFC 6455).</summary>
    private static byte[] Ping()
    {
        byte[] frame = [0x89, 0x80, 0, 0, 0, 0];
        RandomNumberGenerator.Fill(frame.AsSpan(2));
        return frame;
    }
}
