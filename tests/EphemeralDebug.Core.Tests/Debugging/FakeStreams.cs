using System.Text;
using System.Threading.Channels;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>Streams that a test speaks through: what the process writes, how it ends, and what reached it.</summary>
internal sealed class FakeStreams : IProcessStreams
{
    private readonly Channel<StreamPiece> _pieces = Channel.CreateUnbounded<StreamPiece>();
    private readonly MemoryStream _written = new();
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private StreamEnd? _end;

    public bool CanEndInput { get; init; } = true;

    public StreamEnd? End { get; private set; }

    internal bool IsDisposed { get; private set; }

    /// <summary>Whether the process takes no input, so that whoever sends some waits.</summary>
    internal bool IsStuck { get; set; }

    /// <summary>What reached the process so far.</summary>
    internal string Written => Encoding.UTF8.GetString(_written.ToArray());

    /// <summary>What was done with the streams, one after the other: input, <c>end of input</c>, sizes.</summary>
    internal ChannelReader<string> Events => _events.Reader;

    internal void Write(string text, bool isError = false) => _pieces.Writer.TryWrite(new StreamPiece(isError, Encoding.UTF8.GetBytes(text)));

    internal void EndWith(StreamEnd end)
    {
        _end = end;
        _pieces.Writer.TryComplete();
    }

    public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _pieces.Reader.WaitToReadAsync(cancellationToken) && _pieces.Reader.TryRead(out StreamPiece piece)) return piece;
        }
        catch (OperationCanceledException)
        {
            IsDisposed = true;
            throw;
        }

        End = _end;
        return null;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (IsStuck) await Task.Delay(Timeout.Infinite, cancellationToken);
        _written.Write(input.Span);
        _events.Writer.TryWrite(Encoding.UTF8.GetString(input.Span));
    }

    public ValueTask EndInputAsync(CancellationToken cancellationToken)
    {
        if (!CanEndInput) throw Failure.InputEndUnsupported("default/web-0");
        _events.Writer.TryWrite("end of input");
        return ValueTask.CompletedTask;
    }

    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        _events.Writer.TryWrite($"{size.Columns}x{size.Rows}");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _pieces.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
