using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>What a request asks for, read from its method and path as the API server reads it.</summary>
internal sealed record RequestInfo(string Verb, string Path)
{
    /// <summary>The API group; empty for core.</summary>
    internal string Group { get; init; } = "";

    internal string Version { get; init; } = "";

    internal string? Namespace { get; init; }

    /// <summary>The plural in the path, null where the path names no resource.</summary>
    internal string? Resource { get; init; }

    internal string? Name { get; init; }

    internal string? Subresource { get; init; }

    /// <summary>The kind that the store keeps, null for reviews and for what the sandbox does not have.</summary>
    internal ResourceType? Type { get; init; }

    /// <summary><c>pods/log</c>, as rules and messages name it.</summary>
    internal string ResourceAndSubresource => Subresource is null ? Resource! : $"{Resource}/{Subresource}";

    internal static RequestInfo Parse(HttpRequest request)
    {
        string path = request.Path.Value ?? "/";
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string simpleVerb = request.Method switch
        {
            "GET" or "HEAD" => "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => request.Method.ToLowerInvariant(),
        };
        string[] rest;
        string group, version;
        if (parts is ["api", var coreVersion, _, ..]) (group, version, rest) = ("", coreVersion, parts[2..]);
        else if (parts is ["apis", var named, var namedVersion, _, ..]) (group, version, rest) = (named, namedVersion, parts[3..]);
        else return new RequestInfo(simpleVerb, path);

        string? ns = null;
        if (rest is ["namespaces", var within, _, ..] && !(rest.Length == 3 && rest[2] is "status" or "finalize"))
        {
            ns = within;
            rest = rest[2..];
        }
        string? name = rest.Length > 1 ? rest[1] : null;
        string verb = simpleVerb;
        if (verb == "get" && name is null) verb = IsTrue(request.Query["watch"]) ? "watch" : "list";
        if (verb == "delete" && name is null) verb = "deletecollection";
        ResourceType? type = ResourceType.All.FirstOrDefault(candidate =>
            candidate.Group == group && candidate.Version == version && candidate.Plural == rest[0] && (ns is null || candidate.Namespaced));
        return new RequestInfo(verb, path)
        {
            Group = group,
            Version = version,
            Namespace = type == ResourceType.Namespaces ? name : ns,
            Resource = rest[0],
            Name = name,
            Subresource = rest.Length > 2 ? string.Join('/', rest[2..]) : null,
            Type = type,
        };
    }

    internal static bool IsTrue(string? value) => value is "1" or "true" or "True" or "TRUE";
}
