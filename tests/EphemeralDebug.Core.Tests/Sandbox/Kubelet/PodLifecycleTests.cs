using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Pods from scheduling to removal.</summary>
public sealed class PodLifecycleTests
{
    [Fact]
    public async Task A_crashing_container_backs_off()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("crasher", """{"containers":[{"name":"app","image":"busybox","command":["sh","-c","echo 'fatal: cannot open /etc/app.conf' >&2; exit 3"]}]}""");
        JsonObject pod = await cluster.UntilStateAsync("crasher", "app", status => (string?)status["state"]!["waiting"]?["reason"] == "CrashLoopBackOff" && (int)status["restartCount"]! == 2);
        JsonObject status = KubeletCluster.Status(pod, "app")!;
        Assert.Equal($"back-off 20s restarting failed container=app pod=crasher_cap({(string?)pod["metadata"]!["uid"]})", (string?)status["state"]!["waiting"]!["message"]);
        Assert.Equal(3, (int?)status["lastState"]!["terminated"]!["exitCode"]);
        Assert.Equal(("Running", false), ((string)pod["status"]!["phase"]!, (bool)status["ready"]!));
        Assert.Contains("containers with unready status: [app]", pod["status"]!["conditions"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("fatal: cannot open /etc/app.conf\n", await cluster.Http.GetStringAsync(cluster.Path("crasher", "log?previous=true"), KubeletCluster.Stop));
    }

    [Fact]
    public async Task A_finished_pod_accepts_no_more_containers()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("done", """{"containers":[{"name":"app","image":"busybox","command":["true"]}],"restartPolicy":"Never"}""");
        JsonObject pod = await cluster.UntilAsync("done", value => (string?)value["status"]?["phase"] == "Succeeded");
        Assert.Equal(["False", "True", "False", "False", "True"], pod["status"]!["conditions"]!.AsArray().Select(condition => (string)condition!["status"]!));
        cluster.AddEphemeral("done", """{"name":"late","image":"busybox"}""");
        // A later pod is proof that the agent has seen the change before.
        await cluster.CreateWebAsync();
        Assert.Null(cluster.Store.Get(ResourceType.Pods, KubeletCluster.Namespace, "done")!["status"]!["ephemeralContainerStatuses"]);
    }

    [Fact]
    public async Task An_unschedulable_pod_says_why()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("pending", """{"containers":[{"name":"app","image":"busybox"}],"nodeSelector":{"nosuch":"label"}}""");
        JsonObject pod = await cluster.UntilAsync("pending", value => value["status"] is not null);
        JsonNode condition = Assert.Single(pod["status"]!["conditions"]!.AsArray())!;
        Assert.Equal("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", (string?)condition["message"]);
        Assert.Equal(("PodScheduled", "False", "Unschedulable", "Pending"), ((string)condition["type"]!, (string)condition["status"]!, (string)condition["reason"]!, (string)pod["status"]!["phase"]!));
        await cluster.UntilEventAsync(item => (string?)item["reason"] == "FailedScheduling");
        cluster.Store.Create(ResourceType.Nodes, KubeletCluster.Json("""{"kind":"Node","metadata":{"name":"second","labels":{"nosuch":"label"}},"spec":{}}"""));
        await cluster.UntilAsync("pending", value => (string?)value["spec"]!["nodeName"] == "second");
    }

    [Fact]
    public async Task Init_containers_run_in_order_and_sidecars_stay()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("full", """
            {"initContainers":[
               {"name":"init-data","image":"busybox","command":["sh","-c","echo init done > /data/init.txt"],"volumeMounts":[{"name":"data","mountPath":"/data"}]},
               {"name":"sidecar","image":"busybox","restartPolicy":"Always","command":["sh","-c","while :; do sleep 3600; done"]}],
             "containers":[{"name":"app","image":"nginx:alpine","resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"10m","memory":"16Mi"}}}]}
            """);
        JsonObject pod = await cluster.UntilAsync("full", value => (string?)value["status"]?["phase"] == "Running");
        Assert.Equal(0, (int?)KubeletCluster.Status(pod, "init-data")!["state"]!["terminated"]!["exitCode"]);
        Assert.NotNull(KubeletCluster.Status(pod, "sidecar")!["state"]!["running"]);
        Assert.Equal("Burstable", (string?)pod["status"]!["qosClass"]);
        Assert.True((bool)KubeletCluster.Status(pod, "app")!["ready"]!);
    }

    [Fact]
    public async Task Termination_asks_first_and_kills_what_does_not_listen()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"longtty","image":"busybox","command":["sh"],"stdin":true,"tty":true}""");
        await cluster.UntilRunningAsync("web", "longtty");
        cluster.Agent.Terminate(KubeletCluster.Namespace, "web", 1);
        JsonObject last = await cluster.UntilGoneAsync("web");
        Assert.Equal(0, (int?)KubeletCluster.Status(last, "app")!["state"]!["terminated"]!["exitCode"]);
        Assert.Equal(137, (int?)KubeletCluster.Status(last, "longtty")!["state"]!["terminated"]!["exitCode"]);
        Assert.Equal(("Succeeded", 0), ((string)last["status"]!["phase"]!, (int)last["metadata"]!["deletionGracePeriodSeconds"]!));
        JsonObject recorded = Transcript.ReadLines("watch/pod-deleted-while-attached.jsonl")[^1]["object"]!.AsObject();
        Assert.Equal(Comparable(recorded), Comparable(last));
        Assert.Null(cluster.Store.Get(ResourceType.Pods, KubeletCluster.Namespace, "web"));

        static IEnumerable<string> Comparable(JsonObject pod) => pod["status"]!["conditions"]!.AsArray().Select(condition =>
        {
            JsonObject copy = (JsonObject)condition!.DeepClone();
            copy.Remove("observedGeneration");
            return Transcript.Normal(copy)!.ToJsonString();
        });
    }

    [Fact]
    public async Task A_deadline_ends_the_pod()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("short", """{"containers":[{"name":"app","image":"busybox","command":["sleep","3600"]}],"restartPolicy":"Never","activeDeadlineSeconds":1}""");
        JsonObject pod = await cluster.UntilAsync("short", value => (string?)value["status"]?["phase"] == "Failed" && KubeletCluster.Status(value, "app")!["state"]!["terminated"] is not null);
        Assert.Equal("DeadlineExceeded", (string?)pod["status"]!["reason"]);
        Assert.Equal(137, (int?)KubeletCluster.Status(pod, "app")!["state"]!["terminated"]!["exitCode"]);
    }

    [Fact]
    public async Task A_replica_set_replaces_what_is_deleted()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.Store.Create(ResourceType.ReplicaSets, KubeletCluster.Json("""
            {"kind":"ReplicaSet","metadata":{"name":"web-6d","namespace":"cap","uid":"rs-1"},
             "spec":{"replicas":2,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"nginx:alpine"}]}}}}
            """));
        JsonObject first = await ReadyAsync();
        string name = (string)first["metadata"]!["name"]!;
        cluster.Agent.Terminate(KubeletCluster.Namespace, name, 0);
        await cluster.UntilGoneAsync(name);
        await ReadyAsync();
        Assert.DoesNotContain(cluster.Store.List(ResourceType.Pods, KubeletCluster.Namespace).Items, pod => (string?)pod["metadata"]!["name"] == name);

        async Task<JsonObject> ReadyAsync()
        {
            using ObjectStore.Subscription changes = cluster.Store.Watch(cluster.Store.OldestVersion)!;
            while (true)
            {
                IReadOnlyList<JsonObject> pods = cluster.Store.List(ResourceType.Pods, KubeletCluster.Namespace).Items;
                if (pods.Count == 2 && pods.All(pod => (string?)pod["status"]?["phase"] == "Running")) return pods[0];
                await changes.Events.ReadAsync(KubeletCluster.Stop);
            }
        }
    }

    [Fact]
    public async Task Five_hundred_containers_start_without_a_thread_each()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        const int Pods = 50, Containers = 10;
        int before = ThreadPool.ThreadCount;
        for (int i = 0; i < Pods; i++) await cluster.CreateWebAsync($"web-{i}");
        for (int i = 0; i < Pods * Containers; i++)
        {
            cluster.AddEphemeral($"web-{i % Pods}", $$"""{"name":"d{{i / Pods}}","image":"busybox","stdin":true,"command":["{{(i % 2 == 0 ? "cat" : "sleep")}}"{{(i % 2 == 0 ? "" : ",\"infinity\"")}}]}""");
        }
        for (int i = 0; i < Pods; i++)
        {
            for (int j = 0; j < Containers; j++) await cluster.UntilRunningAsync($"web-{i}", $"d{j}");
        }
        Assert.True(ThreadPool.ThreadCount - before < 50, $"{before} -> {ThreadPool.ThreadCount} threads");
    }
}
