using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Steps through a whole JSON value that is known to be well-formed. Each <c>Next</c> method is called on a property name and
/// leaves the reader at the end of the property's value, whatever that is: a value of another type counts as absent.
/// </summary>
internal static class JsonReading
{
    /// <summary>Moves to the next property name of the object; false at its end.</summary>
    internal static bool NextProperty(ref this Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves into the value of a property, if it begins with the token; else skips it.</summary>
    internal static bool Enter(ref this Utf8JsonReader reader, JsonTokenType token)
    {
        reader.Read();
        if (reader.TokenType == token) return true;
        reader.Skip();
        return false;
    }

    /// <summary>Moves to the next element of an array that is an object; false at the array's end.</summary>
    internal static bool NextObject(ref this Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) return true;
            reader.Skip();
        }
        return false;
    }

    internal static string? NextString(ref this Utf8JsonReader reader, StringPool strings) =>
        reader.Enter(JsonTokenType.String) ? strings.Get(ref reader) : null;

    internal static string? NextText(ref this Utf8JsonReader reader) =>
        reader.Enter(JsonTokenType.String) ? StringPool.Make(ref reader) : null;

    internal static int NextInt32(ref this Utf8JsonReader reader) =>
        reader.Enter(JsonTokenType.Number) && reader.TryGetInt32(out var number) ? number : 0;

    internal static bool NextBoolean(ref this Utf8JsonReader reader)
    {
        reader.Read();
        var value = reader.TokenType == JsonTokenType.True;
        reader.Skip();
        return value;
    }

    internal static DateTimeOffset? NextTime(ref this Utf8JsonReader reader) =>
        reader.Enter(JsonTokenType.String) && reader.TryGetDateTimeOffset(out var time) ? time : null;

    internal static string[] NextStrings(ref this Utf8JsonReader reader, StringPool strings)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return [];
        var values = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (strings.Get(ref reader) is { } value) values.Add(value);
            else reader.Skip();
        }
        return [.. values];
    }
}
