using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Store;

/// <summary>Many realistic pods of about 8 KB each, managedFields included, for tests and measurements of long lists.</summary>
internal static class SyntheticPods
{
    internal const string Namespace = "load";

    internal static void Fill(ObjectStore store, int count)
    {
        store.Create(ResourceType.Namespaces, FoundingWorld.Namespace(Namespace));
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("synthetic-pod.json")!;
        using StreamReader reader = new(stream);
        string template = reader.ReadToEnd();
        for (int i = 0; i < count; i++)
        {
            string number = i.ToString("D5", CultureInfo.InvariantCulture);
            string text = template
                .Replace("$NUMBER", number, StringComparison.Ordinal)
                .Replace("$NODE", $"node-{i % 50:D3}", StringComparison.Ordinal)
                .Replace("$APP", $"app-{i % 100:D3}", StringComparison.Ordinal)
                .Replace("$IP", $"10.{64 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}", StringComparison.Ordinal)
                .Replace("$UID", Guid.NewGuid().ToString(), StringComparison.Ordinal);
            store.Create(ResourceType.Pods, (JsonObject)JsonNode.Parse(text)!);
        }
    }
}
