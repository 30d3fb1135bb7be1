using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Reads the recorded answers of a genuine cluster, and makes two answers comparable: no times, no ids.</summary>
internal static partial class Transcript
{
    internal static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(FullPath(file)))!.AsObject();

    internal static IReadOnlyList<JsonObject> ReadLines(string file) =>
        [.. File.ReadLines(FullPath(file)).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!.AsObject())];

    /// <summary>A copy in which times, ids, addresses and digests are replaced by their kind.</summary>
    internal static JsonNode? Normal(JsonNode? node) => node switch
    {
        JsonObject value => new JsonObject(value.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Normal(pair.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Normal)]),
        JsonValue text when text.TryGetValue(out string? value) => JsonValue.Create(Normal(value)),
        _ => node?.DeepClone(),
    };

    internal static string Normal(string text)
    {
        text = Time().Replace(text, "TIME");
        text = Uid().Replace(text, "UID");
        return Took().Replace(HexId().Replace(text, "ID"), "TOOK");
    }

    private static string FullPath(string file) => System.IO.Path.Combine(AppContext.BaseDirectory, "Data", file);

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();

    [GeneratedRegex("(?<!sha256:)[0-9a-f]{64}")]
    private static partial Regex HexId();

    [GeneratedRegex(@"\b\d+(\.\d+)?m?s\b")]
    private static partial Regex Took();
}
