namespace EphemeralDebug.Sandbox.Admission;

/// <summary>What a role allows: verbs on resources of API groups, or on paths. <c>*</c> means every.</summary>
/// <param name="Verbs">Verbs, such as <c>get</c>.</param>
/// <param name="Resources">Resources, such as <c>pods/log</c>.</param>
public sealed record PolicyRule(IReadOnlyList<string> Verbs, IReadOnlyList<string> Resources)
{
    /// <summary>The API groups; by default the core group.</summary>
    public IReadOnlyList<string> ApiGroups { get; init; } = [""];

    /// <summary>The names that the rule is for; empty for all.</summary>
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    /// <summary>Paths that are no resources, such as <c>/version</c>.</summary>
    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    internal bool Allows(string verb, string group, string resource, string? subresource, string? name) =>
        Resources.Count > 0
        && Matches(Verbs, verb)
        && Matches(ApiGroups, group)
        && Resources.Any(mine => mine == "*"
            || mine == (subresource is null ? resource : $"{resource}/{subresource}")
            || (subresource is not null && mine == $"*/{subresource}"))
        && (ResourceNames.Count == 0 || (name is not null && ResourceNames.Contains(name)));

    internal bool AllowsPath(string verb, string path) =>
        Matches(Verbs, verb)
        && NonResourceUrls.Any(mine => mine == "*" || mine == path || (mine.EndsWith('*') && path.StartsWith(mine[..^1], StringComparison.Ordinal)));

    private static bool Matches(IReadOnlyList<string> mine, string wanted) => mine.Contains("*") || mine.Contains(wanted);
}
