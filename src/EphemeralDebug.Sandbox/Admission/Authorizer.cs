using EphemeralDebug.Sandbox.Http;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>RBAC: which user may do what, from bindings. Members of system:masters may do everything, without a reason, as in the genuine server.</summary>
internal sealed class Authorizer
{
    private readonly Lock _lock = new();
    private IReadOnlyList<RoleBinding> _bindings =
    [
        new("cluster-admin", "cluster-admin", "Group", "system:masters", null,
        [
            new PolicyRule(["*"], ["*"]) { ApiGroups = ["*"] },
            new PolicyRule(["*"], []) { ApiGroups = [], NonResourceUrls = ["*"] },
        ]),
        new("system:basic-user", "system:basic-user", "Group", "system:authenticated", null,
        [
            new PolicyRule(["create"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]) { ApiGroups = ["authorization.k8s.io"] },
            new PolicyRule(["create"], ["selfsubjectreviews"]) { ApiGroups = ["authentication.k8s.io"] },
        ]),
        new("system:discovery", "system:discovery", "Group", "system:authenticated", null,
        [
            new PolicyRule(["get"], [])
            {
                ApiGroups = [],
                NonResourceUrls = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"],
            },
        ]),
        new("system:service-account-issuer-discovery", "system:service-account-issuer-discovery", "Group", "system:authenticated", null,
        [
            new PolicyRule(["get"], []) { ApiGroups = [], NonResourceUrls = ["/.well-known", "/.well-known/*"] },
        ]),
        .. new[] { "system:authenticated", "system:unauthenticated" }.Select(group =>
            new RoleBinding("system:public-info-viewer", "system:public-info-viewer", "Group", group, null,
            [
                new PolicyRule(["get"], []) { ApiGroups = [], NonResourceUrls = ["/healthz", "/livez", "/readyz", "/version", "/version/"] },
            ])),
    ];

    internal void Add(RoleBinding binding)
    {
        lock (_lock) _bindings = [.. _bindings, binding];
    }

    /// <summary>Whether the user may, and why (empty where there is no reason to give).</summary>
    internal (bool Allowed, string Reason) Resource(UserInfo user, string verb, string group, string resource, string? subresource, string? ns, string? name)
    {
        if (user.IsMaster) return (true, "");
        RoleBinding? binding = For(user, ns).FirstOrDefault(binding => binding.Rules.Any(rule => rule.Allows(verb, group, resource, subresource, name)));
        return (binding is not null, binding?.Reason ?? "");
    }

    internal (bool Allowed, string Reason) Path(UserInfo user, string verb, string path)
    {
        if (user.IsMaster) return (true, "");
        RoleBinding? binding = For(user, ns: null).FirstOrDefault(binding => binding.Rules.Any(rule => rule.AllowsPath(verb, path)));
        return (binding is not null, binding?.Reason ?? "");
    }

    /// <summary>The rules that hold for the user in a namespace, for a SelfSubjectRulesReview.</summary>
    internal IEnumerable<PolicyRule> Rules(UserInfo user, string ns) => For(user, ns).SelectMany(binding => binding.Rules);

    /// <summary>Throws the 403 with the server's message where the user may not.</summary>
    internal void Demand(UserInfo user, RequestInfo info, string? verb = null)
    {
        verb ??= info.Verb;
        if (info.Resource is null)
        {
            if (!Path(user, verb, info.Path).Allowed) throw StatusException.ForbiddenPath(user.Name, verb, info.Path);
            return;
        }
        if (Resource(user, verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name).Allowed) return;
        string scope = string.IsNullOrEmpty(info.Namespace) || (info.Type is { Namespaced: false } && info.Resource != "namespaces")
            ? "at the cluster scope" : $"in the namespace \"{info.Namespace}\"";
        throw StatusException.Forbidden(info.Group, info.Resource, info.Name,
            $"User \"{user.Name}\" cannot {verb} resource \"{info.ResourceAndSubresource}\" in API group \"{info.Group}\" {scope}");
    }

    private IEnumerable<RoleBinding> For(UserInfo user, string? ns)
    {
        IReadOnlyList<RoleBinding> bindings;
        lock (_lock) bindings = _bindings;
        return bindings.Where(binding => (binding.Namespace is null || binding.Namespace == ns)
            && (binding.SubjectKind == "Group" ? user.Groups.Contains(binding.Subject) : binding.Subject == user.Name));
    }
}
