using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace EphemeralDebug.Loading;

/// <summary>
/// Where Core and the libraries behind it live: a load context of their own, so that another module's YamlDotNet (Az.Aks,
/// powershell-yaml, ...) neither gets in our way nor we in its.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string Core = "EphemeralDebug.Core";

    private static readonly Lazy<DependencyContext> s_instance = new(() => new DependencyContext());
    private readonly string _folder = Path.Combine(Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "Dependencies");
    private readonly string _precompiled;

    private DependencyContext() : base("EphemeralDebug") => _precompiled = Path.Combine(_folder, Platform);

    // As .NET names platforms. Only the exact one: an image of another does not load.
    private static string Platform =>
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>Answers the default context for Core alone; everything else is found from there.</summary>
    internal static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == Core ? s_instance.Value.LoadFromFolder(name) : null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        // The records that users hold must be the same types on both sides.
        assemblyName.Name == typeof(PodInfo).Assembly.GetName().Name ? typeof(PodInfo).Assembly : LoadFromFolder(assemblyName);

    // By path and never by name: a name that is missing here would come back through Resolve without end.
    private Assembly? LoadFromFolder(AssemblyName name)
    {
        string file = name.Name + ".dll";
        string? found = Array.Find([Path.Combine(_precompiled, file), Path.Combine(_folder, file)], File.Exists);
        return found is null ? null : LoadFromAssemblyPath(found);
    }
}
