namespace EphemeralDebug.Core.Cluster;

/// <summary>What a request is about, read from its address: <c>api/v1/namespaces/NS/pods/NAME/attach</c>.</summary>
internal sealed record ApiPath(string Group, string Resource, string? Subresource, string? Name, string? Namespace)
{
    /// <summary>Null where the address is not that of a resource.</summary>
    internal static ApiPath? Parse(string path)
    {
        string[] parts = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        (string group, string[] rest) = parts switch
        {
            ["api", _, .. var core] => ("", core),
            ["apis", var named, _, .. var grouped] => (named, grouped),
            _ => ("", []),
        };
        return rest switch
        {
            ["namespaces", var @namespace, var resource, .. var more] => new(group, resource, more.ElementAtOrDefault(1), more.ElementAtOrDefault(0), @namespace),
            [var resource, .. var more] => new(group, resource, more.ElementAtOrDefault(1), more.ElementAtOrDefault(0), null),
            _ => null,
        };
    }

    /// <summary>The object as users name it: <c>namespace/name</c>, or the name alone where it has no namespace.</summary>
    internal string? Target => Name is null ? Namespace : Namespace is null ? Name : $"{Namespace}/{Name}";
}
