using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Volume claims, and pods that may not share them.</summary>
public sealed class VolumeClaimTests
{
    private const string Claims = "/api/v1/namespaces/default/persistentvolumeclaims";

    [Fact]
    public async Task A_claim_is_bound_and_its_files_outlive_a_pod()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await AddClaimAsync(cluster, "ReadWriteOnce");
        JsonObject claim = await cluster.UntilAsync(ResourceType.PersistentVolumeClaims, found => found.Text("status", "phase") == "Bound");
        Assert.Equal($"pvc-{claim.Text("metadata", "uid")}", claim.Text("spec", "volumeName"));
        await cluster.PostAsync(LiveCluster.Pods, Job("writes", "echo kept > /data/file"));
        await cluster.UntilPodAsync("writes", pod => pod.Text("status", "phase") == "Succeeded");
        await cluster.PostAsync(LiveCluster.Pods, Job("reads", "cat /data/file"));
        await cluster.UntilPodAsync("reads", pod => pod.Text("status", "phase") == "Succeeded");
        Assert.Equal("kept\n", await cluster.LogAsync("reads", "app"));
    }

    [Fact]
    public async Task A_claim_for_one_pod_keeps_a_second_one_pending()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await AddClaimAsync(cluster, "ReadWriteOncePod");
        await cluster.RunAsync(LiveCluster.Pod("first", Mounted));
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("second", Mounted));
        JsonObject failed = await cluster.UntilAsync(ResourceType.Events, found => found.Text("reason") == "FailedScheduling" && found.Text("involvedObject", "name") == "second");
        Assert.Equal("0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode. no new claims to deallocate, "
            + "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.", failed.Text("message"));
        await cluster.DeleteAsync($"{LiveCluster.Pods}/first", """{"gracePeriodSeconds":0}""");
        await cluster.UntilPodAsync("second", pod => pod.Text("status", "phase") == "Running");
    }

    [Fact]
    public async Task A_claim_that_is_not_there_keeps_a_pod_pending()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("waits", Mounted));
        JsonObject failed = await cluster.UntilAsync(ResourceType.Events, found => found.Text("reason") == "FailedScheduling");
        Assert.StartsWith("0/2 nodes are available: persistentvolumeclaim \"data\" not found.", failed.Text("message"), StringComparison.Ordinal);
        await AddClaimAsync(cluster, "ReadWriteOnce");
        await cluster.UntilPodAsync("waits", pod => pod.Text("status", "phase") == "Running");
    }

    [Fact]
    public async Task A_volume_that_another_node_has_cannot_be_attached()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await AddClaimAsync(cluster, "ReadWriteOnce");
        await cluster.RunAsync(LiveCluster.Pod("holder", Mounted + ",\"nodeName\":\"one\""));
        await cluster.RunAsync(LiveCluster.Pod("neighbour", Mounted + ",\"nodeName\":\"one\""));
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("far", Mounted + ",\"nodeName\":\"two\""));
        JsonObject claim = cluster.Sandbox.Store.Get(ResourceType.PersistentVolumeClaims, "default", "data")!;
        JsonObject failed = await cluster.UntilAsync(ResourceType.Events, found => found.Text("reason") == "FailedAttachVolume");
        Assert.Equal($"Multi-Attach error for volume \"pvc-{claim.Text("metadata", "uid")}\" Volume is already used by pod(s) holder, neighbour", failed.Text("message"));
        Assert.Equal(("attachdetach-controller", "Warning"), (failed.Text("source", "component"), failed.Text("type")));
        JsonObject status = (await cluster.UntilPodAsync("far", pod => pod.Objects("status", "containerStatuses").Any())).Objects("status", "containerStatuses").Single();
        Assert.Equal("ContainerCreating", status.Text("state", "waiting", "reason"));
        foreach (string pod in new[] { "holder", "neighbour" }) await cluster.DeleteAsync($"{LiveCluster.Pods}/{pod}", """{"gracePeriodSeconds":0}""");
        await cluster.UntilPodAsync("far", pod => pod.Text("status", "phase") == "Running");
    }

    private const string Mounted = ",\"volumes\":[{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}]";

    private static string Job(string name, string script) => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"restartPolicy":"Never","volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}],
         "containers":[{"name":"app","image":"busybox","command":["sh","-c","{{{script}}}"],"volumeMounts":[{"name":"data","mountPath":"/data"}]}]}}
        """;

    private static Task<JsonObject> AddClaimAsync(LiveCluster cluster, string mode) => cluster.PostAsync(Claims, $$$$$"""
        {"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data"},"spec":{"accessModes":["{{{{{mode}}}}}"],"resources":{"requests":{"storage":"1Gi"}}}}
        """);
}
