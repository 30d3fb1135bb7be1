using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>A server with controllers and the kubelets of two nodes, <c>one</c> and <c>two</c>.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    internal const string Pods = "/api/v1/namespaces/default/pods";
    private readonly HttpClient _client;

    private LiveCluster(ApiSandbox sandbox)
    {
        Sandbox = sandbox;
        _client = SandboxFixture.NewClient(sandbox);
    }

    internal ApiSandbox Sandbox { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static async Task<LiveCluster> StartAsync()
    {
        KubeletOptions kubelet = new()
        {
            SandboxTime = TimeSpan.Zero, PullTime = TimeSpan.FromMilliseconds(1), StartTime = TimeSpan.Zero, FailureStatusDelay = TimeSpan.FromMilliseconds(20), BackOffScale = 0.01,
        };
        ApiSandbox sandbox = await ApiSandbox.StartAsync(new SandboxOptions { AgentFactory = store => new NodeAgent(store, kubelet) }, Stop);
        sandbox.AddNode("one");
        sandbox.AddNode("two");
        return new LiveCluster(sandbox);
    }

    /// <summary>A pod whose one container sleeps; more of its metadata and spec may follow.</summary>
    internal static string Pod(string name, string spec = "", string metadata = "", string app = "x") => $$$"""
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}","labels":{"app":"{{{app}}}"}{{{metadata}}}},
         "spec":{"containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]}],"terminationGracePeriodSeconds":1{{{spec}}}}}
        """;

    internal Task<JsonObject> PostAsync(string path, string body, HttpStatusCode status = HttpStatusCode.Created) => SendAsync(HttpMethod.Post, path, body, status);

    internal Task<JsonObject> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK) => SendAsync(HttpMethod.Get, path, null, status);

    internal Task<JsonObject> DeleteAsync(string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK) => SendAsync(HttpMethod.Delete, path, body, status);

    internal Task<JsonObject> PatchAsync(string path, string body, HttpStatusCode status = HttpStatusCode.OK) =>
        SendAsync(HttpMethod.Patch, path, body, status, "application/strategic-merge-patch+json");

    internal async Task<JsonObject> SendAsync(HttpMethod method, string path, string? body, HttpStatusCode status, string type = "application/json")
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using HttpResponseMessage response = await _client.SendAsync(request, Stop);
        string text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return (JsonObject)JsonNode.Parse(text)!;
    }

    internal Task<string> LogAsync(string pod, string container) => _client.GetStringAsync($"{Pods}/{pod}/log?container={container}", Stop);

    /// <summary>Creates a pod, and waits until it runs.</summary>
    internal async Task<JsonObject> RunAsync(string pod)
    {
        JsonObject created = await PostAsync(Pods, pod);
        return await UntilPodAsync(created.Name(), found => found.Text("status", "phase") == "Running");
    }

    internal Task<JsonObject> UntilPodAsync(string name, Func<JsonObject, bool> isSo) => UntilAsync(ResourceType.Pods, found => found.Name() == name && isSo(found));

    /// <summary>Waits for an object as it is wanted, from now on.</summary>
    internal async Task<JsonObject> UntilAsync(ResourceType type, Func<JsonObject, bool> isSo)
    {
        ObjectStore store = Sandbox.Store;
        using ObjectStore.Subscription changes = store.Watch(store.Version)!;
        if (store.List(type, null).Items.FirstOrDefault(isSo) is { } present) return present;
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(Stop))
        {
            if (change.Resource == type && change.Type != "DELETED" && isSo(change.Object)) return change.Object;
        }
        throw new InvalidOperationException("The store has ended.");
    }

    /// <summary>Waits until no object of a kind is so.</summary>
    internal async Task UntilNoneAsync(ResourceType type, Func<JsonObject, bool> isSo)
    {
        ObjectStore store = Sandbox.Store;
        using ObjectStore.Subscription changes = store.Watch(store.Version)!;
        while (store.List(type, null).Items.Any(isSo)) await changes.Events.ReadAsync(Stop);
    }

    internal IReadOnlyList<JsonObject> PodsOf(string app) => [.. Sandbox.Store.List(ResourceType.Pods, null).Items.Where(pod => pod.Text("metadata", "labels", "app") == app)];

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Sandbox.DisposeAsync();
    }
}
