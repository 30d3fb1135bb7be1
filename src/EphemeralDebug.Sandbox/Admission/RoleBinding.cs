namespace EphemeralDebug.Sandbox.Admission;

/// <summary>Gives a user or a group the rules of a role, in one namespace or (where it is null) in the whole cluster.</summary>
/// <param name="Name">The binding's name, which access reviews quote.</param>
/// <param name="Role">The role's name, likewise.</param>
/// <param name="SubjectKind"><c>User</c> or <c>Group</c>.</param>
/// <param name="Subject">The user's or group's name.</param>
/// <param name="Namespace">The namespace; null for a ClusterRoleBinding.</param>
/// <param name="Rules">What the role allows.</param>
public sealed record RoleBinding(string Name, string Role, string SubjectKind, string Subject, string? Namespace, IReadOnlyList<PolicyRule> Rules)
{
    /// <summary>A Role and RoleBinding of the same name for one user in one namespace (null: in the whole cluster).</summary>
    public static RoleBinding ForUser(string user, string role, string? ns, params PolicyRule[] rules) => new(role, role, "User", user, ns, rules);

    internal string Reason => Namespace is null
        ? $"RBAC: allowed by ClusterRoleBinding \"{Name}\" of ClusterRole \"{Role}\" to {SubjectKind} \"{Subject}\""
        : $"RBAC: allowed by RoleBinding \"{Name}/{Namespace}\" of Role \"{Role}\" to {SubjectKind} \"{Subject}\"";
}
