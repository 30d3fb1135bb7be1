using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Reads whole numbers from JSON, whether they were parsed or written by code of this process as int or long.</summary>
internal static class JsonNumber
{
    internal static long? Read(JsonNode? node) => node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number ? null
        : value.TryGetValue(out long large) ? large
        : value.TryGetValue(out int small) ? small
        : null;
}
