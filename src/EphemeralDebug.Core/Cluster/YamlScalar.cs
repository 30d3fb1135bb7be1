using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EphemeralDebug.Core.Cluster;

/// <summary>What a YAML scalar means, by the rules of the YAML 1.1 reader that kubectl uses (sigs.k8s.io/yaml).</summary>
internal static partial class YamlScalar
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    internal static JsonNode? ToJson(Scalar scalar)
    {
        string tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag == TagPrefix + "binary") return JsonValue.Create(Encoding.UTF8.GetString(Base64(scalar)));
        if (tag == TagPrefix + "str") return JsonValue.Create(scalar.Value);
        if (tag.StartsWith(TagPrefix, StringComparison.Ordinal)) return Resolve(scalar);
        return tag.Length == 0 && scalar.Style is ScalarStyle.Plain ? Resolve(scalar) : JsonValue.Create(scalar.Value);
    }

    private static byte[] Base64(Scalar scalar)
    {
        try
        {
            return Convert.FromBase64String(scalar.Value);
        }
        catch (FormatException inner)
        {
            throw new YamlFormatException("a !!binary value is not base64", scalar.Start.Line, inner);
        }
    }

    private static JsonValue? Resolve(Scalar scalar)
    {
        string text = scalar.Value;
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return JsonValue.Create(false);
        }
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.')) return JsonValue.Create(text);
        if (Infinite().IsMatch(text)) throw new YamlFormatException("a number that JSON cannot hold (.inf or .nan)", scalar.Start.Line);
        string number = text.Replace("_", "", StringComparison.Ordinal);
        if (Integer(number) is { } integer) return integer;
        return Float().IsMatch(number) && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : JsonValue.Create(text);
    }

    private static JsonValue? Integer(string number)
    {
        bool negative = number.StartsWith('-');
        string digits = negative || number.StartsWith('+') ? number[1..] : number;
        if (digits.Length == 0 || !char.IsAsciiDigit(digits[0])) return null;
        ulong? magnitude = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => Digits(hex, 16),
            ['0', 'o' or 'O', .. var octal] => Digits(octal, 8),
            ['0', 'b' or 'B', .. var binary] => Digits(binary, 2),
            ['0', _, ..] => Digits(digits[1..], 8),
            _ => Digits(digits, 10),
        };
        return magnitude switch
        {
            null => null,
            <= long.MaxValue => JsonValue.Create(negative ? -(long)magnitude.Value : (long)magnitude.Value),
            _ => negative ? null : JsonValue.Create(magnitude.Value),
        };
    }

    private static ulong? Digits(string digits, uint radix)
    {
        if (digits.Length is 0 or > 64) return null;
        ulong value = 0;
        foreach (char digit in digits)
        {
            int weight = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 99;
            if (weight >= radix || value > (ulong.MaxValue - (uint)weight) / radix) return null;
            value = (value * radix) + (uint)weight;
        }
        return value;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", RegexOptions.CultureInvariant)]
    private static partial Regex Infinite();
}
