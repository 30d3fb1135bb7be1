using System.Globalization;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>A field that is a number, or a part of another: <c>1</c>, <c>"25%"</c>.</summary>
internal static class IntOrPercent
{
    /// <summary>The number; null where the field is missing or is neither.</summary>
    internal static int? Scale(JsonNode? value, int total, bool roundUp)
    {
        if (value is not JsonValue scalar) return null;
        if (Kubelet.JsonNumber.Read(value) is { } number) return (int)number;
        if (!scalar.TryGetValue(out string? text) || !text.EndsWith('%') || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int percent)) return null;
        double part = total * percent / 100d;
        return (int)(roundUp ? Math.Ceiling(part) : Math.Floor(part));
    }
}
