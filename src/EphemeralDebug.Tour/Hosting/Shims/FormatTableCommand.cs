using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Format-Table: its parameters and its work are the engine's.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Shapes as a table.</summary>
    public FormatTableCommand() => EngineInternals.UseShape(this, "Table");
}
