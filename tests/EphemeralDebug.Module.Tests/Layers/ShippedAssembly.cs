using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Layers;

/// <summary>An assembly as it lies in out/EphemeralDebug, read and not loaded.</summary>
internal sealed class ShippedAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public ShippedAssembly(string name)
    {
        _file = new PEReader(File.OpenRead(PathOf(name)));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>The names of the assemblies that it references.</summary>
    public IReadOnlyList<string> References => [.. _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name))];

    /// <summary>The namespaces of the types of other assemblies that it names.</summary>
    public IReadOnlyList<string> ForeignNamespaces =>
        [.. _metadata.TypeReferences.Select(handle => _metadata.GetString(_metadata.GetTypeReference(handle).Namespace)).Distinct()];

    /// <summary>Where an assembly of the module lies, by its name.</summary>
    public static string PathOf(string name)
    {
        string module = Path.GetDirectoryName(BuiltModule.Manifest)!;
        string top = Path.Combine(module, name + ".dll");
        return File.Exists(top) ? top : Path.Combine(module, "Dependencies", name + ".dll");
    }

    public void Dispose() => _file.Dispose();
}
