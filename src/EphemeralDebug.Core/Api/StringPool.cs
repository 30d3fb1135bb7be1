using System.Text;
using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Makes strings of JSON values and gives the same string for the same text again: of ten thousand pods most values
/// (namespace, node, images, reasons) repeat. A fixed number of places, where the newest wins, keeps it small whatever
/// passes by. Not thread-safe.
/// </summary>
internal sealed class StringPool
{
    private const int Places = 4096;
    private const int LongestKept = 256;

    // Two places a hash: a pair of values that hash alike does not push each other out.
    private readonly string?[] _kept = new string?[Places];

    /// <summary>The text of the value that the reader stands on; null where it is no string.</summary>
    internal string? Get(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String && reader.TokenType != JsonTokenType.PropertyName) return null;
        var bytes = reader.ValueSpan;
        if (bytes.IsEmpty) return "";
        if (reader.ValueIsEscaped || bytes.Length > LongestKept || !Ascii.IsValid(bytes)) return Make(ref reader);

        var place = (int)(Hash(bytes) & (Places - 2));
        if (_kept[place] is { } first && Ascii.Equals(bytes, first)) return first;
        if (_kept[place + 1] is { } second && Ascii.Equals(bytes, second)) return second;

        var text = PlainText.Clean(Encoding.ASCII.GetString(bytes));
        _kept[place + 1] = _kept[place];
        _kept[place] = text;
        return text;
    }

    /// <summary>The text of the value that the reader stands on, as a string of its own: for what does not repeat.</summary>
    internal static string Make(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return PlainText.Clean(Encoding.UTF8.GetString(reader.ValueSpan));
        try
        {
            return PlainText.Clean(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no text, but no reason to refuse the pod either.
            return PlainText.Clean(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    /// <summary>FNV-1a. Who makes values collide on purpose costs us the sharing and nothing else.</summary>
    internal static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }
}
