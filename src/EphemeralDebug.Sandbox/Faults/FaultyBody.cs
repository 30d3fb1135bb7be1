namespace EphemeralDebug.Sandbox.Faults;

/// <summary>The body of an answer that stands still or breaks off after some bytes.</summary>
internal sealed class FaultyBody(Stream inner, SandboxFault fault, SandboxRequest request, Action cut, CancellationToken aborted) : Stream
{
    private int _left = fault.After;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left >= buffer.Length)
        {
            _left -= buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }
        if (!fault.Released.IsCompleted)
        {
            await inner.WriteAsync(buffer[.._left], cancellationToken);
            await inner.FlushAsync(cancellationToken);
            buffer = buffer[_left..];
            _left = 0;
            fault.Struck(request);
            if (fault.Kind == FaultKind.CutBody)
            {
                cut();
                throw new OperationCanceledException("The connection was cut on request.");
            }
            await fault.Released.WaitAsync(aborted);
        }
        _left = int.MaxValue;
        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
