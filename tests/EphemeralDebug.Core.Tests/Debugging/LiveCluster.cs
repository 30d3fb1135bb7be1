using Xunit;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>A sandbox with a kubelet, a connection to it, and what a use case said while it ran.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ephemeraldebug-").FullName;

    private LiveCluster(global::EphemeralDebug.Sandbox.Sandbox sandbox) => Sandbox = sandbox;

    internal global::EphemeralDebug.Sandbox.Sandbox Sandbox { get; }

    internal List<string> Warnings { get; } = [];

    internal List<string> Verbose { get; } = [];

    internal DebugListener Listener => new(text => Add(Warnings, text), text => Add(Verbose, text), static (_, _) => { });

    internal static async Task<LiveCluster> StartAsync(KubeletOptions? kubelet = null, SandboxOptions? options = null) =>
        new(await global::EphemeralDebug.Sandbox.Sandbox.StartAsync(
            (options ?? new SandboxOptions()) with { AgentFactory = store => new NodeAgent(store, kubelet ?? new KubeletOptions()), World = AddNode },
            TestContext.Current.CancellationToken));

    internal async Task<PodWatches> WatchesAsync(string user = "admin") => new(new KubernetesApi(await ConnectAsync(user)));

    internal async Task<ClusterConnection> ConnectAsync(string user = "admin")
    {
        string file = Sandbox.WriteKubeConfig(Path.Combine(_folder, user), user);
        return await ClusterConnection.OpenAsync(new ConnectionRequest(file, null), TestContext.Current.CancellationToken);
    }

    /// <summary>Creates pods that do nothing but run, and returns when they do.</summary>
    internal async Task AddPodsAsync(string ns, params string[] names)
    {
        using ObjectStore.Subscription changes = Sandbox.Store.Watch(Sandbox.Store.Version)!;
        foreach (string name in names) AddPod(name, ns);
        HashSet<string> starting = [.. names];
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (change.Resource != ResourceType.Pods || change.Object["status"]?["containerStatuses"]?[0]?["state"]?["running"] is null) continue;
            starting.Remove((string)change.Object["metadata"]!["name"]!);
            if (starting.Count == 0) return;
        }
    }

    private void AddPod(string name, string ns) => Sandbox.Store.Create(ResourceType.Pods, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = "2026-01-01T00:00:00Z" },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = "node-1",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "app",
                ["image"] = "busybox",
                ["command"] = new JsonArray("sleep", "infinity"),
                ["securityContext"] = new JsonObject
                {
                    ["runAsNonRoot"] = true,
                    ["runAsUser"] = 1001,
                    ["runAsGroup"] = 2002,
                    ["allowPrivilegeEscalation"] = false,
                    ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
                    ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
                },
            }),
        },
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    });

    internal void AddNamespace(string name, string enforce) => Sandbox.Store.Create(ResourceType.Namespaces, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["uid"] = Guid.NewGuid().ToString(),
            ["labels"] = new JsonObject { ["pod-security.kubernetes.io/enforce"] = enforce },
        },
    });

    internal static EphemeralContainerRequest Request(string pod, params string[] command) => new()
    {
        Namespace = "default",
        Pod = pod,
        Options = new EphemeralContainerOptions { Command = command },
        Wait = TimeSpan.FromSeconds(60),
    };

    internal Task<EphemeralContainer> AddAsync(PodWatches watches, EphemeralContainerRequest request) =>
        AddEphemeralContainer.RunAsync(watches, request, Listener, TestContext.Current.CancellationToken);

    internal static bool IsPatch(SandboxRequest request) => request.Method == "PATCH";

    internal static bool IsPodWatch(SandboxRequest request) => request.Query.Contains("watch=", StringComparison.Ordinal) && request.Path.EndsWith("/pods", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static ValueTask Add(List<string> list, string text)
    {
        lock (list) list.Add(text);
        return ValueTask.CompletedTask;
    }

    private static void AddNode(ObjectStore store) => store.Create(ResourceType.Nodes, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = "node-1", ["uid"] = Guid.NewGuid().ToString() },
        ["spec"] = new JsonObject(),
        ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }) },
    });
}
