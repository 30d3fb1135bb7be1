using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>Reads JSON of unknown make: a member of another type than expected is a member that is not there.</summary>
internal static class JsonReading
{
    internal static JsonObject? Object(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    internal static IEnumerable<JsonObject> Objects(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonArray array ? array.OfType<JsonObject>() : [];

    internal static IEnumerable<string> Strings(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonArray array ? array.Select(AsString).OfType<string>() : [];

    internal static string? String(this JsonNode? node, string name) => AsString((node as JsonObject)?[name]);

    internal static bool? Bool(this JsonNode? node, string name) => (node as JsonObject)?[name] is JsonValue value
        ? value.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;

    // Through the text: a value made from an int and one that was parsed answer TryGetValue<long> differently.
    internal static long? Integer(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;

    internal static string? AsString(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.ToString() : null;

    internal static JsonArray ToJsonArray(this IEnumerable<string> strings) => new(strings.Select(text => (JsonNode?)text).ToArray());
}
