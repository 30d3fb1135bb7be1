using System.Management.Automation.Host;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Pipeline;

/// <summary>Whether a person sits at a terminal before this PowerShell. Remote sessions, jobs and editors have a console process too, but nobody at it.</summary>
internal static class Seat
{
    // The hosts whose console is the process's own: pwsh, and the module's tour.
    private static readonly string[] s_consoleHosts = ["ConsoleHost", "EphemeralDebug.Tour"];

    /// <summary>The terminal; null where there is none.</summary>
    internal static ITerminal? Terminal(PSHost host) => s_consoleHosts.Contains(host.Name, StringComparer.Ordinal) ? LocalTerminal.Open() : null;
}
