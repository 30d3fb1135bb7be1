using System.Management.Automation;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>A script that has run in a hosted engine.</summary>
/// <param name="Output">What it gave.</param>
/// <param name="Errors">Its errors.</param>
/// <param name="First">The time until its first object; null where it gave none.</param>
/// <param name="Cost">What it took; its memory is what the process grew by.</param>
/// <param name="Started">When it began, as <see cref="System.Diagnostics.Stopwatch"/> counts.</param>
internal sealed record EngineRun(IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, TimeSpan? First, Cost Cost, long Started)
{
    /// <summary>This, where nothing went wrong.</summary>
    /// <exception cref="InvalidOperationException">Something did.</exception>
    internal EngineRun Checked() => Errors.Count == 0 ? this : throw new InvalidOperationException($"{Errors.Count} errors, the first: {Errors[0]}");
}
