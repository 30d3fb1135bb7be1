using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Cluster;

/// <summary>A right that is missing, as RBAC would grant it.</summary>
internal sealed partial record AccessRule(IReadOnlyList<string> Verbs, string Group, string Resource, string? Namespace)
{
    /// <summary>The rule as one line of YAML, to be put under <c>rules:</c>.</summary>
    internal string Yaml => $$"""- {apiGroups: ["{{Group}}"], resources: ["{{Resource}}"], verbs: [{{string.Join(", ", Verbs.Select(verb => $"\"{verb}\""))}}]}""";

    /// <summary>The command that asks the server whether the right is there.</summary>
    internal string Question
    {
        get
        {
            string[] parts = Resource.Split('/', 2);
            string resource = Group.Length == 0 ? parts[0] : $"{parts[0]}.{Group}";
            return $"kubectl auth can-i {Verbs[^1]} {resource}"
                + (parts.Length > 1 ? $" --subresource={parts[1]}" : "")
                + (Namespace is null ? "" : $" -n {Namespace}");
        }
    }

    /// <summary>The right that a message of the RBAC authorizer names; null where it is no such message.</summary>
    internal static AccessRule? FromMessage(string message) => Refusal().Match(message) is { Success: true } match
        ? new([match.Groups["verb"].Value], match.Groups["group"].Value, match.Groups["resource"].Value, match.Groups["namespace"] is { Success: true, Value: var name } ? name : null)
        : null;

    /// <summary>The right that a request needs.</summary>
    internal static AccessRule FromRequest(HttpMethod method, ApiPath about)
    {
        string resource = about.Subresource is null ? about.Resource : $"{about.Resource}/{about.Subresource}";
        // Since 1.35 a stream over WebSockets (a GET) needs create too.
        IReadOnlyList<string> verbs = about.Subresource is "attach" or "exec" or "portforward" && method == HttpMethod.Get
            ? ["get", "create"]
            : [method.Method switch
            {
                "POST" => "create",
                "PUT" => "update",
                "PATCH" => "patch",
                "DELETE" => about.Name is null ? "deletecollection" : "delete",
                _ => about.Name is null ? "list" : "get",
            }];
        return new(verbs, about.Group, resource, about.Namespace);
    }

    [GeneratedRegex("""User ".*?" cannot (?<verb>[a-z*]+) resource "(?<resource>[a-z0-9./*-]+)" in API group "(?<group>[a-z0-9.-]*)" (in the namespace "(?<namespace>[^"]+)"|at the cluster scope)""", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}
