using System.Globalization;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Makes a namespace for one debugging pod that other namespaces refuse: it admits privileged pods, and says what it is and until when
/// somebody may need it.
/// </summary>
public static class DebugNamespace
{
    /// <summary>The label with the Pod Security level that is enforced.</summary>
    internal const string EnforceLabel = "pod-security.kubernetes.io/enforce";

    /// <summary>The label with the version of that level.</summary>
    internal const string EnforceVersionLabel = "pod-security.kubernetes.io/enforce-version";

    /// <summary>Makes it.</summary>
    /// <param name="node">The node that the pod is for.</param>
    /// <param name="nodeUid">The node's uid, where it is known.</param>
    /// <param name="expires">After which time nobody needs it; null where that has no end.</param>
    /// <param name="suffix">Draws the end of the name.</param>
    /// <returns>core/v1 <c>Namespace</c>.</returns>
    public static JsonObject Build(string node, string? nodeUid, DateTimeOffset? expires, Func<string> suffix)
    {
        ArgumentNullException.ThrowIfNull(suffix);
        JsonObject metadata = new()
        {
            ["name"] = "node-debug-" + suffix(),
            ["labels"] = new JsonObject(new[] { "enforce", "audit", "warn" }.Select(mode => KeyValuePair.Create($"pod-security.kubernetes.io/{mode}", (JsonNode?)"privileged"))),
        };
        DebugMarks.Put(metadata, $"node/{node}", nodeUid, container: null);
        if (expires is { } end)
            metadata.Object("annotations")![DebugMarks.ExpiresAnnotation] = end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = metadata };
    }
}
