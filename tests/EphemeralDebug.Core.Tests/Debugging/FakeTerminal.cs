using System.Text;
using System.Threading.Channels;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>A terminal at which the test types.</summary>
internal sealed class FakeTerminal : ITerminal, IRawTerminal
{
    private readonly Channel<byte[]> _keys = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<TerminalSize> _sizes = Channel.CreateUnbounded<TerminalSize>();
    private readonly Channel<string> _shown = Channel.CreateUnbounded<string>();

    public TerminalSize Size { get; init; } = new(80, 24);

    internal bool IsRaw { get; private set; }

    /// <summary>What was shown, piece by piece.</summary>
    internal ChannelReader<string> Shown => _shown.Reader;

    internal void Type(string keys) => _keys.Writer.TryWrite(Encoding.UTF8.GetBytes(keys));

    internal void HangUp() => _keys.Writer.TryComplete();

    internal void Resize(int columns, int rows) => _sizes.Writer.TryWrite(new TerminalSize(columns, rows));

    public IRawTerminal EnterRaw()
    {
        IsRaw = true;
        return this;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!await _keys.Reader.WaitToReadAsync(cancellationToken) || !_keys.Reader.TryRead(out byte[]? keys)) return 0;
        keys.CopyTo(buffer);
        return keys.Length;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> output, CancellationToken cancellationToken)
    {
        _shown.Writer.TryWrite(Encoding.UTF8.GetString(output.Span));
        return ValueTask.CompletedTask;
    }

    public ValueTask<TerminalSize> NextSizeAsync(CancellationToken cancellationToken) => _sizes.Reader.ReadAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        IsRaw = false;
        return ValueTask.CompletedTask;
    }
}
