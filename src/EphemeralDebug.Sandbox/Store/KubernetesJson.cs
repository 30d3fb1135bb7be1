using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Store;

/// <summary>Reading and writing objects as the API server does: relaxed escaping, second-exact UTC times, tolerant look-ups.</summary>
internal static class KubernetesJson
{
    internal static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    internal static readonly JsonSerializerOptions Serializer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A time as metadata carries it: <c>2026-11-22T18:45:10Z</c>.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The node at a path of property names, null where a step is missing or not an object.</summary>
    internal static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string step in path)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(step, out node)) return null;
        }
        return node;
    }

    /// <summary>The string at a path, null where there is none or it is not a string.</summary>
    internal static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The whole number at a path, null where there is none.</summary>
    internal static long? Number(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        if (node.At(path) is not JsonValue value) return null;
        if (value.TryGetValue(out long whole)) return whole;
        return value.TryGetValue(out int small) ? small : null;
    }

    /// <summary>The boolean at a path, null where there is none.</summary>
    internal static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>The objects of the array at a path; none where there is no array.</summary>
    internal static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    /// <summary>The object at a path, made where it is missing.</summary>
    internal static JsonObject Ensure(this JsonObject node, params ReadOnlySpan<string> path)
    {
        foreach (string step in path)
        {
            if (node[step] is not JsonObject child) node[step] = child = [];
            node = child;
        }
        return node;
    }

    internal static string Name(this JsonNode? value) => value.Text("metadata", "name") ?? "";

    internal static string? Namespace(this JsonNode? value) => value.Text("metadata", "namespace");

    internal static string ResourceVersion(this JsonNode? value) => value.Text("metadata", "resourceVersion") ?? "";
}
