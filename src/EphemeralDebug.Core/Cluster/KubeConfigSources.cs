namespace EphemeralDebug.Core.Cluster;

/// <summary>The kubeconfig files to read, in order; the rules of client-go's ClientConfigLoadingRules.</summary>
/// <param name="Paths">Full paths, each once.</param>
/// <param name="Explicit">The one path was asked for by parameter, so it must exist.</param>
internal sealed record KubeConfigSources(IReadOnlyList<string> Paths, bool Explicit)
{
    internal static KubeConfigSources Find(string? kubeConfig, ClusterEnvironment environment)
    {
        if (!string.IsNullOrEmpty(kubeConfig)) return new([Path.GetFullPath(kubeConfig)], true);
        if (environment.Value("KUBECONFIG") is { } list)
        {
            string[] paths = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
            return new([.. paths.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)], false);
        }
        return new([.. DefaultFile(environment)], false);
    }

    private static IEnumerable<string> DefaultFile(ClusterEnvironment environment)
    {
        string[] files = [.. Homes(environment).Select(home => Path.Combine(home, ".kube", "config"))];
        // On Windows several places may be home; the first that has a kubeconfig is meant.
        return files.Where(File.Exists).Concat(files).Take(1);
    }

    private static IEnumerable<string> Homes(ClusterEnvironment environment)
    {
        if (environment.Value("HOME") is { } home) yield return home;
        if (!OperatingSystem.IsWindows()) yield break;
        if (environment.Value("HOMEDRIVE") is { } drive && environment.Value("HOMEPATH") is { } path) yield return drive + path;
        if (environment.Value("USERPROFILE") is { } profile) yield return profile;
    }
}
