using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Store;

/// <summary>
/// The UTF-8 JSON of stored objects, made once for each: stored objects never change, and a list of 10,000 pods is 80 MB of text.
/// The text starts with <c>{</c> and leaves out kind and apiVersion, as items of a list do.
/// </summary>
internal sealed class SerializedObjects
{
    private readonly ConditionalWeakTable<JsonObject, byte[]> _texts = [];

    internal ReadOnlyMemory<byte> Of(JsonObject stored) => _texts.GetValue(stored, Serialize);

    private static byte[] Serialize(JsonObject value)
    {
        ArrayBufferWriter<byte> buffer = new(8192);
        using (Utf8JsonWriter writer = new(buffer, KubernetesJson.Writer))
        {
            writer.WriteStartObject();
            foreach ((string name, JsonNode? child) in value)
            {
                if (name is "kind" or "apiVersion") continue;
                writer.WritePropertyName(name);
                if (child is null) writer.WriteNullValue();
                else child.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
