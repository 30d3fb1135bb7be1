using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>A store with one node, a node agent, and the least HTTP that reaches its log, attach and exec.</summary>
internal sealed class KubeletCluster : IAsyncDisposable
{
    internal const string Namespace = "cap";
    private readonly WebApplication _app;

    private KubeletCluster(ObjectStore store, NodeAgent agent, WebApplication app)
    {
        (Store, Agent, _app) = (store, agent, app);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    internal ObjectStore Store { get; }

    internal NodeAgent Agent { get; }

    internal Uri Address { get; }

    internal HttpClient Http { get; }

    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static async Task<KubeletCluster> StartAsync(KubeletOptions? options = null)
    {
        ObjectStore store = new();
        store.Create(ResourceType.Nodes, Json("""
            {"kind":"Node","apiVersion":"v1","metadata":{"name":"realk8s-node","labels":{"kubernetes.io/os":"linux"}},"spec":{},
             "status":{"addresses":[{"type":"InternalIP","address":"10.244.0.1"}]}}
            """));
        NodeAgent agent = new(store, options ?? Fast);
        agent.Start();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.Map("/api/v1/namespaces/{ns}/pods/{name}/{verb}", (HttpContext context, string ns, string name, string verb) =>
        {
            JsonObject? pod = store.Get(ResourceType.Pods, ns, name);
            if (pod is null)
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            }
            return verb switch { "log" => agent.LogAsync(context, pod), "attach" => agent.AttachAsync(context, pod), _ => agent.ExecAsync(context, pod) };
        });
        await app.StartAsync(Stop);
        return new KubeletCluster(store, agent, app);
    }

    /// <summary>No wait is longer than it must be; nothing in the tests depends on it.</summary>
    internal static KubeletOptions Fast => new()
    {
        SandboxTime = TimeSpan.Zero,
        PullTime = TimeSpan.FromMilliseconds(1),
        StartTime = TimeSpan.Zero,
        FailureStatusDelay = TimeSpan.FromMilliseconds(20),
        BackOffScale = 0.01,
    };

    internal static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>Creates a pod; the fragment holds its spec.</summary>
    internal JsonObject CreatePod(string name, string spec)
    {
        JsonObject pod = new()
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name, ["namespace"] = Namespace, ["uid"] = Guid.NewGuid().ToString(), ["generation"] = 1,
                ["creationTimestamp"] = "2026-11-22T18:44:59Z", ["labels"] = new JsonObject { ["app"] = name },
            },
            ["spec"] = Json(spec),
        };
        return Store.Create(ResourceType.Pods, pod) ?? throw new InvalidOperationException("The pod exists.");
    }

    /// <summary>Creates a pod with one nginx container, and waits until it runs.</summary>
    internal async Task<JsonObject> CreateWebAsync(string name = "web", string more = "")
    {
        CreatePod(name, $$$"""{"containers":[{"name":"app","image":"nginx:alpine","imagePullPolicy":"IfNotPresent","resources":{}}],"restartPolicy":"Always"{{{more}}} }""");
        return await UntilAsync(name, pod => (string?)pod["status"]?["phase"] == "Running");
    }

    /// <summary>Adds an ephemeral container as the API server would store it.</summary>
    internal void AddEphemeral(string pod, string container) => Store.Update(ResourceType.Pods, Namespace, pod, found =>
    {
        JsonArray list = found["spec"]!["ephemeralContainers"] as JsonArray ?? [];
        found["spec"]!["ephemeralContainers"] = list;
        list.Insert(0, Json(container));
        found["metadata"]!["generation"] = (int)found["metadata"]!["generation"]! + 1;
    });

    /// <summary>Waits for a version of the pod that satisfies a condition, from the present one on.</summary>
    internal Task<JsonObject> UntilAsync(string pod, Func<JsonObject, bool> condition) =>
        UntilAsync(ResourceType.Pods, value => (string?)value["metadata"]!["name"] == pod && condition(value), e => e.Type != "DELETED");

    internal Task<JsonObject> UntilGoneAsync(string pod) =>
        UntilAsync(ResourceType.Pods, value => (string?)value["metadata"]!["name"] == pod, e => e.Type == "DELETED", includePast: true);

    internal Task<JsonObject> UntilEventAsync(Func<JsonObject, bool> condition) => UntilAsync(ResourceType.Events, condition, _ => true, includePast: true);

    internal Task<JsonObject> UntilStateAsync(string pod, string container, Func<JsonObject, bool> condition) =>
        UntilAsync(pod, value => Status(value, container) is { } status && condition(status));

    internal Task<JsonObject> UntilRunningAsync(string pod, string container) =>
        UntilStateAsync(pod, container, status => status["state"]!["running"] is not null);

    internal Task<JsonObject> UntilTerminatedAsync(string pod, string container) =>
        UntilStateAsync(pod, container, status => status["state"]!["terminated"] is not null);

    /// <summary>Waits until a container has written a line.</summary>
    internal async Task UntilLoggedAsync(string pod, string container, string line)
    {
        using StreamReader log = new(await Http.GetStreamAsync(Path(pod, $"log?container={container}&follow=true"), Stop));
        while (await log.ReadLineAsync(Stop) is { } next)
        {
            if (next == line) return;
        }
        throw new InvalidOperationException($"The log ended without '{line}'.");
    }

    internal static JsonObject? Status(JsonObject pod, string container) =>
        ((string[])["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"])
            .SelectMany(list => pod["status"]?[list] as JsonArray ?? [])
            .FirstOrDefault(status => (string?)status!["name"] == container)?.AsObject();

    /// <summary>The events of one container, oldest first.</summary>
    internal IReadOnlyList<JsonObject> Events(string pod, string? fieldPath) => [.. Store.List(ResourceType.Events, Namespace).Items
        .Where(item => (string?)item["involvedObject"]!["name"] == pod && (string?)item["involvedObject"]!["fieldPath"] == fieldPath)
        .OrderBy(item => (string)item["metadata"]!["name"]!, StringComparer.Ordinal)];

    internal Uri Path(string pod, string rest) => new(Address, $"/api/v1/namespaces/{Namespace}/pods/{pod}/{rest}");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Agent.DisposeAsync();
        await _app.DisposeAsync();
    }

    private async Task<JsonObject> UntilAsync(ResourceType type, Func<JsonObject, bool> condition, Func<StoreEvent, bool> kind, bool includePast = false)
    {
        (IReadOnlyList<JsonObject> items, long version) = Store.List(type, Namespace);
        using ObjectStore.Subscription changes = Store.Watch(includePast ? Store.OldestVersion : version)!;
        if (!includePast && items.FirstOrDefault(condition) is { } present) return present;
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(Stop))
        {
            if (change.Resource == type && kind(change) && condition(change.Object)) return change.Object;
        }
        throw new InvalidOperationException("The watch ended.");
    }
}
