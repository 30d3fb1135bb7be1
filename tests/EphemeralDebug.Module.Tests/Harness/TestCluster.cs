using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>
/// A sandbox for the tests of one class, with one node and the pods that the tests make. It is reached by a kubeconfig file alone:
/// the environment of the process stays as it is, so that classes can run side by side.
/// </summary>
public class TestCluster : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ephemeraldebug-test-");
    private readonly ConcurrentDictionary<string, KubeletHold> _holds = new(StringComparer.Ordinal);
    private Sandbox.Sandbox? _sandbox;

    /// <summary>The server.</summary>
    public Sandbox.Sandbox Sandbox => _sandbox ?? throw new InvalidOperationException("The sandbox has not been started.");

    /// <summary>The kubeconfig file of the administrator.</summary>
    public string KubeConfig => KubeConfigOf("admin");

    /// <summary>A folder for the files of a test.</summary>
    public string Folder => _folder.FullName;

    internal ObjectStore Store => Sandbox.Store;

    /// <summary>The requests that added or would add an ephemeral container, so far.</summary>
    public IReadOnlyList<SandboxRequest> Patches => [.. Sandbox.Requests.Where(IsPatch)];

    /// <summary>How much later than its event a failed start shows in the status; so late that only the event can tell, unless told otherwise.</summary>
    protected virtual TimeSpan FailureStatusDelay => TimeSpan.FromHours(1);

    /// <summary>What shall go wrong with the streams of a container.</summary>
    internal Func<ContainerIdentity, StreamFault?>? StreamFault { get; set; }

    /// <summary>Pods of the namespace <c>load</c>.</summary>
    protected virtual int SyntheticPods => 0;

    /// <summary>Whether pods come to life; without, each stays as it was stored.</summary>
    protected virtual bool HasKubelet => true;

    public async ValueTask InitializeAsync()
    {
        SimulatedPwsh.Bring();
        KubeletOptions kubelet = new() { Images = SimulatedPwsh.Images, FailureStatusDelay = FailureStatusDelay, BeforePull = HoldAsync, BeforeStart = HoldAsync, StreamFault = container => StreamFault?.Invoke(container) };
        _sandbox = await EphemeralDebug.Sandbox.Sandbox.StartAsync(new SandboxOptions
        {
            AgentFactory = HasKubelet ? store => new NodeAgent(store, kubelet) : null,
            World = store => store.Create(ResourceType.Nodes, Node("node-1")),
            SyntheticPods = SyntheticPods,
            // Someone who may add ephemeral containers, and see nothing of what becomes of them.
            Users = [new SandboxUser("patcher", ["patchers"], "sandbox-token-patcher")],
            Bindings = [new RoleBinding("patcher", "patcher", "User", "patcher", "default",
                [new PolicyRule(["get"], ["pods"]), new PolicyRule(["patch"], ["pods/ephemeralcontainers"])])],
        }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (KubeletHold hold in _holds.Values) hold.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether a request adds an ephemeral container.</summary>
    public static bool IsPatch(SandboxRequest request) => request.Method == "PATCH" && request.Path.EndsWith("/ephemeralcontainers", StringComparison.Ordinal);

    /// <summary>A kubeconfig file for one of the sandbox's users.</summary>
    public string KubeConfigOf(string user, string ns = "default", bool useToken = false)
    {
        string file = Path.Combine(Folder, $"{user}-{ns}-{useToken}.kubeconfig");
        return File.Exists(file) ? file : Sandbox.WriteKubeConfig(file, user, ns, useToken);
    }

    /// <summary>Writes a file of the test, and gives its path.</summary>
    public string Write(string name, string content)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    internal static JsonObject Node(string name) => Parse($$"""
        {
          "apiVersion": "v1", "kind": "Node",
          "metadata": { "name": "{{name}}", "uid": "{{Guid.NewGuid()}}", "creationTimestamp": "2026-01-05T08:00:00Z", "labels": { "kubernetes.io/os": "linux" } },
          "spec": {}, "status": { "conditions": [ { "type": "Ready", "status": "True" } ] }
        }
        """);

    internal static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    internal void AddNamespace(string name, params (string Key, string Value)[] labels) => Store.Create(ResourceType.Namespaces, FoundingWorld.Namespace(name, labels));

    /// <summary>Stores a pod with one container named app; a kubelet, where there is one, brings it to life later.</summary>
    internal JsonObject StorePod(string name, string ns = "default", Action<JsonObject>? shape = null)
    {
        JsonObject pod = Parse($$"""
            {
              "apiVersion": "v1", "kind": "Pod",
              "metadata": {
                "name": "{{name}}", "namespace": "{{ns}}", "uid": "{{Guid.NewGuid()}}", "generation": 1,
                "creationTimestamp": "{{DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}", "labels": { "app": "{{name}}" }
              },
              "spec": { "nodeName": "node-1", "containers": [ { "name": "app", "image": "busybox", "command": ["sleep", "infinity"] } ] },
              "status": { "phase": "Pending" }
            }
            """);
        shape?.Invoke(pod);
        return Store.Create(ResourceType.Pods, pod) ?? throw new InvalidOperationException($"There is a pod {ns}/{name} already.");
    }

    /// <summary>Makes a pod look as if its containers ran; for one that no kubelet brings to life.</summary>
    internal static void Runs(JsonObject pod) => pod["status"] = new JsonObject
    {
        ["phase"] = "Running",
        ["containerStatuses"] = new JsonArray([.. pod["spec"]!["containers"]!.AsArray().Select(container => new JsonObject
        {
            ["name"] = (string?)container!["name"],
            ["ready"] = true,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = "2026-01-05T08:00:00Z" } },
        })]),
    };

    /// <summary>Stores a pod and waits until it runs.</summary>
    internal async Task<JsonObject> RunPodAsync(string name, string ns = "default", Action<JsonObject>? shape = null)
    {
        StorePod(name, ns, shape);
        return await UntilPodAsync(name, pod => (string?)pod["status"]?["phase"] == "Running", ns);
    }

    /// <summary>Waits until a pod is as wanted.</summary>
    internal async Task<JsonObject> UntilPodAsync(string name, Func<JsonObject, bool> isSo, string ns = "default")
    {
        long version = Store.Version;
        using ObjectStore.Subscription changes = Store.Watch(version)!;
        if (Store.Get(ResourceType.Pods, ns, name) is { } now && isSo(now)) return now;
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(TestContext.Current.CancellationToken))
            if (change.Resource == ResourceType.Pods && change.Object.Name() == name && change.Object.Namespace() == ns && isSo(change.Object)) return change.Object;
        throw new InvalidOperationException("The store has ended.");
    }

    /// <summary>Waits until a pod is gone.</summary>
    internal async Task UntilGoneAsync(string name, string ns = "default")
    {
        using ObjectStore.Subscription changes = Store.Watch(Store.Version)!;
        if (Store.Get(ResourceType.Pods, ns, name) is null) return;
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(TestContext.Current.CancellationToken))
            if (change.Type == "DELETED" && change.Resource == ResourceType.Pods && change.Object.Name() == name && change.Object.Namespace() == ns) return;
    }

    /// <summary>The ephemeral containers that are stored in a pod.</summary>
    internal IReadOnlyList<JsonObject> EphemeralContainers(string pod, string ns = "default") =>
        [.. Store.Get(ResourceType.Pods, ns, pod)!.Objects("spec", "ephemeralContainers")];

    /// <summary>Holds containers before they are pulled or started, until it is released.</summary>
    /// <param name="which">A pod, POD/CONTAINER, or * for all.</param>
    /// <param name="expected">How many must be held until it counts as reached.</param>
    internal KubeletHold Hold(string which, int expected = 1) => _holds.GetOrAdd(which, _ => new KubeletHold(expected, () => _holds.TryRemove(which, out KubeletHold? _)));

    private Task HoldAsync(ContainerIdentity container, CancellationToken cancellationToken)
    {
        foreach (string which in new[] { $"{container.Pod}/{container.Container}", container.Pod, "*" })
            if (_holds.TryGetValue(which, out KubeletHold? hold)) return hold.HoldAsync(cancellationToken);
        return Task.CompletedTask;
    }
}
