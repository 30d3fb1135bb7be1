using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>The short hash of a pod template that names what was made from it: <c>pod-template-hash</c>, <c>controller-revision-hash</c>.</summary>
internal static class TemplateHash
{
    internal const string PodTemplate = "pod-template-hash";
    internal const string Revision = "controller-revision-hash";
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>FNV-1a of the template, its digits written in the alphabet of Kubernetes' names.</summary>
    internal static string Of(JsonNode template)
    {
        uint hash = 2166136261;
        foreach (byte value in Encoding.UTF8.GetBytes(template.ToJsonString())) hash = (hash ^ value) * 16777619;
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
    }

    /// <summary>Whether two templates are the same but for the label with their hash.</summary>
    internal static bool AreSame(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(Bare(one), Bare(other));

    private static JsonNode? Bare(JsonNode? template)
    {
        JsonNode? copy = template?.DeepClone();
        (copy?["metadata"]?["labels"] as JsonObject)?.Remove(PodTemplate);
        return copy;
    }
}
