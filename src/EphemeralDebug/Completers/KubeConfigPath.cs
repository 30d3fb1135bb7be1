using System.Management.Automation;

namespace EphemeralDebug.Completers;

/// <summary>The kubeconfig that stands in a line which is being typed.</summary>
internal static class KubeConfigPath
{
    /// <summary>Its full path; null where the line names none. A relative path is relative to PowerShell's location, not to the process's.</summary>
    internal static string? Of(object? typed)
    {
        if (typed is not string { Length: > 0 } path) return null;
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])", useLocalScope: true).AddArgument(path);
        return shell.Invoke<string>().FirstOrDefault();
    }
}
