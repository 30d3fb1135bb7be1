using System.Threading.Channels;
using EphemeralDebug.Core;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// Standard input that comes through the pipeline, object by object (see <see cref="StandardInput"/>). Whoever adds waits while too much of it
/// is unread; once nobody reads any more, what is added is dropped.
/// </summary>
internal sealed class PipedInput : Stream
{
    // How many objects may wait: enough to send single bytes in pieces of some size.
    private const int Ahead = 256;

    private readonly Channel<object> _objects = Channel.CreateBounded<object>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
    private Stream? _current;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Adds an object; completes when there is room for it, or nobody reads any more.</summary>
    internal async Task AddAsync(object value)
    {
        while (await _objects.Writer.WaitToWriteAsync().ConfigureAwait(false) && !_objects.Writer.TryWrite(value))
        {
        }
    }

    /// <summary>No more is added.</summary>
    internal void End() => _objects.Writer.TryComplete();

    /// <exception cref="DebugException">A file cannot be read.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_current is not null)
            {
                if (await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count) return count;
                await _current.DisposeAsync().ConfigureAwait(false);
                _current = null;
            }

            if (!await _objects.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
            List<object> there = [];
            while (_objects.Reader.TryRead(out object? next)) there.Add(next);
            _current = StandardInput.Open(there.Count == 1 ? there[0] : there);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading must be asynchronous, or it cannot be stopped.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End();
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }
}
