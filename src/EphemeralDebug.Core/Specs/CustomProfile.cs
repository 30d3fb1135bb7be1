using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Merges a custom profile into a container as kubectl does: decoded into the typed Container, serialised again, and applied as a strategic
/// merge patch. What Go's serialisation omits is lost: <c>false</c>, <c>""</c> and <c>null</c> cannot switch anything off, except
/// where the type is a pointer.
/// </summary>
internal static class CustomProfile
{
    // The booleans of a container that are no pointers. All others (privileged, runAsNonRoot, optional, ...) keep an explicit false.
    private static readonly HashSet<string> s_plainFlags = new(StringComparer.Ordinal) { "stdin", "stdinOnce", "tty", "readOnly" };

    /// <summary>Merges; the fields that kubectl would not take over, because they are none of a container's, are told in <paramref name="leftOut"/>.</summary>
    internal static void Merge(JsonObject profile, JsonObject container, List<string> leftOut)
    {
        JsonObject decoded = Decode(profile);
        string[] unknown = profile.Select(field => field.Key).Where(name => !ContainerFields.IsCustomisable(name)).ToArray();
        foreach (string name in unknown)
            decoded.Remove(name);
        leftOut.AddRange(unknown.Select(field => PlainText.Clean($"{field} of the custom profile: not a field that a custom profile can set")));
        MergeObject(decoded, container);
    }

    private static JsonObject Decode(JsonObject fields)
    {
        JsonObject kept = [];
        foreach ((string name, JsonNode? value) in fields)
        {
            bool isLost = value switch
            {
                null => true,
                JsonArray list => list.Count == 0,
                JsonValue scalar => scalar.GetValueKind() switch
                {
                    JsonValueKind.String => scalar.AsString() == "",
                    JsonValueKind.False => s_plainFlags.Contains(name),
                    _ => false,
                },
                _ => false,
            };
            if (!isLost)
                kept[name] = value switch
                {
                    JsonObject map => Decode(map),
                    JsonArray list => new JsonArray(list.Select(item => item is JsonObject map ? Decode(map) : item?.DeepClone()).ToArray()),
                    _ => value!.DeepClone(),
                };
        }
        return kept;
    }

    private static void MergeObject(JsonObject patch, JsonObject target)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            string? key = name switch { "env" => "name", "volumeMounts" => "mountPath", "ports" => "containerPort", _ => null };
            if (key is not null && value is JsonArray list)
                target[name] = MergeList(list, target[name] as JsonArray, key);
            else if (value is JsonObject map && target[name] is JsonObject existing)
                MergeObject(map, existing);
            else
                target[name] = value?.DeepClone();
        }
    }

    // The patch's entries come first, each merged with the one of the same key; the others follow in their order.
    private static JsonArray MergeList(JsonArray patch, JsonArray? target, string key)
    {
        List<JsonObject> rest = target?.OfType<JsonObject>().ToList() ?? [];
        JsonArray merged = [];
        foreach (JsonObject entry in patch.OfType<JsonObject>())
        {
            JsonObject? same = rest.Find(item => IsSame(item, entry, key));
            JsonObject result = same?.DeepClone().AsObject() ?? [];
            rest.RemoveAll(item => item == same);
            // A value and its source exclude each other: kubectl would send both here, for the server to refuse.
            if (entry.ContainsKey("value"))
                result.Remove("valueFrom");
            if (entry.ContainsKey("valueFrom"))
                result.Remove("value");
            MergeObject(entry, result);
            merged.Add((JsonNode)result);
        }
        foreach (JsonObject item in rest)
            merged.Add(item.DeepClone());
        return merged;
    }

    // Two ports of one number are two ports where their protocols differ.
    private static bool IsSame(JsonObject item, JsonObject entry, string key) => JsonNode.DeepEquals(item[key], entry[key])
        && (key != "containerPort" || (item.String("protocol") ?? "TCP") == (entry.String("protocol") ?? "TCP"));
}
