using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Paths of requests, relative to the server. A name that Kubernetes would not allow never enters one: with
/// <c>../secrets/x</c> for a pod's name the request would be another one than was meant.
/// </summary>
internal static class ResourcePath
{
    internal static string Pods(string? ns) => ns is null ? "api/v1/pods" : $"api/v1/namespaces/{NameRules.Namespace(ns)}/pods";

    internal static string Pod(string ns, string name) => $"api/v1/namespaces/{NameRules.Namespace(ns)}/pods/{NameRules.Pod(name)}";

    internal static string Events(string? ns) => ns is null ? "api/v1/events" : $"api/v1/namespaces/{NameRules.Namespace(ns)}/events";

    internal static string Namespaces() => "api/v1/namespaces";

    internal static string Namespace(string ns) => $"api/v1/namespaces/{NameRules.Namespace(ns)}";

    internal static string Nodes() => "api/v1/nodes";

    internal static string Node(string name) => $"api/v1/nodes/{Subdomain("node", name)}";

    internal static string Namespaced(string groupVersion, string ns, string resource, string? name = null)
    {
        var path = $"{groupVersion}/namespaces/{NameRules.Namespace(ns)}/{resource}";
        return name is null ? path : $"{path}/{Subdomain(resource, name)}";
    }

    /// <summary>Checks a name that may have dots (RFC 1123 subdomain), and gives it back.</summary>
    internal static string Subdomain(string kind, string name) => NameRules.IsSubdomain(name) ? name : throw Failure.InvalidObjectName(kind, name);
}
