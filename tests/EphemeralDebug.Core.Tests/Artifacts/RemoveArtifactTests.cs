using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Tests.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Artifacts;

/// <summary>Which requests a removal sends, and which it does not.</summary>
public sealed class RemoveArtifactTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly List<string> _said = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DebugArtifact Container(string pod = "web-0", string? owner = "StatefulSet/web", string name = "debugger-1") => new()
    {
        Kind = DebugArtifactKind.EphemeralContainer,
        Tool = "kubectl",
        Namespace = "shop",
        Pod = pod,
        PodUid = "u-1",
        Container = name,
        Owner = owner,
    };

    private static DebugArtifact NodePod { get; } = new() { Kind = DebugArtifactKind.NodePod, Tool = "kubectl", Namespace = "shop", Pod = "node-debugger-w1-x", PodUid = "u-1" };

    private static string Json(string name, string uid = "u-1", string owner = """[{"kind":"StatefulSet","name":"web","uid":"o","controller":true}]""", string spec = "{}", string status = "{}") =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"shop","uid":"{{uid}}","ownerReferences":{{owner}},"labels":{"app.kubernetes.io/managed-by":"kubectl-debug"} },"spec":{{spec}},"status":{{status}} }""";

    private static RemoveArtifact Removal(FakeTransport transport, RemovalOptions options) => new(new KubernetesApi(transport), options) { Time = new FixedTime() };

    private Task<DebugArtifact?> Remove(RemoveArtifact removal, DebugArtifact artifact) => removal.RunAsync(artifact, Say, Token);

    private ValueTask Say(string text)
    {
        lock (_said) _said.Add(text);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_pod_is_deleted_by_one_request_that_names_its_uid()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json("{}"));
        Assert.Same(NodePod, await Remove(Removal(transport, new()), NodePod));
        Assert.Equal(["DELETE api/v1/namespaces/shop/pods/node-debugger-w1-x"], transport.Requests);
        Assert.Contains("\"preconditions\":{\"uid\":\"u-1\"}", transport.Bodies[0], StringComparison.Ordinal);
        Assert.Equal(["pod/shop/node-debugger-w1-x: deleted."], _said);
    }

    [Fact]
    public async Task A_pod_that_another_has_taken_the_name_of_is_gone()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Status(409, "Conflict", "the UID in the precondition (a) does not match the UID in record (b)"));
        Assert.Null(await Remove(Removal(transport, new()), NodePod));
        Assert.Equal(["pod/shop/node-debugger-w1-x: it is gone already."], _said);
    }

    [Theory]
    [InlineData(null, "EvictionNeedsForce")]
    [InlineData("Job/report", "EvictionNeedsForce")]
    [InlineData("Rollout/web", "EvictionNeedsForce")]
    [InlineData("Node/w1", "EvictionNeedsForce")]
    [InlineData("ReplicaSet/web-1", null)]
    [InlineData("ReplicationController/web", null)]
    [InlineData("StatefulSet/web", null)]
    [InlineData("DaemonSet/web", null)]
    public async Task Only_what_a_controller_makes_again_is_evicted_without_force(string? owner, string? errorId)
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json("{}"));
        DebugException? failure = await Record.ExceptionAsync(() => Remove(Removal(transport, new() { Evict = true }), Container(owner: owner))) as DebugException;
        Assert.Equal(errorId, failure?.ErrorId);
        Assert.Equal(errorId is null ? 1 : 0, transport.Requests.Count);
        Assert.NotNull(await Remove(Removal(transport, new() { Evict = true, Force = true }), Container(owner: owner)));
        Assert.StartsWith("POST api/v1/namespaces/shop/pods/web-0/eviction", transport.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_containers_of_a_pod_are_one_eviction()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json("{}"));
        RemoveArtifact removal = Removal(transport, new() { Evict = true });
        DebugArtifact?[] removed = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Remove(removal, Container(name: $"c{i}"))));
        Assert.All(removed, Assert.NotNull);
        Assert.Single(transport.Requests);
    }

    [Fact]
    public async Task One_refusal_of_a_shared_request_is_one_failure()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Status(429, "TooManyRequests", "Cannot evict pod"));
        RemoveArtifact removal = Removal(transport, new() { Evict = true });
        Task<DebugArtifact?>[] all = [.. Enumerable.Range(0, 3).Select(i => Remove(removal, Container(name: $"c{i}")))];
        await Task.WhenAll(all.Select(one => one.ContinueWith(static _ => { }, TaskScheduler.Default)));
        Assert.Equal([true, false, false], all.Select(one => one.IsFaulted).OrderDescending());
        Assert.All(all.Where(one => !one.IsFaulted), one => Assert.Null(one.Result));
    }

    [Fact]
    public async Task The_pods_of_a_Deployment_are_one_restart_of_it()
    {
        FakeTransport transport = new((request, _) => FakeTransport.Json(request.RequestUri!.OriginalString switch
        {
            var path when path.Contains("/replicasets/", StringComparison.Ordinal) => """{"metadata":{"name":"web-1","ownerReferences":[{"kind":"Deployment","name":"web","controller":true}]}}""",
            var path when path.Contains("/pods/", StringComparison.Ordinal) => Json("web-1-a", owner: """[{"kind":"ReplicaSet","name":"web-1","uid":"o","controller":true}]"""),
            _ => """{"spec":{}}""",
        }));
        RemoveArtifact removal = Removal(transport, new() { RestartWorkload = true });
        Assert.NotNull(await Remove(removal, Container("web-1-a", "ReplicaSet/web-1")));
        Assert.NotNull(await Remove(removal, Container("web-1-b", "ReplicaSet/web-1")));
        Assert.Single(transport.Requests, request => request.StartsWith("PATCH apis/apps/v1/namespaces/shop/deployments/web?", StringComparison.Ordinal));
        Assert.Equal("""{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-05T12:00:00Z"}}}}}""", Assert.Single(transport.Bodies));
    }

    [Theory]
    [InlineData("[]", "{}", "NoWorkload")]
    [InlineData("""[{"kind":"Job","name":"report","controller":true}]""", "{}", "WorkloadWithoutRestart")]
    [InlineData("""[{"kind":"ReplicaSet","name":"alone","controller":true}]""", """{"metadata":{"name":"alone"}}""", "WorkloadWithoutRestart")]
    [InlineData("""[{"kind":"StatefulSet","name":"web","controller":true}]""", """{"spec":{"updateStrategy":{"type":"OnDelete"}}}""", "WorkloadNotReplacing")]
    [InlineData("""[{"kind":"DaemonSet","name":"web","controller":true}]""", """{"spec":{"paused":true}}""", "WorkloadNotReplacing")]
    public async Task A_restart_that_would_remove_nothing_is_not_sent(string owner, string workload, string errorId)
    {
        FakeTransport transport = new((request, _) => FakeTransport.Json(request.RequestUri!.OriginalString.Contains("/pods/", StringComparison.Ordinal) ? Json("web-0", owner: owner) : workload));
        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => Remove(Removal(transport, new() { RestartWorkload = true }), Container()));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.All(transport.Requests, request => Assert.StartsWith("GET", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workload_is_not_restarted_for_a_pod_that_is_gone()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json(Json("web-0", uid: "u-2")));
        Assert.Null(await Remove(Removal(transport, new() { RestartWorkload = true }), Container()));
        Assert.Single(transport.Requests);
        Assert.Equal(["pod/shop/web-0: it is gone already."], _said);
    }

    [Theory]
    [InlineData("{}", "{}", 1800)] // not seen by a kubelet yet: it counts from then
    [InlineData("{}", """{"startTime":"2026-01-05T11:00:00Z"}""", 5400)]
    [InlineData("""{"activeDeadlineSeconds":9000}""", """{"startTime":"2026-01-05T11:00:00Z"}""", 5400)]
    public async Task A_deadline_is_counted_from_the_pods_start(string spec, string status, int seconds)
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json(Json("node-debugger-w1-x", owner: "[]", spec: spec, status: status)));
        DebugArtifact? given = await Remove(Removal(transport, new() { ExpireAfter = TimeSpan.FromMinutes(30) }), NodePod);
        Assert.Equal(s_now.AddMinutes(30), given!.Expires);
        Assert.StartsWith("PATCH api/v1/namespaces/shop/pods/node-debugger-w1-x?", transport.Requests[1], StringComparison.Ordinal);
        Assert.Equal("application/merge-patch+json", Assert.Single(transport.ContentTypes));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($$"""{"metadata":{"uid":"u-1"},"spec":{"activeDeadlineSeconds":{{seconds}} } }"""), JsonNode.Parse(Assert.Single(transport.Bodies))));
    }

    [Theory]
    [InlineData("""{"activeDeadlineSeconds":4000}""", """{"startTime":"2026-01-05T11:00:00Z"}""", "DeadlineNotRaised")]
    [InlineData("{}", """{"phase":"Failed"}""", "DeadlineOfFinishedPod")]
    public async Task A_deadline_that_cannot_be_is_not_sent(string spec, string status, string errorId)
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json(Json("node-debugger-w1-x", owner: "[]", spec: spec, status: status)));
        Assert.Equal(errorId, (await Assert.ThrowsAsync<DebugException>(() => Remove(Removal(transport, new() { ExpireAfter = TimeSpan.FromMinutes(30) }), NodePod))).ErrorId);
        Assert.Single(transport.Requests);
    }

    [Fact]
    public void A_way_that_does_not_fit_is_known_before_anything_is_sent()
    {
        DebugArtifact ns = new() { Kind = DebugArtifactKind.Namespace, Tool = "oc", Namespace = "openshift-debug-x", NamespaceUid = "n" };
        RemovalOptions expire = new() { ExpireAfter = TimeSpan.FromHours(1) };
        Assert.Equal("EphemeralContainerStays", Assert.Throws<DebugException>(() => new RemovalOptions().Check(Container())).ErrorId);
        Assert.Equal("DeadlineForOthersPod", Assert.Throws<DebugException>(() => expire.Check(Container())).ErrorId);
        Assert.Equal("DeadlineForNamespace", Assert.Throws<DebugException>(() => expire.Check(ns)).ErrorId);
        new RemovalOptions().Check(Container() with { InDebugPod = true });
        expire.Check(NodePod);
        Assert.Equal("ParametersExclude", Assert.Throws<DebugException>(() => new RemovalOptions { Evict = true, RestartWorkload = true }.Validate()).ErrorId);
        Assert.Equal("ParametersExclude", Assert.Throws<DebugException>(() => (expire with { Evict = true }).Validate()).ErrorId);
        Assert.Equal("InvalidDeadline", Assert.Throws<DebugException>(() => (expire with { ExpireAfter = TimeSpan.Zero }).Validate()).ErrorId);
    }

    [Fact]
    public async Task A_namespace_is_deleted_by_its_uid_and_one_that_goes_already_is_left()
    {
        DebugArtifact ns = new() { Kind = DebugArtifactKind.Namespace, Tool = "oc", Namespace = "openshift-debug-x", NamespaceUid = "n-1" };
        int deleted = 0;
        FakeTransport transport = new((request, _) => request.Method == HttpMethod.Get ? FakeTransport.Json($$"""{"metadata":{},"items":[{{ToolPods.OcNode}}]}""")
            : deleted++ == 0 ? FakeTransport.Json("{}")
            : FakeTransport.Status((int)HttpStatusCode.Conflict, "Conflict", "The system is ensuring all content is removed from this namespace."));
        Assert.NotNull(await Remove(Removal(transport, new()), ns));
        Assert.Contains("n-1", transport.Bodies[0], StringComparison.Ordinal);
        Assert.Null(await Remove(Removal(transport, new()), ns));
    }

    [Fact]
    public async Task A_pod_by_name_is_judged_before_it_is_touched()
    {
        FakeTransport plain = new((_, _) => FakeTransport.Json("""{"metadata":{"name":"web-debug-abcde","namespace":"shop","uid":"u-1"},"spec":{"containers":[{"name":"app"}]}}"""));
        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => Removal(plain, new()).RunAsync("shop", "web-debug-abcde", uid: null, container: null, Say, Token));
        Assert.Equal("NothingOfDebugging", failure.ErrorId);
        Assert.Single(plain.Requests);

        FakeTransport copy = new((request, _) => FakeTransport.Json(request.Method == HttpMethod.Get ? ToolPods.Ours : "{}"));
        Assert.Equal("EphemeralDebug", Assert.Single(await Removal(copy, new()).RunAsync("shop", "web-0-debug-x5k2p", uid: null, container: null, Say, Token)).Tool);
        Assert.Equal("DELETE api/v1/namespaces/shop/pods/web-0-debug-x5k2p", copy.Requests[1]);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => s_now;
    }
}
