namespace EphemeralDebug.Core.Tests.Api;

internal enum Ending
{
    /// <summary>The stream ends in order.</summary>
    Clean,

    /// <summary>The connection breaks.</summary>
    Cut,

    /// <summary>Nothing comes any more, and the connection stays open.</summary>
    Stall,
}

/// <summary>A body that comes in pieces of a given size and then ends in a given way.</summary>
internal sealed class ScriptedStream(byte[] data, int piece, Ending ending) : Stream
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _position;

    /// <summary>Done when the reader waits for what does not come.</summary>
    public Task Stalled => _stalled.Task;

    public bool IsDisposed { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == data.Length)
        {
            if (ending == Ending.Cut) throw new IOException("The connection was reset.");
            if (ending == Ending.Clean) return 0;
            _stalled.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        var count = Math.Min(Math.Min(piece, buffer.Length), data.Length - _position);
        data.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading must be asynchronous, or it cannot be stopped.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
