using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Format-List: its parameters and its work are the engine's.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Shapes as a list.</summary>
    public FormatListCommand() => EngineInternals.UseShape(this, "List");
}
