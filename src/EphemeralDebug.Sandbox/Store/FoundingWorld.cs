using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Store;

/// <summary>What every cluster has from its birth: its first namespaces.</summary>
internal static class FoundingWorld
{
    internal static void Fill(ObjectStore store)
    {
        foreach (string name in new[] { "default", "kube-node-lease", "kube-public", "kube-system" }) store.Create(ResourceType.Namespaces, Namespace(name));
    }

    /// <summary>A namespace, with labels such as those of Pod Security.</summary>
    internal static JsonObject Namespace(string name, params ReadOnlySpan<(string Key, string Value)> labels)
    {
        JsonObject all = new() { ["kubernetes.io/metadata.name"] = name };
        foreach ((string key, string value) in labels) all[key] = value;
        return new JsonObject
        {
            ["kind"] = "Namespace",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = KubernetesJson.Time(DateTimeOffset.UtcNow),
                ["labels"] = all,
                ["annotations"] = new JsonObject { ["ephemeraldebug/simulated"] = "true" },
            },
            ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
            ["status"] = new JsonObject { ["phase"] = "Active" },
        };
    }
}
