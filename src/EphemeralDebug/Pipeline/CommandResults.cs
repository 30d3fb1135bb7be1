using System.Text;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;

namespace EphemeralDebug.Pipeline;

/// <summary>Makes of a command's outcome what its user holds.</summary>
internal static class CommandResults
{
    /// <summary>The result of a command that began.</summary>
    /// <param name="target">What is known of the target.</param>
    /// <param name="outcome">What became of it.</param>
    internal static DebugCommandResult Of(DebugCommandResult target, CommandOutcome outcome) => Failed(target, outcome.Failure) with
    {
        Pod = outcome.Container.Pod,
        Namespace = outcome.Container.Namespace,
        Container = outcome.Container.Name,
        ExitCode = outcome.ExitCode,
        Signal = outcome.Signal,
        Reason = outcome.Reason,
        StdOut = Text(outcome.Output.Span, outcome.IsTruncated),
        StdErr = Text(outcome.Error.Span, outcome.IsTruncated),
        StdErrApart = outcome.IsErrorApart,
        Truncated = outcome.IsTruncated,
        Duration = outcome.Duration,
        TimedOut = outcome.IsTimedOut,
    };

    /// <summary>The result of one that failed; of none where <paramref name="failure"/> is null.</summary>
    internal static DebugCommandResult Failed(DebugCommandResult target, DebugException? failure) => target with { Error = failure?.Message, ErrorId = failure?.ErrorId };

    // Where the text was cut, a character may have been: then its first bytes are no text.
    private static string Text(ReadOnlySpan<byte> bytes, bool isCut)
    {
        for (int back = 1; isCut && back <= Math.Min(4, bytes.Length); back++)
        {
            if ((bytes[^back] & 0xC0) == 0x80) continue;
            if (Rune.DecodeFromUtf8(bytes[^back..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData) bytes = bytes[..^back];
            break;
        }

        return Encoding.UTF8.GetString(bytes);
    }
}
