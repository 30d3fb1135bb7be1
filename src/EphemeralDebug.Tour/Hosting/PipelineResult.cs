using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>What a pipeline gave besides what it printed.</summary>
/// <param name="Output">The objects that came out at its end.</param>
/// <param name="Errors">The errors, those that ended it among them.</param>
/// <param name="Stopped">Whether it was stopped before its end.</param>
public sealed record PipelineResult(IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, bool Stopped)
{
    /// <summary>Whether any error was written.</summary>
    public bool HadErrors => Errors.Count > 0;
}
