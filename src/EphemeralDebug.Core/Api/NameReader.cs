using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>Reads nothing but the name of an object of any kind.</summary>
internal static class NameReader
{
    /// <summary>Reads <c>metadata.name</c>; empty where there is none.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal static string Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        if (!reader.Enter(JsonTokenType.StartObject)) return "";
        while (reader.NextProperty())
        {
            if (!reader.ValueTextEquals("metadata"u8)) reader.Skip();
            else if (reader.Enter(JsonTokenType.StartObject)) return Name(ref reader);
        }

        return "";
    }

    private static string Name(ref Utf8JsonReader metadata)
    {
        while (metadata.NextProperty())
        {
            if (metadata.ValueTextEquals("name"u8)) return metadata.NextText() ?? "";
            metadata.Skip();
        }

        return "";
    }
}
