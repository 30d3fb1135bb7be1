namespace EphemeralDebug.Tour.Hosting;

/// <summary>Where the build lays the module out as users import it.</summary>
public static class BuiltModule
{
    /// <summary>The folder that holds EphemeralDebug.sln, found upwards from the running program.</summary>
    /// <exception cref="DirectoryNotFoundException">The program does not run from within a working copy.</exception>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The path of the manifest, <c>out/EphemeralDebug/EphemeralDebug.psd1</c>.</summary>
    /// <exception cref="FileNotFoundException">The module has not been built.</exception>
    public static string Manifest
    {
        get
        {
            string manifest = Path.Combine(RepositoryRoot, "out", "EphemeralDebug", "EphemeralDebug.psd1");
            return File.Exists(manifest)
                ? manifest
                : throw new FileNotFoundException($"The module is not built: '{manifest}' does not exist. Run: dotnet build", manifest);
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "EphemeralDebug.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds EphemeralDebug.sln.");
    }
}
