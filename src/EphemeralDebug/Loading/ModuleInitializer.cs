using System.Management.Automation;
using System.Runtime.Loader;

namespace EphemeralDebug.Loading;

/// <summary>Called by PowerShell when the module is imported and removed: hooks <see cref="DependencyContext"/> in and out.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport()
    {
        // -Force imports without removing: hooked once all the same.
        AssemblyLoadContext.Default.Resolving -= DependencyContext.Resolve;
        AssemblyLoadContext.Default.Resolving += DependencyContext.Resolve;
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => AssemblyLoadContext.Default.Resolving -= DependencyContext.Resolve;
}
