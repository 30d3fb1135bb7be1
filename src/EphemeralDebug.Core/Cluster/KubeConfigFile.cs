using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>What one kubeconfig says, or what several say together.</summary>
internal sealed class KubeConfigFile
{
    internal string? CurrentContext { get; private set; }

    internal Dictionary<string, KubeConfigEntry> Clusters { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, KubeConfigEntry> Users { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, KubeConfigEntry> Contexts { get; } = new(StringComparer.Ordinal);

    /// <summary>Nothing was said at all, which lets the cluster around this process be used.</summary>
    internal bool IsEmpty => CurrentContext is null && Clusters.Count == 0 && Users.Count == 0 && Contexts.Count == 0;

    /// <summary>
    /// All sources as one. The first file that names a cluster, user or context defines it wholly; the first that has a
    /// current-context gives it. A file that does not exist is skipped, unless it was asked for by parameter.
    /// </summary>
    internal static KubeConfigFile Load(KubeConfigSources sources)
    {
        KubeConfigFile merged = new();
        foreach (string path in sources.Paths)
        {
            if (Read(path) is { } text) merged.Add(Parse(path, text));
            else if (sources.Explicit) throw Failure.KubeConfigNotFound(path);
        }
        return merged;
    }

    internal static KubeConfigFile Parse(string path, string text)
    {
        JsonObject? root = ParseRoot(path, text);
        KubeConfigFile file = new();
        if (root is null) return file;
        if (root["kind"] is { } kind && !IsText(kind, "Config")) throw Failure.InvalidKubeConfig(path, "its kind is not 'Config'.");
        if (root["apiVersion"] is { } version && !IsText(version, "v1")) throw Failure.InvalidKubeConfig(path, "its apiVersion is not 'v1'.");
        file.CurrentContext = new KubeConfigEntry("kubeconfig", Path.GetFileName(path), root, path).Text("current-context");
        Collect(root, "clusters", "cluster", path, file.Clusters);
        Collect(root, "users", "user", path, file.Users);
        Collect(root, "contexts", "context", path, file.Contexts);
        return file;
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
        {
            throw Failure.KubeConfigUnreadable(path, inner);
        }
    }

    private static JsonObject? ParseRoot(string path, string text)
    {
        try
        {
            return YamlReader.Parse(text) switch
            {
                null => null,
                JsonObject root => root,
                _ => throw Failure.InvalidKubeConfig(path, "it is not a map of clusters, users and contexts."),
            };
        }
        catch (YamlFormatException inner)
        {
            throw Failure.InvalidKubeConfig(path, inner.Message + (inner.Message.EndsWith('.') ? "" : "."), inner);
        }
    }

    private static void Collect(JsonObject root, string list, string kind, string path, Dictionary<string, KubeConfigEntry> entries)
    {
        if (root[list] is not { } node) return;
        if (node is not JsonArray items) throw Failure.InvalidKubeConfig(path, $"{list} must be a list.");
        foreach (JsonNode? item in items)
        {
            if (item is not JsonObject named || named["name"] is not JsonValue name || name.GetValueKind() is not JsonValueKind.String)
                throw Failure.InvalidKubeConfig(path, $"an entry of {list} has no name.");
            string key = name.GetValue<string>();
            JsonObject body = named[kind] switch
            {
                null => [],
                JsonObject map => map,
                _ => throw Failure.InvalidKubeConfig(path, $"{kind} '{key}' is not a map."),
            };
            if (!entries.TryAdd(key, new(kind, key, body, path))) throw Failure.InvalidKubeConfig(path, $"{list} has '{key}' twice.");
        }
    }

    private void Add(KubeConfigFile later)
    {
        CurrentContext ??= later.CurrentContext;
        foreach ((string name, KubeConfigEntry entry) in later.Clusters) Clusters.TryAdd(name, entry);
        foreach ((string name, KubeConfigEntry entry) in later.Users) Users.TryAdd(name, entry);
        foreach ((string name, KubeConfigEntry entry) in later.Contexts) Contexts.TryAdd(name, entry);
    }

    private static bool IsText(JsonNode node, string expected) =>
        node is JsonValue value && value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() == expected;
}
