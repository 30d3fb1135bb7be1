using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>
/// The cmdlets of this folder stand in for those of Microsoft.PowerShell.Utility and .Management, which come with pwsh and not with the
/// System.Management.Automation package: the part of them that people type after this module's cmdlets. They are for the tour and
/// the tests, and never part of the module.
/// </summary>
internal static class UtilityShims
{
    /// <summary>Adds every cmdlet class of this folder to a session that is about to open.</summary>
    public static void AddTo(InitialSessionState state)
    {
        foreach (Type type in typeof(UtilityShims).Assembly.GetTypes())
        {
            if (type.Namespace == typeof(UtilityShims).Namespace && type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
                state.Commands.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, helpFileName: null));
        }
    }
}
