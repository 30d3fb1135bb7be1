using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using EphemeralDebug.Sandbox.Worlds;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>The sample world, brought to life.</summary>
public sealed class SampleWorldTests
{
    [Fact]
    public async Task Every_pod_comes_to_the_state_that_it_is_there_for()
    {
        ObjectStore store = new();
        SampleWorld.Populate(store);
        using ObjectStore.Subscription changes = store.Watch(store.OldestVersion)!;
        await using NodeAgent agent = new(store, KubeletCluster.Fast with { BackOffScale = 0.1 });
        agent.Start();
        Dictionary<string, string> wanted = new(StringComparer.Ordinal)
        {
            ["sample-app-6f9d8c7b5d-2xk7p"] = "Running", ["distroless-app-7c5ddbdf54-m8r2j"] = "Running", ["shared-processes"] = "Running",
            ["crash-loop"] = "CrashLoopBackOff", ["stuck-init"] = "Running", ["bad-image"] = "ImagePullBackOff", ["unschedulable"] = "Unschedulable",
            ["database-1"] = "Running", ["node-exporter-4pz9d"] = "Running", ["migrate-q5v8t"] = "Completed", ["report-29412300-h2n6c"] = "Completed",
            ["locked-down"] = "Running", ["modest"] = "Running", ["kube-apiserver-sandbox-control-plane"] = "Running", ["kube-proxy-k4n7w"] = "Running",
        };
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(KubeletCluster.Stop))
        {
            string name = (string)change.Object["metadata"]!["name"]!;
            if (change.Resource != ResourceType.Pods || !wanted.TryGetValue(name, out string? state)) continue;
            if (change.Object["status"]!.ToJsonString().Contains($"\"{state}\"", StringComparison.OrdinalIgnoreCase)) wanted.Remove(name);
            if (wanted.Count == 0) break;
        }
        Assert.DoesNotContain(store.List(ResourceType.Events, null).Items, item => (string?)item["reason"] == "FailedSync");
        // No controller adds to a world that is complete.
        Assert.Equal(20, store.List(ResourceType.Pods, null).Items.Count);
        JsonObject app = store.Get(ResourceType.Pods, "default", "sample-app-6f9d8c7b5d-2xk7p")!;
        Assert.Equal("sandbox-worker", (string?)app["spec"]!["nodeName"]);
    }

    [Fact]
    public async Task A_debug_container_sees_the_application()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("app", """{"containers":[{"name":"app","image":"sample-app:1.0"}]}""");
        await cluster.UntilRunningAsync("app", "app");
        // The application listens a moment after it was started.
        cluster.AddEphemeral("app", """{"name":"d","image":"busybox","targetContainerName":"app","command":["sh","-c","until wget -q -O- localhost 2>/dev/null; do sleep 0.01; done; ps"]}""");
        await cluster.UntilTerminatedAsync("app", "d");
        string log = await cluster.Http.GetStringAsync(cluster.Path("app", "log?container=d"), KubeletCluster.Stop);
        Assert.StartsWith("Hello from app\nPID   USER     COMMAND\n    1 root     sample-app\n", log, StringComparison.Ordinal);
        Assert.Contains("GET / 200 #1\n", await cluster.Http.GetStringAsync(cluster.Path("app", "log"), KubeletCluster.Stop), StringComparison.Ordinal);
    }
}
