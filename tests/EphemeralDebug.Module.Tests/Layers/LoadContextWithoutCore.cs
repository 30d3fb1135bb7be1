using System.Reflection;
using System.Runtime.Loader;

namespace EphemeralDebug.Module.Tests.Layers;

/// <summary>
/// Loads the module's assembly as PowerShell does before the module's own code has run: EphemeralDebug.Core cannot be found yet.
/// </summary>
internal sealed class LoadContextWithoutCore() : AssemblyLoadContext("without Core", isCollectible: true)
{
    /// <summary>
    /// What goes wrong when every exported type of an assembly is looked at as the engine does, before it runs OnImport; empty where
    /// nothing does. A type that derives from, implements, or holds a value field of a Core type cannot be loaded then.
    /// </summary>
    public static IReadOnlyList<string> ProblemsOf(string path)
    {
        LoadContextWithoutCore context = new();
        try
        {
            List<string> problems = [];
            // By stream: an assembly that was built for one test can be deleted after it.
            using FileStream file = File.OpenRead(path);
            Assembly assembly = context.LoadFromStream(file);
            Type[] types;
            try
            {
                types = assembly.GetExportedTypes();
            }
            catch (Exception exception) when (exception is FileNotFoundException or TypeLoadException)
            {
                return [exception.Message];
            }

            foreach (Type type in types)
            {
                try
                {
                    for (Type? ancestor = type; ancestor is not null; ancestor = ancestor.BaseType) _ = ancestor.GetInterfaces();
                }
                catch (Exception exception) when (exception is FileNotFoundException or TypeLoadException)
                {
                    problems.Add($"{type}: {exception.Message}");
                }
            }

            return problems;
        }
        finally
        {
            context.Unload();
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name switch
    {
        // Not null: the default context would ask the module's own resolver, where another test has imported it.
        "EphemeralDebug.Core" => throw new FileNotFoundException("A type that PowerShell reads before the import needs EphemeralDebug.Core."),
        "EphemeralDebug.Abstractions" => LoadFromAssemblyPath(ShippedAssembly.PathOf(assemblyName.Name)),
        _ => null,
    };
}
