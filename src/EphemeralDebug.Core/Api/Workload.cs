using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>Finds the pods of a workload that is named as kubectl names it: <c>deploy/web</c>, <c>statefulsets.apps/db</c>.</summary>
internal static class Workload
{
    // With more jobs than this the selector would not fit into a URL; then the owner alone tells.
    private const int MostJobsInSelector = 50;

    private sealed record Type(string Kind, string Group, string Resource, bool OwnsPods, params string[] Names);

    private static readonly Type[] s_types =
    [
        new("Deployment", "apps", "deployments", false, "deployment", "deploy"),
        new("StatefulSet", "apps", "statefulsets", true, "statefulset", "sts"),
        new("DaemonSet", "apps", "daemonsets", true, "daemonset", "ds"),
        new("ReplicaSet", "apps", "replicasets", true, "replicaset", "rs"),
        new("ReplicationController", "", "replicationcontrollers", true, "replicationcontroller", "rc"),
        new("Job", "batch", "jobs", true, "job"),
        new("CronJob", "batch", "cronjobs", false, "cronjob", "cj"),
        new("Service", "", "services", false, "service", "svc"),
    ];

    internal static async Task<WorkloadPods> ResolveAsync(IClusterTransport transport, string ns, string workload, CancellationToken cancellationToken)
    {
        var (type, name) = Parse(workload);
        var found = await GetAsync(transport, ns, type, name, cancellationToken).ConfigureAwait(false);
        var uid = Text(found["metadata"]?["uid"]);
        if (type.Kind == "CronJob") return await OfCronJobAsync(transport, ns, name, uid, cancellationToken).ConfigureAwait(false);
        var selector = Selector(found["spec"]?["selector"]) ?? throw Failure.WorkloadWithoutSelector($"{type.Names[0]}/{name}", ns);
        return new WorkloadPods(type.Kind, name, selector, type.OwnsPods && uid is not null ? [uid] : null);
    }

    /// <summary>The workload itself.</summary>
    internal static Task<JsonObject> GetAsync(IClusterTransport transport, string ns, string workload, CancellationToken cancellationToken)
    {
        var (type, name) = Parse(workload);
        return GetAsync(transport, ns, type, name, cancellationToken);
    }

    internal static async Task RestartAsync(IClusterTransport transport, string ns, string workload, DateTimeOffset at, bool dryRun, CancellationToken cancellationToken)
    {
        var (type, name) = Parse(workload);
        if (type.Kind is not ("Deployment" or "StatefulSet" or "DaemonSet")) throw Failure.WorkloadWithoutRestart($"{type.Names[0]}/{name}");
        JsonObject patch = new()
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["annotations"] = new JsonObject
                        {
                            ["kubectl.kubernetes.io/restartedAt"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                        },
                    },
                },
            },
        };
        await OrNotFoundAsync(type, ns, name, () => ObjectChange.PatchAsync(
            transport, Path(type, ns, name), patch, ObjectChange.StrategicMergePatch, dryRun, onWarning: null, cancellationToken)).ConfigureAwait(false);
    }

    private static (Type Type, string Name) Parse(string workload)
    {
        var slash = workload.IndexOf('/');
        if (slash <= 0 || slash == workload.Length - 1) throw Failure.InvalidWorkload(workload);
        return (Find(workload[..slash]) ?? throw Failure.UnknownWorkloadKind(workload, workload[..slash]), workload[(slash + 1)..]);
    }

    private static Task<JsonObject> GetAsync(IClusterTransport transport, string ns, Type type, string name, CancellationToken cancellationToken) =>
        OrNotFoundAsync(type, ns, name, () => Answer.GetObjectAsync(transport, Path(type, ns, name), cancellationToken));

    private static string Path(Type type, string ns, string name) => ResourcePath.Namespaced(GroupVersion(type), ns, type.Resource, name);

    private static async Task<JsonObject> OrNotFoundAsync(Type type, string ns, string name, Func<Task<JsonObject>> request)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 404)
        {
            throw Failure.WorkloadNotFound($"{type.Names[0]}/{name}", ns, e);
        }
    }

    // TYPE, TYPE.GROUP or TYPE.VERSION.GROUP, singular, plural or short.
    private static Type? Find(string written)
    {
        var parts = written.ToLowerInvariant().Split('.', 2);
        var type = Array.Find(s_types, type => type.Resource == parts[0] || type.Names.Contains(parts[0]));
        return type is not null && (parts.Length == 1 || (parts[1].Length > 0 && (parts[1] == type.Group || parts[1] == $"v1.{type.Group}".TrimEnd('.')))) ? type : null;
    }

    private static string GroupVersion(Type type) => type.Group.Length == 0 ? "api/v1" : $"apis/{type.Group}/v1";

    // A CronJob selects nothing: its jobs are those that it owns, and a job's pods carry the job's uid as a label.
    private static async Task<WorkloadPods> OfCronJobAsync(IClusterTransport transport, string ns, string name, string? uid, CancellationToken cancellationToken)
    {
        var jobs = new List<(string Uid, string? Key)>();
        var list = new ObjectList<JsonObject>(transport, ResourcePath.Namespaced("apis/batch/v1", ns, "jobs"), RequestQuery.None, 500,
            json => JsonNode.Parse(json)!.AsObject(), job => Text(job["metadata"]?["name"]) ?? "");
        await foreach (var job in list.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var isOurs = job["metadata"]?["ownerReferences"] is JsonArray owners && owners.Any(owner => uid is not null && Text(owner?["uid"]) == uid);
            if (isOurs && Text(job["metadata"]?["uid"]) is { } jobUid) jobs.Add((jobUid, SelectorKey(job)));
        }
        string[] uids = [.. jobs.Select(job => job.Uid)];
        if (uids.Length is 0 or > MostJobsInSelector || jobs.Any(job => job.Key is null)) return new WorkloadPods("CronJob", name, null, uids);

        // Kubernetes 1.27 renamed the label and goes on writing the old one: that is the one which jobs of both ages share.
        var keys = jobs.Select(job => job.Key!).Distinct().ToArray();
        var key = keys.Length == 1 ? keys[0] : "controller-uid";
        return new WorkloadPods("CronJob", name, $"{key} in ({string.Join(",", uids)})", uids);
    }

    private static string? SelectorKey(JsonObject job) =>
        job["spec"]?["selector"]?["matchLabels"] is JsonObject labels
            ? labels.Select(label => label.Key).FirstOrDefault(key => key is "batch.kubernetes.io/controller-uid" or "controller-uid") : null;

    /// <summary>
    /// The text of a selector: a LabelSelector (<c>matchLabels</c>, <c>matchExpressions</c>), or a plain map as Services and
    /// ReplicationControllers have it. Null where it selects nothing in particular.
    /// </summary>
    internal static string? Selector(JsonNode? selector)
    {
        if (selector is not JsonObject map) return null;
        var isLabelSelector = map["matchLabels"] is JsonObject || map["matchExpressions"] is JsonArray;
        var labels = isLabelSelector ? map["matchLabels"] as JsonObject : map;
        var terms = (labels ?? []).Select(label => $"{label.Key}={Text(label.Value)}").ToList();
        if (isLabelSelector && map["matchExpressions"] is JsonArray expressions) terms.AddRange(expressions.Select(Term));
        return terms.Count == 0 ? null : LabelSelectorSyntax.Check(string.Join(",", terms));
    }

    private static string Term(JsonNode? expression)
    {
        var key = Text(expression?["key"]);
        var values = string.Join(",", (expression?["values"] as JsonArray ?? []).Select(Text));
        return Text(expression?["operator"]) switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "Exists" => $"{key}",
            "DoesNotExist" => $"!{key}",
            var other => $"{key} {other} ({values})",
        };
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
