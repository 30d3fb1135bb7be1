using System.Management.Automation;
using EphemeralDebug.Core;

namespace EphemeralDebug.Errors;

/// <summary>
/// Where every ErrorRecord is born. Causes, messages and advice come from Core's <c>Failure</c>; here they become PowerShell's.
/// </summary>
internal static class ErrorRecords
{
    /// <summary>The error record for a failure: its own ErrorId, its category, the server's message, and what to do next.</summary>
    internal static ErrorRecord From(Exception failure, object? target)
    {
        if (failure is not DebugException known) return Unexpected(failure, target);
        return new ErrorRecord(known, known.ErrorId, Category(known.Kind), target ?? known.TargetObject)
        {
            ErrorDetails = new ErrorDetails(known.Message) { RecommendedAction = known.Advice },
        };
    }

    /// <summary>A line that a process in a container wrote to its standard error: no failure of the cmdlet's.</summary>
    internal static ErrorRecord FromStandardError(string line)
    {
        string text = PlainText.Clean(line, keepLayout: true);
        return new ErrorRecord(new RemoteException(text), "RemoteStandardError", ErrorCategory.FromStdErr, line);
    }

    // A fault of ours, or of the machine: said as it is, without a stack trace.
    private static ErrorRecord Unexpected(Exception failure, object? target) =>
        new(failure, "Unexpected" + failure.GetType().Name, ErrorCategory.NotSpecified, target)
        {
            ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = "Run again with -Verbose; if it stays, report it together with the output of: Get-Error" },
        };

    private static ErrorCategory Category(FailureKind kind) => Enum.Parse<ErrorCategory>(kind.ToString());
}
