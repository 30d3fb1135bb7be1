namespace EphemeralDebug.Core.Cluster;

/// <summary>A body that is read: see <see cref="GuardedContent"/>.</summary>
internal sealed class GuardedStream(Stream inner, Uri server, CancellationToken cancellation) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken == cancellation || !cancellation.CanBeCanceled || !cancellationToken.CanBeCanceled
            ? ReadOnceAsync(buffer, cancellationToken.CanBeCanceled ? cancellationToken : cancellation)
            : ReadLinkedAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return inner.Read(buffer, offset, count);
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            throw Failure.ResponseTruncated($"the server {Failure.Address(server)}", broken);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadLinkedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cancellation);
        return await ReadOnceAsync(buffer, either.Token).ConfigureAwait(false);
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            // A connection torn down because of the token may come out as broken.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failure.ResponseTruncated($"the server {Failure.Address(server)}", broken);
        }
    }

    private static bool IsBroken(Exception failure) => failure is IOException or HttpRequestException or InvalidDataException;
}
