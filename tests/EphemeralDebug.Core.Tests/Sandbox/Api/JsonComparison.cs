using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Compares two JSON values and tells every difference; values that no two servers share are compared by presence only.</summary>
public static partial class JsonComparison
{
    private static readonly HashSet<string> s_anyValue = ["uid", "resourceVersion", "time", "creationTimestamp", "serverAddress", "Age"];

    public static IReadOnlyList<string> Differences(JsonNode? expected, JsonNode? actual)
    {
        List<string> found = [];
        Compare(expected, actual, "$", found);
        return found;
    }

    public static void AssertSame(JsonNode? expected, JsonNode? actual)
    {
        IReadOnlyList<string> differences = Differences(expected, actual);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static void Compare(JsonNode? expected, JsonNode? actual, string path, List<string> found)
    {
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach ((string name, JsonNode? value) in left)
                {
                    if (!right.TryGetPropertyValue(name, out JsonNode? other)) found.Add($"{path}.{name}: missing, expected {Short(value)}");
                    else if (!s_anyValue.Contains(name)) Compare(value, other, $"{path}.{name}", found);
                }
                foreach ((string name, JsonNode? value) in right)
                {
                    if (!left.ContainsKey(name)) found.Add($"{path}.{name}: unexpected {Short(value)}");
                }
                break;
            case (JsonArray left, JsonArray right):
                if (left.Count != right.Count) found.Add($"{path}: expected {left.Count} items, got {right.Count}");
                for (int i = 0; i < Math.Min(left.Count, right.Count); i++) Compare(left[i], right[i], $"{path}[{i}]", found);
                break;
            default:
                if (Text(expected) != Text(actual)) found.Add($"{path}:\n  expected {Short(expected)}\n  actual   {Short(actual)}");
                break;
        }
    }

    // What differs between any two runs: generated names, hashes of certificates, line numbers within dumps of the whole pod.
    private static string Text(JsonNode? value)
    {
        if (value is null) return "null";
        if (value.GetValueKind() != JsonValueKind.String) return value.ToJsonString();
        string text = (string)value!;
        text = GeneratedName().Replace(text, "node-debugger-XXXXX");
        return CertificateHash().Replace(text, "X509SHA256=X");
    }

    private static string Short(JsonNode? value) => value?.ToJsonString() is { } text ? text[..Math.Min(text.Length, 600)] : "null";

    [GeneratedRegex("node-debugger-[a-z0-9]{5}")]
    private static partial Regex GeneratedName();

    [GeneratedRegex("X509SHA256=[0-9a-f]+")]
    private static partial Regex CertificateHash();
}
