using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The standard input of a simulated process. One reader at a time, as with a real one that a shell lends to its children.</summary>
internal abstract class ProcessInput
{
    private const int LongestLine = 1 << 20;

    /// <summary>Input that is at its end.</summary>
    internal static readonly ProcessInput Empty = new PipeInput(PipeReader.Create(Stream.Null));

    /// <summary>Endless zeros: <c>/dev/zero</c>.</summary>
    internal static readonly ProcessInput Zeros = new ZeroInput();

    internal static ProcessInput From(PipeReader reader) => new PipeInput(reader);

    internal static ProcessInput From(ReadOnlyMemory<byte> bytes) => new PipeInput(PipeReader.Create(new ReadOnlySequence<byte>(bytes)));

    /// <summary>Reads some bytes; 0 at the end of the input.</summary>
    internal abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Reads one line and nothing after it, without its line end; null at the end of the input.</summary>
    internal abstract ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken);

    private sealed class ZeroInput : ProcessInput
    {
        internal override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span.Clear();
            return ValueTask.FromResult(buffer.Length);
        }

        internal override ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);
    }

    private sealed class PipeInput(PipeReader reader) : ProcessInput
    {
        internal override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
            taken.CopyTo(buffer.Span);
            int length = (int)taken.Length;
            reader.AdvanceTo(taken.End);
            return length;
        }

        internal override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                SequencePosition? end = read.Buffer.PositionOf((byte)'\n');
                if (end is null && !read.IsCompleted && read.Buffer.Length < LongestLine)
                {
                    reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }
                if (end is null && read.Buffer.IsEmpty)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return null;
                }
                ReadOnlySequence<byte> line = read.Buffer.Slice(0, end ?? read.Buffer.End);
                string text = Encoding.UTF8.GetString(line);
                reader.AdvanceTo(end is null ? line.End : read.Buffer.GetPosition(1, end.Value));
                return text;
            }
        }
    }
}
