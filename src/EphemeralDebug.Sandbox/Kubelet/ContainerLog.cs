using System.Buffers;
using System.Text;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>One line of a container's log, with its line end unless it was cut or is the last.</summary>
internal sealed record LogLine(long Number, DateTimeOffset Time, byte[] Text)
{
    internal bool Complete => Text.Length > 0 && Text[^1] == '\n';
}

/// <summary>A container's log: the newest lines, bounded, and a way to wait for more.</summary>
internal sealed class ContainerLog(TimeProvider time)
{
    private const int LongestLine = 16 * 1024;
    private const int MostBytes = 4 << 20;
    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private long _bytes;
    private long _next;
    private bool _ended;
    private TaskCompletionSource? _more;

    /// <summary>One writer a stream (stdout, stderr): each has its own unfinished line.</summary>
    internal Writer OpenWriter(bool terminal) => new(this, terminal);

    /// <summary>The container has ended: nobody waits any longer.</summary>
    internal void End()
    {
        lock (_lock)
        {
            _ended = true;
            _more?.TrySetResult();
            _more = null;
        }
    }

    /// <summary>The lines from a number on, and a task that ends when there are more; no task where there will be none.</summary>
    internal (IReadOnlyList<LogLine> Lines, Task? More) Read(long from)
    {
        lock (_lock)
        {
            List<LogLine> lines = [.. _lines.Where(line => line.Number >= from)];
            if (_ended) return (lines, null);
            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (lines, _more.Task);
        }
    }

    private void Add(byte[] text)
    {
        lock (_lock)
        {
            _lines.Enqueue(new LogLine(_next++, time.GetUtcNow(), text));
            _bytes += text.Length;
            while (_bytes > MostBytes) _bytes -= _lines.Dequeue().Text.Length;
            _more?.TrySetResult();
            _more = null;
        }
    }

    internal sealed class Writer(ContainerLog log, bool terminal)
    {
        private readonly ArrayBufferWriter<byte> _line = new();

        internal void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                int end = bytes.IndexOf((byte)'\n');
                int take = Math.Min(end < 0 ? bytes.Length : end + 1, LongestLine - _line.WrittenCount);
                _line.Write(bytes[..take]);
                bytes = bytes[take..];
                if (_line.WrittenCount == LongestLine || _line.WrittenSpan[^1] == '\n') Flush();
            }
        }

        internal void Flush()
        {
            ReadOnlySpan<byte> line = _line.WrittenSpan;
            if (line.IsEmpty) return;
            // The runtime's log has line ends of its own; a terminal's carriage return before them is not kept.
            log.Add(terminal && line.EndsWith("\r\n"u8) ? [.. line[..^2], (byte)'\n'] : line.ToArray());
            _line.ResetWrittenCount();
        }
    }
}
