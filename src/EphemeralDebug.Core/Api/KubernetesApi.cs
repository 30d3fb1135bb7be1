using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Api;

/// <summary>Requests to one API server, one method a request. Every method stops when its token is cancelled.</summary>
public sealed partial class KubernetesApi(IClusterTransport transport)
{
    /// <summary>What the requests go through; its context and kubeconfig are written on every row.</summary>
    public IClusterTransport Transport { get; } = transport;

    /// <summary>When watches give up.</summary>
    internal WatchLimits WatchLimits { get; init; } = new();

    /// <summary>When the peer of a stream is taken for dead.</summary>
    internal KeepAlive KeepAlive { get; init; } = new();

    /// <summary>Lists pods, page by page: a row is given as soon as it has arrived, a page is asked for when the one before is consumed.</summary>
    /// <exception cref="DebugException">A selector or name is wrong, or the server cannot be read.</exception>
    public IAsyncEnumerable<PodInfo> ListPodsAsync(PodQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var field = FieldSelectorSyntax.Check(query.FieldSelector);
        if (query.Node is { } node) field = (field is null ? "" : field + ",") + "spec.nodeName=" + ResourcePath.Subdomain("node", node);
        return ListPodsAsync(PodList(query.Namespace, field, query.LabelSelector, query.PageSize), query.OwnerUids, cancellationToken);
    }

    private static async IAsyncEnumerable<PodInfo> ListPodsAsync(ObjectList<PodInfo> list, IReadOnlyList<string>? owners, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (owners is { Count: 0 }) yield break;
        await foreach (var pod in list.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (owners is null || (pod.OwnerUid is { } owner && owners.Contains(owner))) yield return pod;
        }
    }

    private ObjectList<PodInfo> PodList(string? ns, string? fieldSelector, string? labelSelector, int pageSize) =>
        new(Transport, ResourcePath.Pods(ns), Selectors(fieldSelector, labelSelector), pageSize,
            new PodReader(Transport.Context, Transport.KubeConfig).Read, Key);

    private static string Key(PodInfo pod) => $"{pod.Namespace}/{pod.Name}";

    /// <summary>Lists nodes, as <see cref="ListPodsAsync(PodQuery, CancellationToken)"/> does pods.</summary>
    /// <exception cref="DebugException">A selector is wrong, or the server cannot be read.</exception>
    public IAsyncEnumerable<NodeInfo> ListNodesAsync(NodeQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new ObjectList<NodeInfo>(Transport, ResourcePath.Nodes(), Selectors(query.FieldSelector, query.LabelSelector), query.PageSize,
            new NodeReader(Transport.Context, Transport.KubeConfig).Read, node => node.Name).ReadAsync(cancellationToken);
    }

    /// <summary>The names of all namespaces.</summary>
    /// <exception cref="DebugException">The server cannot be read.</exception>
    public IAsyncEnumerable<string> ListNamespacesAsync(CancellationToken cancellationToken = default) =>
        new ObjectList<string>(Transport, ResourcePath.Namespaces(), RequestQuery.None, 500, NameReader.Read, static name => name).ReadAsync(cancellationToken);

    /// <summary>The whole pod, with fields that this module does not know.</summary>
    /// <exception cref="DebugException">There is no such pod, or the server cannot be read.</exception>
    public Task<JsonObject> GetPodAsync(string ns, string name, CancellationToken cancellationToken = default) =>
        AboutPodAsync(ns, () => Answer.GetObjectAsync(Transport, ResourcePath.Pod(ns, name), cancellationToken), cancellationToken);

    /// <summary>The row of a pod, as <see cref="ListPodsAsync(PodQuery, CancellationToken)"/> would give it.</summary>
    /// <exception cref="DebugException">There is no such pod, or the server cannot be read.</exception>
    public async Task<PodInfo> GetPodRowAsync(string ns, string name, CancellationToken cancellationToken = default) =>
        RowOf(await GetPodAsync(ns, name, cancellationToken).ConfigureAwait(false));

    /// <summary>The row of a pod that this server gave.</summary>
    internal PodInfo RowOf(JsonObject pod) => ReadPod(pod, Transport.Context, Transport.KubeConfig);

    /// <summary>A pod that this server gave, with the states of all its containers.</summary>
    internal PodDetail DetailOf(JsonObject pod) => DetailReader().ReadDetail(Encoding.UTF8.GetBytes(pod.ToJsonString()));

    private PodReader DetailReader() => new(Transport.Context, Transport.KubeConfig, withContainers: true);

    /// <summary>
    /// Tells a namespace that does not exist from one that is empty: the server answers both alike. Says nothing where the
    /// namespace may not be read.
    /// </summary>
    /// <exception cref="DebugException">There is no such namespace, or the server cannot be read.</exception>
    public async Task CheckNamespaceAsync(string ns, CancellationToken cancellationToken = default)
    {
        try
        {
            await Answer.GetObjectAsync(Transport, ResourcePath.Namespace(ns), cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 403)
        {
        }
    }

    // Of a pod in a namespace that does not exist the server says that there is no such pod.
    private async Task<T> AboutPodAsync<T>(string ns, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (DebugException e) when (e.ErrorId == nameof(Failure.PodNotFound))
        {
            await CheckNamespaceAsync(ns, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The whole node.</summary>
    /// <exception cref="DebugException">There is no such node, or the server cannot be read.</exception>
    public Task<JsonObject> GetNodeAsync(string name, CancellationToken cancellationToken = default) =>
        Answer.GetObjectAsync(Transport, ResourcePath.Node(name), cancellationToken);

    /// <summary>The row of a pod.</summary>
    public static PodInfo ReadPod(JsonObject pod, string? context = null, string? kubeConfig = null)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return ReadPod(Encoding.UTF8.GetBytes(pod.ToJsonString()), context, kubeConfig);
    }

    /// <summary>The row of a pod, from its JSON.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not well-formed.</exception>
    public static PodInfo ReadPod(ReadOnlySpan<byte> pod, string? context = null, string? kubeConfig = null) =>
        new PodReader(context, kubeConfig).Read(pod);

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
    /// <exception cref="DebugException">The server refuses, or cannot be reached.</exception>
    public Task<JsonObject> PatchEphemeralContainersAsync(string ns, string pod, JsonObject patch, bool dryRun = false,
        Action<string>? onWarning = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        return EphemeralContainersPatch.SendAsync(Transport, ns, pod, patch, dryRun, onWarning, cancellationToken);
    }

    /// <summary>
    /// Watches pods of a namespace (null: of all) from a version on; without a version, all that exist come first, between
    /// <see cref="PodEventType.Restarted"/> and <see cref="PodEventType.Synced"/>. Ends only by an exception or the token.
    /// </summary>
    /// <exception cref="DebugException">The server refuses, or the watch is lost and cannot be taken up again.</exception>
    public IAsyncEnumerable<PodEvent> WatchPodsAsync(string? ns, string? fieldSelector = null, string? labelSelector = null,
        string? resourceVersion = null, CancellationToken cancellationToken = default)
    {
        var watch = new WatchLoop(Transport, ResourcePath.Pods(ns), Selectors(fieldSelector, labelSelector), WatchLimits);
        var reader = DetailReader();
        return WatchPodsAsync(watch, reader, () => new ObjectList<PodDetail>(Transport, ResourcePath.Pods(ns), Selectors(fieldSelector, labelSelector), 500,
            reader.ReadDetail, static pod => Key(pod.Row)), resourceVersion, cancellationToken);
    }

    private static async IAsyncEnumerable<PodEvent> WatchPodsAsync(
        WatchLoop watch, PodReader reader, Func<ObjectList<PodDetail>> newList, string? version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (version is null)
            {
                yield return new PodEvent(PodEventType.Restarted, null);
                var list = newList();
                await foreach (var pod in list.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return new PodEvent(PodEventType.Added, pod);
                yield return new PodEvent(PodEventType.Synced, null);
                version = list.ResourceVersion;
            }
            await foreach (var line in watch.ReadAsync(version, cancellationToken).ConfigureAwait(false))
            {
                var pod = reader.ReadDetail(line.Object.Span);
                if (line.Type == "ADDED") yield return new PodEvent(PodEventType.Added, pod);
                else if (line.Type == "MODIFIED") yield return new PodEvent(PodEventType.Modified, pod);
                else if (line.Type == "DELETED") yield return new PodEvent(PodEventType.Deleted, pod);
            }
            version = null;
        }
    }

    /// <summary>
    /// Watches the events about pods of a namespace (null: of all), or about one pod: those there are, then new ones. Ends
    /// only by an exception or the token.
    /// </summary>
    /// <exception cref="DebugException">The server refuses, or the watch is lost and cannot be taken up again.</exception>
    public IAsyncEnumerable<ClusterEvent> WatchEventsAsync(string? ns, string? podName = null, CancellationToken cancellationToken = default)
    {
        var field = "involvedObject.kind=Pod" + (podName is null ? "" : ",involvedObject.name=" + ResourcePath.Subdomain("pod", podName));
        var watch = new WatchLoop(Transport, ResourcePath.Events(ns), RequestQuery.None.With("fieldSelector", field), WatchLimits);
        return WatchEventsAsync(watch, cancellationToken);
    }

    private static async IAsyncEnumerable<ClusterEvent> WatchEventsAsync(WatchLoop watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new ClusterEventReader();
        // A watch that begins anew brings everything again. Events live for an hour, so that this stays small.
        var given = new Dictionary<string, string?>(StringComparer.Ordinal);
        while (true)
        {
            await foreach (var line in watch.ReadAsync(resourceVersion: null, cancellationToken).ConfigureAwait(false))
            {
                var key = line.Uid ?? "";
                if (line.Type == "DELETED") given.Remove(key);
                else if (given.TryGetValue(key, out var version) && version == line.ResourceVersion) continue;
                else
                {
                    given[key] = line.ResourceVersion;
                    yield return reader.Read(line.Object.Span);
                }
            }
        }
    }

    /// <summary>Asks the server whether its caller may do something, by a SelfSubjectAccessReview, which everybody may send.</summary>
    /// <exception cref="DebugException">The server does not answer that, or cannot be reached.</exception>
    public async Task<bool> MayAsync(AccessQuestion question, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        JsonObject answer = await ObjectChange.CreateAsync(
            Transport, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", question.ToReview(), dryRun: false, onWarning: null, cancellationToken).ConfigureAwait(false);
        return answer["status"]?["allowed"]?.GetValue<bool>() == true;
    }

    /// <summary>
    /// Finds how the pods of a workload (<c>deploy/web</c>, <c>statefulset.apps/db</c>, <c>cronjob/report</c>) are selected.
    /// </summary>
    /// <exception cref="DebugException">The kind is unknown, there is no such workload, or it selects nothing.</exception>
    public Task<WorkloadPods> ResolveWorkloadAsync(string ns, string workload, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return Workload.ResolveAsync(Transport, ns, workload, cancellationToken);
    }

    /// <summary>Opens a container's log. The stream is the caller's to dispose; reading it obeys the token given to the read.</summary>
    /// <exception cref="DebugException">There is no such log (yet), or the server cannot be read.</exception>
    public async Task<Stream> OpenLogAsync(string ns, string pod, LogQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var parameters = RequestQuery.None
            .With("container", query.Container)
            .With("follow", query.Follow)
            .With("tailLines", query.TailLines)
            .With("sinceSeconds", query.SinceSeconds)
            .With("sinceTime", query.SinceTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))
            .With("timestamps", query.Timestamps)
            .With("previous", query.Previous)
            .With("limitBytes", query.LimitBytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{ResourcePath.Pod(ns, pod)}/log{parameters}", UriKind.Relative));
        var response = await AboutPodAsync(ns, () => Transport.SendAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Attaches to a container's process, or starts a process in it. The streams are the caller's to dispose. An exec is never sent twice.
    /// </summary>
    /// <exception cref="DebugException">
    /// The server refuses, or cannot be reached; <c>ContainerNotRunning</c> while the container does not run yet, or no longer. A server that
    /// hands streams on only after it has accepted them says so at their end instead: see <see cref="StreamEnd.IsContainerNotRunning"/>.
    /// </exception>
    public Task<IProcessStreams> OpenStreamsAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AboutPodAsync(request.Namespace, () => ChannelUpgrade.OpenAsync(Transport, request, KeepAlive, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The lines of a log: UTF-8 with what is invalid replaced, as it was written otherwise; a line of more than 1 MiB comes in
    /// pieces.
    /// </summary>
    /// <exception cref="DebugException">The connection was lost.</exception>
    public static IAsyncEnumerable<string> ReadLinesAsync(Stream log, CancellationToken cancellationToken = default) => LogLines.ReadAsync(log, cancellationToken);

    internal static RequestQuery Selectors(string? fieldSelector, string? labelSelector) => RequestQuery.None
        .With("labelSelector", LabelSelectorSyntax.Check(labelSelector))
        .With("fieldSelector", FieldSelectorSyntax.Check(fieldSelector));
}
