using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>Requests to one API server, one method a request. Every method stops when its token is cancelled.</summary>
public sealed class KubernetesApi(IClusterTransport transport)
{
    /// <summary>What the requests go through; its context and kubeconfig are written on every row.</summary>
    public IClusterTransport Transport { get; } = transport;

    /// <summary>Lists pods, page by page: a row is given as soon as it has arrived, a page is asked for when the one before is consumed.</summary>
    public IAsyncEnumerable<PodInfo> ListPodsAsync(PodQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Lists nodes, as <see cref="ListPodsAsync"/> does pods.</summary>
    public IAsyncEnumerable<NodeInfo> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The names of all namespaces.</summary>
    public IAsyncEnumerable<string> ListNamespacesAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The whole pod, with fields that this module does not know.</summary>
    public Task<JsonObject> GetPodAsync(string ns, string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The whole node.</summary>
    public Task<JsonObject> GetNodeAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The row of a pod.</summary>
    public static PodInfo ReadPod(JsonObject pod, string? context = null, string? kubeConfig = null) => throw new NotImplementedException();

    /// <summary>The row of a pod.</summary>
    public static PodInfo ReadPod(ReadOnlySpan<byte> pod, string? context = null, string? kubeConfig = null) => throw new NotImplementedException();

    /// <summary>
    /// Adds ephemeral containers: a strategic merge patch of <c>pods/NAME/ephemeralcontainers</c>, so that two who add at
    /// once both succeed.
    /// </summary>
    /// <param name="ns">The pod's namespace.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="patch"><c>{"spec":{"ephemeralContainers":[...]}}</c></param>
    /// <param name="dryRun">Whether the server only judges the request.</param>
    /// <param name="onWarning">Takes the texts of the server's Warning headers.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The pod as it is then.</returns>
    public Task<JsonObject> PatchEphemeralContainersAsync(string ns, string pod, JsonObject patch, bool dryRun = false,
        Action<string>? onWarning = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Watches pods of a namespace from a version on; without a version, all that exist come first, between
    /// <see cref="PodEventType.Restarted"/> and <see cref="PodEventType.Synced"/>. Ends only by an exception or the token.
    /// </summary>
    public IAsyncEnumerable<PodEvent> WatchPodsAsync(string? ns, string? fieldSelector = null, string? labelSelector = null,
        string? resourceVersion = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Watches the events about pods of a namespace, or about one pod: those there are, then new ones. Each is given once a change.</summary>
    public IAsyncEnumerable<ClusterEvent> WatchEventsAsync(string? ns, string? podName = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Finds how the pods of a workload (<c>deploy/web</c>, <c>statefulset.apps/db</c>, <c>cronjob/report</c>) are selected.</summary>
    public Task<WorkloadPods> ResolveWorkloadAsync(string ns, string workload, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Opens a container's log. The stream is the caller's to dispose; reading it obeys the token given to the read.</summary>
    public Task<Stream> OpenLogAsync(string ns, string pod, LogQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The lines of a log: UTF-8 with what is invalid replaced; a line of more than 1 MiB comes in pieces.</summary>
    public static IAsyncEnumerable<string> ReadLinesAsync(Stream log, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
