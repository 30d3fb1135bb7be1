using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>What becomes of what a deleted object owned.</summary>
public sealed class OwnerTests
{
    [Fact]
    public async Task A_deployment_takes_its_sets_and_pods_with_it()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", WorkloadTests.Workload("Deployment", "web", 2));
        await cluster.UntilAsync(ResourceType.Deployments, found => found.Number("status", "availableReplicas") == 2);
        await cluster.DeleteAsync("/apis/apps/v1/namespaces/default/deployments/web");
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => pod.Text("metadata", "labels", "app") == "web");
        Assert.Empty(cluster.Sandbox.Store.List(ResourceType.ReplicaSets, "default").Items);
    }

    [Fact]
    public async Task A_copy_goes_with_the_pod_that_owns_it()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject original = await cluster.RunAsync(LiveCluster.Pod("original"));
        await cluster.RunAsync(LiveCluster.Pod("copy", metadata: Owned(original)));
        await cluster.DeleteAsync($"{LiveCluster.Pods}/original", """{"gracePeriodSeconds":0}""");
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => pod.Name() == "copy");
        // One that comes too late goes too.
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("late", metadata: Owned(original)));
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => pod.Name() == "late");
    }

    [Fact]
    public async Task A_pod_stays_as_long_as_one_of_its_owners_does()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject first = await cluster.RunAsync(LiveCluster.Pod("first")), second = await cluster.RunAsync(LiveCluster.Pod("second"));
        string both = Owned(first).TrimEnd(']') + "," + Owned(second)[(Owned(second).IndexOf('[', StringComparison.Ordinal) + 1)..];
        await cluster.RunAsync(LiveCluster.Pod("copy", metadata: both));
        await cluster.DeleteAsync($"{LiveCluster.Pods}/first", """{"gracePeriodSeconds":0}""");
        JsonObject copy = await cluster.UntilPodAsync("copy", pod => pod.Objects("metadata", "ownerReferences").Count() == 1);
        Assert.Equal("second", copy.Objects("metadata", "ownerReferences").Single().Text("name"));
        Assert.Null(copy.At("metadata", "deletionTimestamp"));
    }

    [Fact]
    public async Task Who_asks_for_orphans_keeps_the_pods()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/statefulsets", WorkloadTests.Workload("StatefulSet", "db", 1));
        await cluster.UntilPodAsync("db-0", pod => pod.Text("status", "phase") == "Running");
        await cluster.DeleteAsync("/apis/apps/v1/namespaces/default/statefulsets/db", """{"propagationPolicy":"Orphan"}""");
        JsonObject orphan = await cluster.GetAsync($"{LiveCluster.Pods}/db-0");
        Assert.Null(orphan.At("metadata", "ownerReferences"));
        await cluster.GetAsync("/apis/apps/v1/namespaces/default/statefulsets/db", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_leftover_of_another_program_is_stored_as_it_is()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject stored = cluster.Sandbox.Add("""
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"node-debugger-one-abcde","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app.kubernetes.io/managed-by":"kubectl-debug"}},
             "spec":{"nodeName":"one","restartPolicy":"Never","containers":[{"name":"debugger","image":"busybox","command":["true"]}]}}
            """);
        Assert.Equal("2026-01-01T00:00:00Z", stored.Text("metadata", "creationTimestamp"));
        JsonObject pod = await cluster.UntilPodAsync("node-debugger-one-abcde", found => found.Text("status", "phase") == "Succeeded");
        Assert.Equal(stored.Text("metadata", "uid"), pod.Text("metadata", "uid"));
        Assert.Throws<ArgumentException>(() => cluster.Sandbox.Add("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"x"}}"""));
    }

    private static string Owned(JsonObject owner) =>
        $$""","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"{{owner.Name()}}","uid":"{{owner.Text("metadata", "uid")}}"}]""";
}
