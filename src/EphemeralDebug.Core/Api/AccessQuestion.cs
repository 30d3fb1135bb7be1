using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Api;

/// <summary>What somebody may want to know whether they may do it (authorization.k8s.io/v1 <c>ResourceAttributes</c>).</summary>
/// <param name="Verb">The verb: <c>get</c>, <c>create</c>, ...</param>
/// <param name="Resource">The resource, in the core group: <c>pods</c>.</param>
/// <param name="Subresource">The subresource: <c>exec</c>; null for none.</param>
/// <param name="Namespace">The namespace; null for what lives in none.</param>
public sealed record AccessQuestion(string Verb, string Resource, string? Subresource, string? Namespace)
{
    /// <summary>The review that asks the server.</summary>
    internal JsonObject ToReview()
    {
        JsonObject attributes = new() { ["verb"] = Verb, ["group"] = "", ["resource"] = Resource };
        if (Subresource is not null) attributes["subresource"] = Subresource;
        if (Namespace is not null) attributes["namespace"] = Namespace;
        return new()
        {
            ["kind"] = "SelfSubjectAccessReview",
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["spec"] = new JsonObject { ["resourceAttributes"] = attributes },
        };
    }
}
