using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Workloads make their pods, and make them anew where their template changes.</summary>
public sealed class WorkloadTests
{
    private const string Restart = """{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-25T01:00:00Z"}}}}}""";

    internal static string Workload(string kind, string name, int replicas) => $$$$$"""
        {"kind":"{{{{{kind}}}}}","apiVersion":"apps/v1","metadata":{"name":"{{{{{name}}}}}"},"spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"app":"{{{{{name}}}}}"}},
         "template":{"metadata":{"labels":{"app":"{{{{{name}}}}}"}},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"sample-app:1.0"}]}}}}
        """;

    [Fact]
    public async Task A_deployment_restarts_by_a_new_replica_set()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", Workload("Deployment", "web", 2));
        await UntilDoneAsync(cluster, ResourceType.Deployments);
        JsonObject first = cluster.Sandbox.Store.List(ResourceType.ReplicaSets, "default").Items.Single();
        HashSet<string> before = [.. cluster.PodsOf("web").Select(pod => pod.Name())];

        await cluster.PatchAsync("/apis/apps/v1/namespaces/default/deployments/web", Restart);
        JsonObject second = await cluster.UntilAsync(ResourceType.ReplicaSets, set => set.Name() != first.Name());
        string hash = second.Text("metadata", "labels", "pod-template-hash")!;
        Assert.Equal($"web-{hash}", second.Name());
        Assert.Equal(("Deployment", "web"), (second.Objects("metadata", "ownerReferences").Single().Text("kind"), second.Objects("metadata", "ownerReferences").Single().Text("name")));
        Assert.Equal("2", second.Text("metadata", "annotations", "deployment.kubernetes.io/revision"));
        await UntilDoneAsync(cluster, ResourceType.Deployments);
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => before.Contains(pod.Name()));
        Assert.Equal(2, cluster.PodsOf("web").Count);
        Assert.All(cluster.PodsOf("web"), pod => Assert.Equal(hash, pod.Text("metadata", "labels", "pod-template-hash")));
        // The old set stays, empty, for a rollback.
        Assert.Equal(0, cluster.Sandbox.Store.Get(ResourceType.ReplicaSets, "default", first.Name()).Number("spec", "replicas"));
    }

    [Fact]
    public async Task A_deployment_that_recreates_has_none_before_it_has_new_ones()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", Workload("Deployment", "web", 2).Replace("\"replicas\"", "\"strategy\":{\"type\":\"Recreate\"},\"replicas\"", StringComparison.Ordinal));
        await UntilDoneAsync(cluster, ResourceType.Deployments);
        HashSet<string> before = [.. cluster.PodsOf("web").Select(pod => pod.Name())];
        using ObjectStore.Subscription changes = cluster.Sandbox.Store.Watch(cluster.Sandbox.Store.Version)!;
        await cluster.PatchAsync("/apis/apps/v1/namespaces/default/deployments/web", Restart);
        HashSet<string> gone = [], come = [];
        while (come.Count < 2)
        {
            StoreEvent change = await changes.Events.ReadAsync(TestContext.Current.CancellationToken);
            if (change.Resource != ResourceType.Pods) continue;
            if (!before.Contains(change.Object.Name())) come.Add(change.Object.Name());
            else if (change.Type == "DELETED") gone.Add(change.Object.Name());
            Assert.True(come.Count == 0 || gone.Count == 2, "A new pod came before the old ones were gone.");
        }
        await UntilDoneAsync(cluster, ResourceType.Deployments);
    }

    [Theory]
    [InlineData("StatefulSet", "statefulsets")]
    [InlineData("DaemonSet", "daemonsets")]
    public async Task A_set_restarts_its_pods_one_by_one(string kind, string plural)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        ResourceType type = ResourceType.All.Single(each => each.Kind == kind);
        await cluster.PostAsync($"/apis/apps/v1/namespaces/default/{plural}", Workload(kind, "web", 2));
        await UntilDoneAsync(cluster, type);
        HashSet<string> before = [.. cluster.PodsOf("web").Select(pod => pod.Text("metadata", "uid")!)];
        Assert.Equal(2, before.Count);
        await cluster.PatchAsync($"/apis/apps/v1/namespaces/default/{plural}/web", Restart);
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => before.Contains(pod.Text("metadata", "uid")!));
        await UntilDoneAsync(cluster, type);
        Assert.All(cluster.PodsOf("web"), pod => Assert.NotNull(pod.Text("metadata", "annotations", "kubectl.kubernetes.io/restartedAt")));
        if (kind == "StatefulSet") Assert.Equal(["web-0", "web-1"], cluster.PodsOf("web").Select(pod => pod.Name()));
        else Assert.Equal(["one", "two"], cluster.PodsOf("web").Select(pod => pod.Text("spec", "nodeName")!).Order());
    }

    [Fact]
    public async Task A_pod_that_no_longer_matches_is_let_go_and_replaced_and_comes_back()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", Workload("Deployment", "web", 1));
        await UntilDoneAsync(cluster, ResourceType.Deployments);
        string pod = cluster.PodsOf("web").Single().Name();
        await cluster.PatchAsync($"{LiveCluster.Pods}/{pod}", """{"metadata":{"labels":{"app":"quarantined"}}}""");
        await cluster.UntilPodAsync(pod, found => !found.Objects("metadata", "ownerReferences").Any());
        await cluster.UntilAsync(ResourceType.Pods, found => found.Text("metadata", "labels", "app") == "web" && found.Name() != pod);
        // Either of the two may be the one that is too many, and gone at once.
        Task<JsonObject> adopted = cluster.UntilPodAsync(pod, found => found.Objects("metadata", "ownerReferences").Any());
        await cluster.PatchAsync($"{LiveCluster.Pods}/{pod}", """{"metadata":{"labels":{"app":"web"}}}""");
        await adopted;
        await cluster.UntilNoneAsync(ResourceType.Pods, _ => cluster.PodsOf("web").Count != 1);
    }

    [Fact]
    public async Task A_daemon_set_leaves_out_nodes_that_its_pods_do_not_tolerate()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        cluster.Sandbox.AddNode("sandbox-windows", windows: true);
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/daemonsets", Workload("DaemonSet", "agent", 1));
        JsonObject set = await cluster.UntilAsync(ResourceType.DaemonSets, found => found.Number("status", "numberReady") == 2);
        Assert.Equal(2, set.Number("status", "desiredNumberScheduled"));
        cluster.Sandbox.AddNode("three");
        await cluster.UntilAsync(ResourceType.DaemonSets, found => found.Number("status", "numberReady") == 3);
        // A cordon is not for daemons.
        await cluster.PatchAsync("/api/v1/nodes/one", """{"spec":{"unschedulable":true}}""");
        string cordoned = cluster.PodsOf("agent").Single(pod => pod.Text("spec", "nodeName") == "one").Name();
        await cluster.DeleteAsync($"{LiveCluster.Pods}/{cordoned}", """{"gracePeriodSeconds":0}""");
        await cluster.UntilAsync(ResourceType.Pods, pod => pod.Text("spec", "nodeName") == "one" && pod.Name() != cordoned);
        Assert.DoesNotContain(cluster.PodsOf("agent"), pod => pod.Text("spec", "nodeName") == "sandbox-windows");
    }

    private static Task<JsonObject> UntilDoneAsync(LiveCluster cluster, ResourceType type) => cluster.UntilAsync(type, found =>
        found.Number("status", "observedGeneration") == found.Number("metadata", "generation")
        && (type == ResourceType.DaemonSets
            ? found.Number("status", "updatedNumberScheduled") == 2 && found.Number("status", "numberAvailable") == 2
            : found.Number("status", "updatedReplicas") == found.Number("spec", "replicas") && found.Number("status", "availableReplicas") == found.Number("spec", "replicas")
                && found.Number("status", "replicas") == found.Number("spec", "replicas")));
}
