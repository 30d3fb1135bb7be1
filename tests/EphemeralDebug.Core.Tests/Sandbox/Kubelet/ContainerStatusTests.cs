using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Statuses and events of ephemeral containers, against those of a genuine kubelet.</summary>
public sealed class ContainerStatusTests
{
    [Fact]
    public async Task A_container_goes_through_the_recorded_states()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        using ObjectStore.Subscription watch = cluster.Store.Watch(cluster.Store.Version)!;
        cluster.AddEphemeral("web", """{"name":"debugger-1","image":"busybox:latest","command":["sh","-c","echo hello; sleep 0.1; exit 0"],"resources":{},"imagePullPolicy":"Always","targetContainerName":"app"}""");
        await cluster.UntilTerminatedAsync("web", "debugger-1");
        List<string?> states = [];
        while (watch.Events.TryRead(out StoreEvent? change))
        {
            if (change.Resource == ResourceType.Pods) states.Add(Transcript.Normal(change.Object["status"]!["ephemeralContainerStatuses"])?.ToJsonString());
        }
        // The record begins with the pod before the patch.
        IEnumerable<string?> expected = Transcript.ReadLines("watch/ephemeral-start-run-exit0.jsonl").Skip(1)
            .Select(line => Transcript.Normal(line["object"]!["status"]!["ephemeralContainerStatuses"])?.ToJsonString());
        Assert.Equal(expected, states);
    }

    [Fact]
    public async Task A_running_pod_has_the_recorded_status()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        JsonObject recorded = Transcript.ReadLines("watch/ephemeral-start-run-exit0.jsonl")[0]["object"]!.AsObject();
        JsonObject spec = (JsonObject)recorded["spec"]!.DeepClone();
        spec.Remove("nodeName");
        cluster.CreatePod("web", spec.ToJsonString());
        JsonObject pod = await cluster.UntilAsync("web", value => (string?)value["status"]?["phase"] == "Running");
        Assert.Equal("realk8s-node", (string?)pod["spec"]!["nodeName"]);
        JsonObject expected = Transcript.Normal(recorded["status"])!.AsObject(), actual = Transcript.Normal(pod["status"])!.AsObject();
        foreach (JsonObject status in (JsonObject[])[expected, actual])
        {
            foreach (string address in (string[])["podIP", "podIPs"]) Assert.True(status.Remove(address));
        }
        Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
    }

    [Fact]
    public async Task The_events_of_a_start_are_the_recorded_ones()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"debugger-1","image":"busybox:latest","command":["sh","-c","exit 0"],"imagePullPolicy":"Always"}""");
        await cluster.UntilTerminatedAsync("web", "debugger-1");
        IEnumerable<string> actual = cluster.Events("web", null).Concat(cluster.Events("web", "spec.containers{app}"))
            .Concat(cluster.Events("web", "spec.ephemeralContainers{debugger-1}")).Select(Comparable);
        IEnumerable<string> expected = Transcript.ReadLines("watch/events-ephemeral-start.jsonl").Select(line => Comparable(line["object"]!.AsObject()));
        Assert.Equal(expected, actual);

        static string Comparable(JsonObject happened)
        {
            JsonObject copy = (JsonObject)happened.DeepClone();
            copy.Remove("metadata");
            copy["involvedObject"]!.AsObject().Remove("resourceVersion");
            copy["reportingInstance"] = ((string)copy["reportingInstance"]!).Split("-sandbox")[0].Split("-vm")[0];
            return Transcript.Normal(copy)!.ToJsonString();
        }
    }

    [Theory]
    [InlineData("nopull", "nosuchrepo/nosuchimage:1.0", "IfNotPresent", "ErrImagePull", "pod-ephemeral-waiting-ErrImagePull.json")]
    [InlineData("nopull", "nosuchrepo/nosuchimage:1.0", "IfNotPresent", "ImagePullBackOff", "pod-ephemeral-waiting-ImagePullBackOff.json")]
    [InlineData("badreg", "registry.invalid:5000/x:1", "IfNotPresent", "ErrImagePull", "pod-ephemeral-waiting-ErrImagePull-unknown-registry.json")]
    [InlineData("badname", "UPPER:::bad", "IfNotPresent", "InvalidImageName", "pod-ephemeral-waiting-InvalidImageName.json")]
    [InlineData("never", "docker.io/library/notlocal:1", "Never", "ErrImageNeverPull", "pod-ephemeral-waiting-ErrImageNeverPull.json")]
    [InlineData("nocmd", "gcr.io/distroless/static-debian12:latest", "Always", "RunContainerError", "pod-ephemeral-no-shell-in-image.json")]
    public async Task What_cannot_start_shows_the_recorded_status(string name, string image, string policy, string reason, string file)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        string command = name == "nocmd" ? ",\"command\":[\"sh\"]" : "";
        cluster.AddEphemeral("web", $$"""{"name":"{{name}}","image":"{{image}}","imagePullPolicy":"{{policy}}"{{command}}}""");
        JsonObject pod = await cluster.UntilStateAsync("web", name, status => (string?)status["state"]!["waiting"]?["reason"] == reason);
        JsonObject expected = KubeletCluster.Status(Transcript.Read($"objects/{file}"), name)!;
        Assert.Equal(Transcript.Normal(expected)!.ToJsonString(), Transcript.Normal(KubeletCluster.Status(pod, name))!.ToJsonString());
    }

    [Fact]
    public async Task A_root_image_is_refused_where_root_is()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("nonroot", """{"containers":[{"name":"app","image":"gcr.io/distroless/static-debian12:nonroot"}],"securityContext":{"runAsNonRoot":true}}""");
        await cluster.UntilRunningAsync("nonroot", "app");
        cluster.AddEphemeral("nonroot", """{"name":"asroot","image":"busybox:latest","command":["sleep","5"],"imagePullPolicy":"Always"}""");
        JsonObject pod = await cluster.UntilStateAsync("nonroot", "asroot", status => (string?)status["state"]!["waiting"]?["reason"] == "CreateContainerConfigError");
        JsonObject expected = KubeletCluster.Status(Transcript.Read("objects/pod-ephemeral-waiting-CreateContainerConfigError-runAsNonRoot.json"), "asroot")!;
        Assert.Equal(Transcript.Normal(expected)!.ToJsonString(), Transcript.Normal(KubeletCluster.Status(pod, "asroot"))!.ToJsonString());
        Assert.Equal(["Pulling", "Pulled", "Failed"], cluster.Events("nonroot", "spec.ephemeralContainers{asroot}").Take(3).Select(item => (string)item["reason"]!));
    }

    [Theory]
    [InlineData("docker.io/library/memcached:1.6", "{}", "container has runAsNonRoot and image has non-numeric user (memcache), cannot verify user is non-root")]
    [InlineData("busybox", """{"runAsUser":0}""", "container's runAsUser breaks non-root policy")]
    public async Task A_user_that_may_be_root_is_refused(string image, string context, string message)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("nonroot", $$$"""{"containers":[{"name":"app","image":"{{{image}}}","securityContext":{{{context}}} }],"securityContext":{"runAsNonRoot":true}}""");
        JsonObject pod = await cluster.UntilStateAsync("nonroot", "app", status => (string?)status["state"]!["waiting"]?["reason"] == "CreateContainerConfigError");
        Assert.StartsWith(message, (string?)KubeletCluster.Status(pod, "app")!["state"]!["waiting"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_target_and_a_missing_command_are_said()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("hangs", """{"initContainers":[{"name":"wait","image":"busybox","command":["sleep","infinity"]}],"containers":[{"name":"app","image":"nginx:alpine"}]}""");
        await cluster.UntilRunningAsync("hangs", "wait");
        cluster.AddEphemeral("hangs", """{"name":"early","image":"busybox","targetContainerName":"app","command":["sleep","1"]}""");
        cluster.AddEphemeral("hangs", """{"name":"empty","image":"scratch-data"}""");
        JsonObject pod = await cluster.UntilStateAsync("hangs", "early", status => (string?)status["state"]!["waiting"]?["reason"] == "CreateContainerConfigError");
        Assert.Equal("unable to find target container \"app\"", (string?)KubeletCluster.Status(pod, "early")!["state"]!["waiting"]!["message"]);
        pod = await cluster.UntilStateAsync("hangs", "empty", status => (string?)status["state"]!["waiting"]?["reason"] == "CreateContainerError");
        Assert.EndsWith("no command specified", (string?)KubeletCluster.Status(pod, "empty")!["state"]!["waiting"]!["message"], StringComparison.Ordinal);
        Assert.Equal("Pending", (string?)pod["status"]!["phase"]);
        Assert.Equal("PodInitializing", (string?)KubeletCluster.Status(pod, "app")!["state"]!["waiting"]!["reason"]);
    }

    [Fact]
    public async Task The_failed_event_comes_before_its_status()
    {
        TaskCompletionSource release = new();
        KubeletOptions options = KubeletCluster.Fast with { BeforeStatus = (container, _) => container.Container == "nopull" ? release.Task : Task.CompletedTask };
        await using KubeletCluster cluster = await KubeletCluster.StartAsync(options);
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"nopull","image":"nosuchrepo/nosuchimage:1.0"}""");
        await cluster.UntilEventAsync(item => (string?)item["message"] == "Error: ErrImagePull");
        JsonObject pod = await cluster.UntilStateAsync("web", "nopull", _ => true);
        Assert.Equal("ContainerCreating", (string?)KubeletCluster.Status(pod, "nopull")!["state"]!["waiting"]!["reason"]);
        release.SetResult();
        await cluster.UntilEventAsync(item => (string?)item["message"] == "Error: ImagePullBackOff");
        Assert.Equal(
            ["Pulling image \"nosuchrepo/nosuchimage:1.0\"",
                "Failed to pull image \"nosuchrepo/nosuchimage:1.0\": rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/nosuchrepo/nosuchimage:1.0\": failed to resolve image: docker.io/nosuchrepo/nosuchimage:1.0: not found",
                "Error: ErrImagePull", "Back-off pulling image \"nosuchrepo/nosuchimage:1.0\"", "Error: ImagePullBackOff"],
            cluster.Events("web", "spec.ephemeralContainers{nopull}").Select(item => (string)item["message"]!));
        // What happens again is counted.
        await cluster.UntilEventAsync(item => (string?)item["message"] == "Error: ErrImagePull" && (int)item["count"]! == 2);
        Assert.Equal(5, cluster.Events("web", "spec.ephemeralContainers{nopull}").Count);
    }

    [Fact]
    public async Task A_start_can_be_held_and_released()
    {
        TaskCompletionSource held = new(), release = new();
        KubeletOptions options = KubeletCluster.Fast with
        {
            BeforeStart = (container, _) =>
            {
                if (container.Container != "slow") return Task.CompletedTask;
                held.TrySetResult();
                return release.Task;
            },
        };
        await using KubeletCluster cluster = await KubeletCluster.StartAsync(options);
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"slow","image":"busybox","command":["sleep","60"]}""");
        await held.Task.WaitAsync(KubeletCluster.Stop);
        Assert.NotNull(KubeletCluster.Status(cluster.Store.Get(ResourceType.Pods, KubeletCluster.Namespace, "web")!, "slow")!["state"]!["waiting"]);
        release.SetResult();
        await cluster.UntilRunningAsync("web", "slow");
    }

    [Fact]
    public async Task Process_1_cannot_kill_itself_and_others_can_be_killed()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"one","image":"busybox","command":["sh","-c","kill -9 $$ && exit 5"]}""");
        cluster.AddEphemeral("web", """{"name":"other","image":"busybox","targetContainerName":"app","command":["sh","-c","kill -9 $$; sleep 60"]}""");
        // The kernel says nothing of it.
        Assert.Equal(5, (int?)KubeletCluster.Status(await cluster.UntilTerminatedAsync("web", "one"), "one")!["state"]!["terminated"]!["exitCode"]);
        JsonObject killed = KubeletCluster.Status(await cluster.UntilTerminatedAsync("web", "other"), "other")!["state"]!["terminated"]!.AsObject();
        Assert.Equal((137, "Error"), ((int)killed["exitCode"]!, (string)killed["reason"]!));
    }
}
