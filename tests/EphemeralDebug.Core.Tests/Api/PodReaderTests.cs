using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class PodReaderTests
{
    private static PodInfo Read(string json) => KubernetesApi.ReadPod(Encoding.UTF8.GetBytes(json), "lab", null);

    [Theory]
    [InlineData("pod-crashloop", "CrashLoopBackOff", "0/1", 5)]
    [InlineData("pod-imagepullbackoff-main-container", "ImagePullBackOff", "0/1", 0)]
    [InlineData("pod-pending-unschedulable-with-ephemeral", "Pending", "0/1", 0)]
    [InlineData("pod-succeeded-with-ephemeral-that-never-starts", "Completed", "0/1", 0)]
    [InlineData("pod-full-source-of-copies", "Running", "3/3", 0)]
    [InlineData("pod-after-several-ephemerals", "Running", "1/1", 0)]
    public void Shows_what_kubectl_shows_of_a_genuine_pod(string file, string status, string ready, int restarts)
    {
        var pod = KubernetesApi.ReadPod(Data.Bytes(file + ".json"));
        Assert.Equal((status, ready, restarts), (pod.Status, pod.Ready, pod.Restarts));
    }

    private const string Up = """{"name":"a","ready":true,"state":{"running":{}}}""";
    private const string Done = """{"name":"b","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}""";

    // phase and other status members; spec; expected STATUS and READY
    [Theory]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[" + Up + "]", "1", "Running", "1/1")]
    [InlineData("\"phase\":\"Pending\"", "1", "Pending", "0/1")]
    [InlineData("", "1", "Unknown", "0/1")]
    [InlineData("\"phase\":\"Failed\",\"reason\":\"Evicted\"", "1", "Evicted", "0/1")]
    [InlineData("\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"SchedulingGated\"}]", "1", "SchedulingGated", "0/1")]
    [InlineData("\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]", "1", "ContainerCreating", "0/1")]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{}}}]", "1", "Running", "0/1")]
    [InlineData("\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\"}}}]", "1", "OOMKilled", "0/1")]
    [InlineData("\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":2,\"reason\":\"Error\"}}}]", "1", "Error", "0/1")]
    [InlineData("\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":137,\"signal\":9}}}]", "1", "Signal:9", "0/1")]
    [InlineData("\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":3}}}]", "1", "ExitCode:3", "0/1")]
    [InlineData("\"phase\":\"Succeeded\",\"containerStatuses\":[" + Done + "]", "1", "Completed", "0/1")]
    [InlineData("\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"containerStatuses\":[" + Up + "," + Done + "]", "2", "Running", "1/2")]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[" + Up + "," + Done + "]", "2", "NotReady", "1/2")]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}},{\"name\":\"b\",\"state\":{\"terminated\":{\"reason\":\"Error\",\"exitCode\":1}}}]", "2", "CrashLoopBackOff", "0/2")]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"ready\":false,\"state\":{\"running\":{}}}]", "1", "Running", "0/1")]
    public void Derives_status_and_readiness_from_the_containers(string status, string containers, string expected, string ready)
    {
        var spec = string.Join(',', Enumerable.Range(0, int.Parse(containers)).Select(i => """{"name":"@1"}""".Replace("@1", ((char)('a' + i)).ToString())));
        var pod = Read("""{"metadata":{"name":"p"},"spec":{"containers":[@spec]},"status":{ @status }}""".Replace("@spec", spec).Replace("@status", status));
        Assert.Equal((expected, ready), (pod.Status, pod.Ready));
    }

    private const string Through = """{"name":"i1","restartCount":1,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}""";

    // init container statuses; are the pod's containers past initialisation; expected STATUS, READY and RESTARTS
    [Theory]
    [InlineData("", false, "PodInitializing", "0/2", 7)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"running\":{}}}", false, "Init:0/3", "0/2", 0)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}}", false, "Init:0/3", "0/2", 0)]
    [InlineData(Through + ",{\"name\":\"i2\",\"state\":{\"running\":{}}}", false, "Init:1/3", "0/2", 1)]
    [InlineData("{\"name\":\"i1\",\"restartCount\":4,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}", false, "Init:CrashLoopBackOff", "0/2", 4)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\"}}}", false, "Init:ImagePullBackOff", "0/2", 0)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"terminated\":{\"exitCode\":1,\"reason\":\"Error\"}}}", false, "Init:Error", "0/2", 0)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"terminated\":{\"exitCode\":1}}}", false, "Init:ExitCode:1", "0/2", 0)]
    [InlineData("{\"name\":\"i1\",\"state\":{\"terminated\":{\"exitCode\":137,\"signal\":9}}}", false, "Init:Signal:9", "0/2", 0)]
    [InlineData(Through + ",{\"name\":\"side\",\"started\":false,\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}}", false, "Init:1/3", "0/2", 1)]
    [InlineData(Through + ",{\"name\":\"side\",\"started\":true,\"ready\":true,\"restartCount\":2,\"state\":{\"running\":{}}},{\"name\":\"i2\",\"state\":{\"running\":{}}}", false, "Init:2/3", "1/2", 3)]
    [InlineData(Through + ",{\"name\":\"side\",\"started\":true,\"ready\":true,\"restartCount\":2,\"state\":{\"running\":{}}}", true, "PodInitializing", "1/2", 9)]
    [InlineData(Through + ",{\"name\":\"side\",\"started\":false,\"restartCount\":2,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}", true, "PodInitializing", "0/2", 9)]
    public void Shows_the_first_init_container_that_is_not_through(string init, bool isInitialized, string expected, string ready, int restarts)
    {
        var pod = Read("""
            {"metadata":{"name":"p"},
             "spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i1"},{"name":"side","restartPolicy":"Always"},{"name":"i2"}]},
             "status":{"phase":"Pending","conditions":[{"type":"Initialized","status":"@1"}],
                       "containerStatuses":[{"name":"a","restartCount":7,"state":{"waiting":{"reason":"PodInitializing"}}}],"initContainerStatuses":[@init]}}
            """.Replace("@1", isInitialized ? "True" : "False").Replace("@init", init));
        Assert.Equal((expected, ready, restarts), (pod.Status, pod.Ready, pod.Restarts));
    }

    [Fact]
    public void A_sidecar_that_fails_after_initialisation_shows_while_all_else_runs()
    {
        var pod = Read("""
            {"metadata":{"name":"p"},"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"side","restartPolicy":"Always"}]},
             "status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True"}],"containerStatuses":[@Up],
             "initContainerStatuses":[{"name":"side","started":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}
            """.Replace("@Up", Up));
        Assert.Equal(("Init:CrashLoopBackOff", "1/2"), (pod.Status, pod.Ready));
    }

    [Theory]
    [InlineData("\"phase\":\"Running\",\"containerStatuses\":[" + Up + "]", "Terminating")]
    [InlineData("\"phase\":\"Running\",\"reason\":\"NodeLost\"", "Unknown")]
    [InlineData("\"phase\":\"Succeeded\",\"containerStatuses\":[" + Done + "]", "Completed")]
    [InlineData("\"phase\":\"Failed\",\"reason\":\"Evicted\"", "Evicted")]
    public void A_pod_that_is_being_deleted_is_terminating_unless_it_has_ended(string status, string expected)
    {
        var pod = Read("""{"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{"name":"a"}]},"status":{ @status }}""".Replace("@status", status));
        Assert.Equal(expected, pod.Status);
    }

    [Fact]
    public void Tells_when_a_container_last_ended_before_its_restart()
    {
        var pod = KubernetesApi.ReadPod(Data.Bytes("pod-crashloop.json"));
        var end = JsonNode.Parse(Data.Bytes("pod-crashloop.json"))!["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!["finishedAt"]!;
        Assert.Equal(DateTimeOffset.Parse((string)end!), pod.LastRestart);
    }

    [Fact]
    public void Reads_every_property_whatever_the_order_of_the_members()
    {
        var pod = Read("""
            {"status":{"podIP":"10.1.2.3","nominatedNodeName":"n2","phase":"Running","conditions":[{"status":"True","type":"example.com/a"},{"type":"example.com/b","status":"False"}]},
             "spec":{"os":{"name":"windows"},"readinessGates":[{"conditionType":"example.com/a"},{"conditionType":"example.com/b"}],"nodeName":"n1","initContainers":[{"name":"i"}],"containers":[{"name":"x"},{"name":"y"}]},
             "metadata":{"annotations":{"kubectl.kubernetes.io/default-container":"y"},"labels":{"app":"web"},"creationTimestamp":"2026-01-02T03:04:05Z","resourceVersion":"7","uid":"u-1","namespace":"ns","name":"p",
               "ownerReferences":[{"kind":"Other","name":"o","uid":"1"},{"kind":"ReplicaSet","name":"web-1","uid":"2","controller":true}]}}
            """);
        Assert.Equal(("p", "ns", "u-1", "7", "lab"), (pod.Name, pod.Namespace, pod.Uid, pod.ResourceVersion, pod.Context));
        Assert.Equal(("n1", "10.1.2.3", "n2", "1/2", "windows"), (pod.Node, pod.IP, pod.NominatedNode, pod.ReadinessGates, pod.OS));
        Assert.Equal(("y", "ReplicaSet/web-1", "2"), (pod.DefaultContainer, pod.Owner, pod.OwnerUid));
        Assert.Equal(["x", "y"], pod.Containers);
        Assert.Equal(["i"], pod.InitContainers);
        Assert.Equal("web", pod.Labels["app"]);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), pod.Created);
        Assert.False(pod.IsStatic);
    }

    [Theory]
    [InlineData("\"annotations\":{\"kubernetes.io/config.mirror\":\"abc\"}", true)]
    [InlineData("\"annotations\":{\"kubernetes.io/config.source\":\"file\"}", true)]
    [InlineData("\"annotations\":{\"kubernetes.io/config.source\":\"api\"}", false)]
    [InlineData("\"ownerReferences\":[{\"kind\":\"Node\",\"name\":\"n\",\"controller\":true}]", true)]
    [InlineData("\"ownerReferences\":[{\"kind\":\"DaemonSet\",\"name\":\"n\",\"controller\":true}]", false)]
    public void Knows_static_pods(string metadata, bool isStatic) => Assert.Equal(isStatic, Read("""{"metadata":{"name":"p",@metadata}}""".Replace("@metadata", metadata)).IsStatic);

    [Fact]
    public void Joins_ephemeral_containers_with_their_states()
    {
        var pod = KubernetesApi.ReadPod(Data.Bytes("pod-ephemeral-terminated-sigkill-137.json"), "lab");
        var first = pod.EphemeralContainers.Single(container => container.Name == "debugger-1");
        Assert.Equal((ContainerState.Terminated, "Completed", 0), (first.State, first.Reason, first.ExitCode));
        Assert.Equal(("web", "cap", "lab", "app"), (first.Pod, first.Namespace, first.Context, first.Target));
        Assert.Equal(["sh", "-c", "echo hello; sleep 3; exit 0"], first.Command);
        Assert.Equal(TimeSpan.FromSeconds(3), first.Finished - first.Started);
        Assert.Equal(pod.Uid, first.PodUid);
        Assert.Equal(3, pod.EphemeralContainers.Single(container => container.Name == "debugger-2").ExitCode);
    }

    [Fact]
    public void An_ephemeral_container_without_a_status_is_unknown()
    {
        var pod = Read("""{"metadata":{"name":"p"},"spec":{"ephemeralContainers":[{"name":"d","image":"busybox"}]},"status":{"ephemeralContainerStatuses":[{"name":"other","state":{"running":{}}}]}}""");
        var container = Assert.Single(pod.EphemeralContainers);
        Assert.Equal((ContainerState.Unknown, null, null, null), (container.State, container.Reason, container.ExitCode, container.Started));
    }

    [Fact]
    public void An_ephemeral_container_that_could_not_be_started_tells_its_end()
    {
        var pod = KubernetesApi.ReadPod(Data.Bytes("pod-ephemeral-no-shell-in-image.json"));
        var container = pod.EphemeralContainers.Single(container => container.Name == "nocmd");
        Assert.Equal((ContainerState.Waiting, "RunContainerError", 128), (container.State, container.Reason, container.ExitCode));
        Assert.Null(container.Started);
        Assert.NotNull(container.Finished);
        Assert.Contains("executable file not found", container.Message);
    }

    [Fact]
    public void Control_characters_never_come_out()
    {
        var pod = Read("""
            {"metadata":{"name":"p"},"spec":{"ephemeralContainers":[{"name":"d"}]},"status":{"ephemeralContainerStatuses":[{"name":"d","state":
            {"terminated":{"exitCode":1,"reason":"Err\u001b[31mor","message":"bad\u001b]0;title\u0007 line\r\nnext\u202Elast"}}}]}}
            """);
        var container = Assert.Single(pod.EphemeralContainers);
        Assert.Equal(("Error", "bad line nextlast"), (container.Reason, container.Message));
    }

    [Theory]
    [InlineData("""{"metadata":7,"spec":"x","status":[1,2]}""")]
    [InlineData("""{"metadata":{"name":{"a":1},"labels":[1],"creationTimestamp":12,"ownerReferences":{"a":1},"annotations":null},"spec":{"containers":[1,null,{"name":null}]},"status":{"conditions":{},"containerStatuses":[{"restartCount":"x","state":[]}]}}""")]
    [InlineData("""{"metadata":{"name":"a\ud800b","creationTimestamp":"yesterday"}}""")]
    [InlineData("{}")]
    public void Values_of_the_wrong_type_count_as_absent(string json) => Assert.NotNull(Read(json));

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"metadata\":{")]
    [InlineData("<html>")]
    public void What_is_no_pod_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Fact]
    public void Ten_thousand_values_that_hash_alike_are_all_read_right()
    {
        var reader = new PodReader(null, null);
        for (var i = 0; i < 10_000; i++)
        {
            var pod = reader.Read(Encoding.UTF8.GetBytes("""{"metadata":{"name":"p","namespace":"n@i","labels":{"a":"@i"}},"spec":{"nodeName":"k@i"}}""".Replace("@i", $"{i}")));
            Assert.Equal(($"n{i}", $"k{i}", $"{i}"), (pod.Namespace, pod.Node, pod.Labels["a"]));
        }
    }

    [Fact]
    public void What_repeats_is_kept_once()
    {
        var reader = new PodReader(null, null);
        var one = reader.Read(Encoding.UTF8.GetBytes(RealisticPods.Pod(0)));
        var two = reader.Read(Encoding.UTF8.GetBytes(RealisticPods.Pod(1)));
        Assert.Same(one.Labels, two.Labels);
        Assert.Same(one.Namespace, two.Namespace);
        Assert.Same(one.Owner, two.Owner);
        Assert.Same(one.Containers[0], two.Containers[0]);
        Assert.NotEqual(one.Name, two.Name);
    }

    [Fact]
    public void A_row_of_a_node_and_of_a_JSON_object_read_alike()
    {
        var json = Data.Bytes("pod-after-several-ephemerals.json");
        var fromBytes = KubernetesApi.ReadPod(json);
        var fromObject = KubernetesApi.ReadPod(JsonNode.Parse(json)!.AsObject());
        Assert.Equal(fromBytes.EphemeralContainers.Select(c => (c.Name, c.State, c.Image)), fromObject.EphemeralContainers.Select(c => (c.Name, c.State, c.Image)));
        Assert.Equal((fromBytes.Name, fromBytes.Status), (fromObject.Name, fromObject.Status));
    }
}
