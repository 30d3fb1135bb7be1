using System.Management.Automation;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Tour.Tutorial;

/// <summary>What came of a step: its objects and errors, and what was printed.</summary>
internal sealed record StepOutcome(PipelineResult Result, string Text)
{
    public IReadOnlyList<PSObject> Output => Result.Output;

    /// <summary>A property of an object as text; null where it has none.</summary>
    public static string? Property(PSObject item, string name) => item.Properties[name]?.Value?.ToString();
}
