using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>What the sandbox serves, as discovery lists it: a part of what a genuine server lists, each entry as there.</summary>
internal static class DiscoveryCatalog
{
    /// <summary>What kubectl does not mean by <c>all</c>.</summary>
    private static readonly ResourceType[] s_notInAll = [ResourceType.Events, ResourceType.PersistentVolumeClaims, ResourceType.PodDisruptionBudgets];

    private const string AllVerbs = "create delete deletecollection get list patch update watch";

    internal sealed record Subresource(string Name, string Kind, string Verbs, string Group = "", string Version = "");

    internal sealed record Entry(string Group, string Plural, string Singular, string Kind, bool Namespaced, string Verbs, bool InAll = false)
    {
        internal string[] ShortNames { get; init; } = [];

        internal Subresource[] Subresources { get; init; } = [];
    }

    internal static readonly IReadOnlyList<Entry> Entries =
    [
        .. ResourceType.All.Select(type => new Entry(type.Group, type.Plural, type.Kind.ToLowerInvariant(), type.Kind, type.Namespaced,
            type == ResourceType.Namespaces ? AllVerbs.Replace("deletecollection ", "", StringComparison.Ordinal) : AllVerbs,
            InAll: type.Namespaced && !s_notInAll.Contains(type))
        {
            ShortNames = type.ShortNames,
            Subresources = type == ResourceType.Pods
                ?
                [
                    new("attach", "PodAttachOptions", "create get"),
                    new("ephemeralcontainers", "Pod", "get patch update"),
                    new("eviction", "Eviction", "create", "policy", "v1"),
                    new("exec", "PodExecOptions", "create get"),
                    new("log", "Pod", "get"),
                    new("status", "Pod", "get"),
                ]
                : [],
        }),
        new("events.k8s.io", "events", "event", "Event", true, "get list") { ShortNames = ["ev"] },
        new("authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", false, "create"),
        new("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview", false, "create"),
        new("authorization.k8s.io", "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview", false, "create"),
    ];

    /// <summary>The groups but core, in the order of the genuine server.</summary>
    internal static readonly IReadOnlyList<string> Groups = ["apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "batch", "policy"];

    /// <summary>/api/v1 and /apis/GROUP/v1.</summary>
    internal static JsonObject ResourceList(string group)
    {
        JsonArray resources = [];
        foreach (Entry entry in Entries.Where(entry => entry.Group == group).OrderBy(entry => entry.Plural, StringComparer.Ordinal))
        {
            JsonObject resource = new()
            {
                ["name"] = entry.Plural, ["singularName"] = entry.Singular, ["namespaced"] = entry.Namespaced, ["kind"] = entry.Kind, ["verbs"] = Words(entry.Verbs),
            };
            if (entry.ShortNames.Length > 0) resource["shortNames"] = Strings(entry.ShortNames);
            if (entry.InAll) resource["categories"] = Strings(["all"]);
            resources.Add((JsonNode)resource);
            foreach (Subresource sub in entry.Subresources)
            {
                JsonObject part = new() { ["name"] = $"{entry.Plural}/{sub.Name}", ["singularName"] = "", ["namespaced"] = entry.Namespaced };
                if (sub.Group.Length > 0)
                {
                    part["group"] = sub.Group;
                    part["version"] = sub.Version;
                }
                part["kind"] = sub.Kind;
                part["verbs"] = Words(sub.Verbs);
                resources.Add((JsonNode)part);
            }
        }
        return new JsonObject
        {
            ["kind"] = "APIResourceList", ["apiVersion"] = group.Length == 0 ? null : "v1", ["groupVersion"] = group.Length == 0 ? "v1" : $"{group}/v1", ["resources"] = resources,
        };
    }

    /// <summary>A group as /apis lists it.</summary>
    internal static JsonObject Group(string group)
    {
        JsonObject version = new() { ["groupVersion"] = $"{group}/v1", ["version"] = "v1" };
        return new JsonObject { ["name"] = group, ["versions"] = new JsonArray(version), ["preferredVersion"] = version.DeepClone() };
    }

    /// <summary>Aggregated discovery of some groups.</summary>
    internal static JsonObject Aggregated(IEnumerable<string> groups) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. groups.Select(group => (JsonNode)new JsonObject
        {
            ["metadata"] = group.Length == 0 ? [] : new JsonObject { ["name"] = group },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["version"] = "v1",
                ["resources"] = new JsonArray([.. Entries.Where(entry => entry.Group == group).OrderBy(entry => entry.Plural, StringComparer.Ordinal).Select(entry => (JsonNode)Aggregated(entry))]),
                ["freshness"] = "Current",
            }),
        })]),
    };

    private static JsonObject Aggregated(Entry entry)
    {
        JsonObject resource = new()
        {
            ["resource"] = entry.Plural,
            ["responseKind"] = new JsonObject { ["group"] = "", ["version"] = "", ["kind"] = entry.Kind },
            ["scope"] = entry.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = entry.Singular,
            ["verbs"] = Words(entry.Verbs),
        };
        if (entry.ShortNames.Length > 0) resource["shortNames"] = Strings(entry.ShortNames);
        if (entry.InAll) resource["categories"] = Strings(["all"]);
        if (entry.Subresources.Length > 0)
        {
            resource["subresources"] = new JsonArray([.. entry.Subresources.Select(sub => (JsonNode)new JsonObject
            {
                ["subresource"] = sub.Name,
                ["responseKind"] = new JsonObject { ["group"] = sub.Group, ["version"] = sub.Version, ["kind"] = sub.Kind },
                ["verbs"] = Words(sub.Verbs),
            })]);
        }
        return resource;
    }

    private static JsonArray Words(string words) => Strings(words.Split(' '));

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
