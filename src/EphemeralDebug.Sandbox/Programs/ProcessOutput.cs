using System.IO.Pipelines;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A standard output or error of a simulated process. Writers wait while the reader is slow; writes do not mix.</summary>
internal sealed class ProcessOutput
{
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _write;

    private ProcessOutput(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write) => _write = write;

    /// <summary>Output that nobody reads: <c>/dev/null</c>.</summary>
    internal static readonly ProcessOutput Null = new((_, _) => ValueTask.CompletedTask);

    /// <summary>Output into a pipe, which is full at its threshold; a pipe whose reader is gone ends the process.</summary>
    internal static ProcessOutput To(PipeWriter writer)
    {
        SemaphoreSlim turn = new(1, 1);
        return new ProcessOutput(async (bytes, cancellationToken) =>
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                FlushResult flushed = await writer.WriteAsync(bytes, cancellationToken);
                if (flushed.IsCompleted) throw new BrokenPipeException();
            }
            finally
            {
                turn.Release();
            }
        });
    }

    /// <summary>Output that is collected, as for <c>$(...)</c> and files.</summary>
    internal static ProcessOutput To(MemoryStream stream) => new((bytes, _) =>
    {
        lock (stream) stream.Write(bytes.Span);
        return ValueTask.CompletedTask;
    });

    /// <summary>Output on a terminal: a new line is also a carriage return.</summary>
    internal ProcessOutput OnTerminal() => new((bytes, cancellationToken) => WriteAsync(WithCarriageReturns(bytes), cancellationToken));

    internal ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? ValueTask.CompletedTask : _write(bytes, cancellationToken);

    internal ValueTask WriteAsync(string text, CancellationToken cancellationToken) =>
        WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    private static ReadOnlyMemory<byte> WithCarriageReturns(ReadOnlyMemory<byte> bytes)
    {
        int newLines = bytes.Span.Count((byte)'\n');
        if (newLines == 0) return bytes;
        byte[] result = new byte[bytes.Length + newLines];
        int at = 0;
        foreach (byte value in bytes.Span)
        {
            if (value == '\n') result[at++] = (byte)'\r';
            result[at++] = value;
        }
        return result;
    }
}
