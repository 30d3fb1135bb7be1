using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Taking an ephemeral container away with its pod, as far as a disruption budget lets it go.</summary>
public sealed class EvictWithBudgetTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_pod_is_evicted_within_its_budget_and_comes_back_without_the_container()
    {
        Cluster.Sandbox.Add("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"default","uid":"s-1"},
             "spec":{"replicas":2,"selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}},
              "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"db","image":"busybox","command":["sleep","infinity"]}]}}}}
            """);
        foreach (string name in new[] { "db-0", "db-1" }) await Cluster.UntilPodAsync(name, IsReady);
        Succeed("New-EphemeralContainer db-0 -Name probe -Image busybox -- sleep 1000");
        Cluster.Sandbox.Add("""{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"both","namespace":"default"},"spec":{"minAvailable":2,"selector":{"matchLabels":{"app":"db"}}}}""");

        RunResult refused = Run("Get-DebugArtifact | Remove-DebugArtifact -Evict -Confirm:$false");
        Assert.Equal(["DisruptionBudget"], refused.ErrorIds);
        Assert.Contains("both", refused.Errors[0].ToString(), StringComparison.Ordinal);
        string? before = (string?)Cluster.Store.Get(ResourceType.Pods, "default", "db-0")!["metadata"]!["uid"];

        Cluster.Store.Remove(ResourceType.PodDisruptionBudgets, "default", "both");
        Succeed("Get-DebugArtifact | Remove-DebugArtifact -Evict -Confirm:$false");
        JsonObject after = await Cluster.UntilPodAsync("db-0", pod => (string?)pod["metadata"]!["uid"] != before && IsReady(pod));
        Assert.Null(after["spec"]!["ephemeralContainers"]);
        Assert.Empty(Succeed("Get-DebugArtifact").Output);
    }

    private static bool IsReady(JsonObject pod) =>
        pod["status"].Objects("conditions").Any(condition => (string?)condition["type"] == "Ready" && (string?)condition["status"] == "True");
}
