using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Import;

/// <summary>
/// Dependencies/ holds assemblies for every platform, and a folder of precompiled ones for some. A copy of the module stands for what
/// somebody has installed; its face is loaded in a context of its own, since this process has the built one loaded.
/// </summary>
public sealed class PlatformTests : IDisposable
{
    private static readonly string s_platform = $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private readonly DirectoryInfo _module = Directory.CreateTempSubdirectory("ephemeraldebug-test-");
    private readonly AssemblyLoadContext _context = new("installed", isCollectible: false);

    private string Dependencies => Path.Combine(_module.FullName, "Dependencies");

    public void Dispose()
    {
        // Windows keeps a loaded file; there the folder is left to the system's own cleaning.
        if (!OperatingSystem.IsWindows()) _module.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Core_comes_precompiled_where_it_was_precompiled_for_the_platform(bool precompiled)
    {
        Install();
        if (precompiled) Add(s_platform);
        Add(s_platform == "linux-arm64" ? "linux-x64" : "linux-arm64");

        Assembly core = LoadCore();

        Assert.Equal(Path.Combine(Dependencies, precompiled ? s_platform : "", "EphemeralDebug.Core.dll"), core.Location);
        Assert.NotEmpty(core.GetTypes());
    }

    [Fact]
    public void Core_comes_from_the_common_folder_where_nothing_was_precompiled()
    {
        Install();

        Assert.Equal(Path.Combine(Dependencies, "EphemeralDebug.Core.dll"), LoadCore().Location);
    }

    private void Install()
    {
        string built = Path.GetDirectoryName(BuiltModule.Manifest)!;
        Directory.CreateDirectory(Dependencies);
        foreach (string file in new[] { "EphemeralDebug.dll", "EphemeralDebug.Abstractions.dll", Path.Combine("Dependencies", "EphemeralDebug.Core.dll"), Path.Combine("Dependencies", "YamlDotNet.dll") })
            File.Copy(Path.Combine(built, file), Path.Combine(_module.FullName, file));
    }

    // The same files do for a folder of images: which one is taken is what matters.
    private void Add(string platform)
    {
        DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(Dependencies, platform));
        foreach (string file in Directory.GetFiles(Dependencies)) File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
    }

    private Assembly LoadCore()
    {
        _context.LoadFromAssemblyPath(Path.Combine(_module.FullName, "EphemeralDebug.Abstractions.dll"));
        Assembly face = _context.LoadFromAssemblyPath(Path.Combine(_module.FullName, "EphemeralDebug.dll"));
        MethodInfo resolve = face.GetType("EphemeralDebug.Loading.DependencyContext", throwOnError: true)!.GetMethod("Resolve", BindingFlags.Static | BindingFlags.NonPublic)!;
        return Assert.IsAssignableFrom<Assembly>(resolve.Invoke(null, [_context, new AssemblyName("EphemeralDebug.Core")]));
    }
}
