using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Api;

// The requests that change pods, namespaces and workloads, and what has to be read before.
public sealed partial class KubernetesApi
{
    /// <summary>Creates a pod.</summary>
    /// <param name="ns">The namespace to create it in.</param>
    /// <param name="pod">core/v1 <c>Pod</c>.</param>
    /// <param name="dryRun">Whether the server only judges the request.</param>
    /// <param name="onWarning">Takes the texts of the server's Warning headers.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The pod as the server made it.</returns>
    /// <exception cref="DebugException">The server refuses, or cannot be reached.</exception>
    public Task<JsonObject> CreatePodAsync(string ns, JsonObject pod, bool dryRun = false, Action<string>? onWarning = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return ObjectChange.CreateAsync(Transport, ResourcePath.Pods(ns), pod, dryRun, onWarning, cancellationToken);
    }

    /// <summary>Deletes a pod; it may take its grace period until it is gone.</summary>
    /// <param name="ns">The pod's namespace.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="uid">The uid that it must have, so that a later pod of the same name is left alone; null for whichever there is.</param>
    /// <param name="grace">How long its processes have to end; null is what its specification says.</param>
    /// <param name="dryRun">Whether the server only judges the request.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="DebugException">There is no such pod (<c>PodReplaced</c> where it has another uid), the server refuses, or cannot be reached.</exception>
    public Task DeletePodAsync(string ns, string name, string? uid, TimeSpan? grace = null, bool dryRun = false, CancellationToken cancellationToken = default) =>
        OrReplacedAsync(ns, name, uid, () => ObjectChange.DeleteAsync(Transport, ResourcePath.Pod(ns, name), uid, grace, dryRun, cancellationToken));

    /// <summary>Evicts a pod: deletes it if its disruption budgets allow that.</summary>
    /// <param name="ns">The pod's namespace.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="uid">The uid that it must have; null for whichever there is.</param>
    /// <param name="dryRun">Whether the server only judges the request.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="DebugException"><c>DisruptionBudget</c> where a budget forbids it now; there is no such pod, the server refuses, or cannot be reached.</exception>
    public Task EvictPodAsync(string ns, string name, string? uid, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        JsonObject eviction = new()
        {
            ["kind"] = "Eviction",
            ["apiVersion"] = "policy/v1",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["deleteOptions"] = ObjectChange.DeleteOptions(uid, grace: null, dryRun),
        };
        return OrReplacedAsync(ns, name, uid, () => ObjectChange.CreateAsync(Transport, $"{ResourcePath.Pod(ns, name)}/eviction", eviction, dryRun, onWarning: null, cancellationToken));
    }

    /// <summary>Changes fields of a pod (RFC 7386 merge patch); of the specification the server lets very few be changed.</summary>
    /// <exception cref="DebugException">There is no such pod, the server refuses, or cannot be reached.</exception>
    public Task<JsonObject> PatchPodAsync(string ns, string name, JsonObject patch, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        return ObjectChange.PatchAsync(Transport, ResourcePath.Pod(ns, name), patch, ObjectChange.MergePatch, dryRun, onWarning: null, cancellationToken);
    }

    /// <summary>The whole namespace, with the labels that say what Pod Security admits.</summary>
    /// <exception cref="DebugException">There is no such namespace, it may not be read, or the server cannot be reached.</exception>
    public Task<JsonObject> GetNamespaceAsync(string name, CancellationToken cancellationToken = default) =>
        Answer.GetObjectAsync(Transport, ResourcePath.Namespace(name), cancellationToken);

    /// <summary>The namespaces, whole.</summary>
    /// <exception cref="DebugException">The server cannot be read.</exception>
    public IAsyncEnumerable<JsonObject> ListWholeNamespacesAsync(string? labelSelector = null, CancellationToken cancellationToken = default) =>
        WholeList(ResourcePath.Namespaces(), labelSelector).ReadAsync(cancellationToken);

    /// <summary>Creates a namespace (core/v1 <c>Namespace</c>).</summary>
    /// <exception cref="DebugException">The server refuses, or cannot be reached.</exception>
    public Task<JsonObject> CreateNamespaceAsync(JsonObject value, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ObjectChange.CreateAsync(Transport, ResourcePath.Namespaces(), value, dryRun, onWarning: null, cancellationToken);
    }

    /// <summary>Deletes a namespace and all that is in it; the server goes on with that after it has answered.</summary>
    /// <param name="name">The namespace.</param>
    /// <param name="uid">The uid that it must have; null for whichever there is.</param>
    /// <param name="dryRun">Whether the server only judges the request.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="DebugException">There is no such namespace, the server refuses, or cannot be reached.</exception>
    public Task DeleteNamespaceAsync(string name, string? uid, bool dryRun = false, CancellationToken cancellationToken = default) =>
        ObjectChange.DeleteAsync(Transport, ResourcePath.Namespace(name), uid, grace: null, dryRun, cancellationToken);

    /// <summary>A workload as the server has it: <c>deploy/web</c>, <c>statefulset.apps/db</c>, <c>cronjob/report</c>.</summary>
    /// <exception cref="DebugException">The kind is unknown, there is no such workload, or the server cannot be read.</exception>
    public Task<JsonObject> GetWorkloadAsync(string ns, string workload, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return Workload.GetAsync(Transport, ns, workload, cancellationToken);
    }

    /// <summary>
    /// Lets a Deployment, StatefulSet or DaemonSet replace its pods one after the other, as <c>kubectl rollout restart</c> does: by the
    /// annotation <c>kubectl.kubernetes.io/restartedAt</c> of its template.
    /// </summary>
    /// <exception cref="DebugException">It is no such workload, there is none of that name, the server refuses, or cannot be reached.</exception>
    public Task RestartWorkloadAsync(string ns, string workload, DateTimeOffset at, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return Workload.RestartAsync(Transport, ns, workload, at, dryRun, cancellationToken);
    }

    /// <summary>The Services of a namespace (core/v1).</summary>
    /// <exception cref="DebugException">They may not be read, or the server cannot be reached.</exception>
    public IAsyncEnumerable<JsonObject> ListServicesAsync(string ns, CancellationToken cancellationToken = default) =>
        WholeList(ResourcePath.Namespaced("api/v1", ns, "services"), labelSelector: null).ReadAsync(cancellationToken);

    /// <summary>The PersistentVolumeClaims of a namespace (core/v1).</summary>
    /// <exception cref="DebugException">They may not be read, or the server cannot be reached.</exception>
    public IAsyncEnumerable<JsonObject> ListVolumeClaimsAsync(string ns, CancellationToken cancellationToken = default) =>
        WholeList(ResourcePath.Namespaced("api/v1", ns, "persistentvolumeclaims"), labelSelector: null).ReadAsync(cancellationToken);

    private ObjectList<JsonObject> WholeList(string path, string? labelSelector) => new(Transport, path, Selectors(fieldSelector: null, labelSelector), 500,
        static json => JsonNode.Parse(json)!.AsObject(), static item => (string?)item["metadata"]?["name"] ?? "");

    // The answer to a wrong uid is a conflict like any other, but for its words.
    private static async Task OrReplacedAsync(string ns, string name, string? uid, Func<Task> request)
    {
        try
        {
            await request().ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 409 && uid is not null && e.Message.Contains("precondition", StringComparison.OrdinalIgnoreCase))
        {
            throw Failure.PodReplaced(ns, name);
        }
    }
}
