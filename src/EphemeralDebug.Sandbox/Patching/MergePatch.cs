using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Patching;

/// <summary>JSON merge patches (RFC 7396): objects merge, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    internal static JsonNode? Apply(JsonNode? original, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        JsonObject merged = original is JsonObject target ? (JsonObject)target.DeepClone() : [];
        foreach ((string name, JsonNode? value) in changes)
        {
            if (value is null) merged.Remove(name);
            else merged[name] = Apply(merged[name], value);
        }
        return merged;
    }
}
