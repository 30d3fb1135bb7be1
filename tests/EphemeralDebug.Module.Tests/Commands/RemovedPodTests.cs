using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>What becomes of pods from which an artifact was removed, with a kubelet that runs and ends them.</summary>
public sealed class RemovedPodTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    [Fact]
    public async Task An_ephemeral_container_is_found_with_its_maker_and_goes_with_its_pod()
    {
        await Cluster.RunPodAsync("bare", shape: pod => pod["spec"]!["terminationGracePeriodSeconds"] = 1);
        Succeed("New-EphemeralContainer bare -Name probe -- sleep 600");
        RunResult found = Succeed("Get-DebugArtifact");
        Assert.Equal(["EphemeralDebug EphemeralDebug Running"], found.Values("Tool").Zip(found.Values("CreatedBy"), found.Values("State")).Select(one => $"{one.First} {one.Second} {one.Third}"));

        using ObjectStore.Subscription changes = Cluster.Store.Watch(Cluster.Store.Version)!;
        Succeed("$a | Remove-DebugArtifact -Evict -Force -Confirm:$false", ("a", found.Output));
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(Cancel))
            if (change.Resource == ResourceType.Pods && Cluster.Store.Get(ResourceType.Pods, "default", "bare") is null) break;
        Assert.Empty(Succeed("Get-DebugArtifact").Output);
    }
}
