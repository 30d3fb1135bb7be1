using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>One line of a watch: <c>{"type":"ADDED","object":{...}}</c>.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">The bytes of the object, valid until the next line is read.</param>
/// <param name="Uid">The object's uid.</param>
/// <param name="ResourceVersion">The object's version, from which the watch can be taken up again.</param>
internal readonly record struct WatchLine(string Type, ReadOnlyMemory<byte> Object, string? Uid, string? ResourceVersion)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no event.</exception>
    internal static WatchLine Parse(ReadOnlyMemory<byte> line)
    {
        string? type = null, uid = null, version = null;
        var body = ReadOnlyMemory<byte>.Empty;
        var reader = new Utf8JsonReader(line.Span);
        if (!reader.Enter(JsonTokenType.StartObject)) throw new JsonException("An event must be a JSON object.");
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("type"u8)) type = TypeName(ref reader);
            else if (!reader.ValueTextEquals("object"u8)) reader.Skip();
            else if (reader.Enter(JsonTokenType.StartObject))
            {
                var start = (int)reader.TokenStartIndex;
                while (reader.NextProperty())
                {
                    if (reader.ValueTextEquals("metadata"u8)) ReadMetadata(ref reader, ref uid, ref version);
                    else reader.Skip();
                }
                body = line[start..(int)reader.BytesConsumed];
            }
        }
        return type is null || body.IsEmpty ? throw new JsonException("An event has a type and an object.") : new WatchLine(type, body, uid, version);
    }

    private static string? TypeName(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.String)) return null;
        return reader.ValueTextEquals("ADDED"u8) ? "ADDED" : reader.ValueTextEquals("MODIFIED"u8) ? "MODIFIED" : StringPool.Make(ref reader);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, ref string? uid, ref string? version)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("uid"u8)) uid = reader.NextText();
            else if (reader.ValueTextEquals("resourceVersion"u8)) version = reader.NextText();
            else reader.Skip();
        }
    }
}
