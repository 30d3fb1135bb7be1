using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Artifacts;
using Xunit;
using static EphemeralDebug.Core.Tests.Artifacts.ToolPods;

namespace EphemeralDebug.Core.Tests.Artifacts;

/// <summary>What an artifact says of itself; the pods with ephemeral containers are a genuine cluster's.</summary>
public sealed class ArtifactReaderTests
{
    [Fact]
    public void Each_ephemeral_container_has_the_client_that_added_it()
    {
        IReadOnlyList<DebugArtifact> found = Find(Genuine("pod-after-several-ephemerals.json"));
        Assert.All(found, one => Assert.Equal(DebugArtifactKind.EphemeralContainer, one.Kind));
        // "capture" is the client that recorded the cluster's answers; it added one in the name of kubectl-debug.
        Assert.Equal([("kubectl", "kubectl-debug", "fm")], found.Where(one => one.CreatedBy != "capture").Select(one => (one.Tool, one.CreatedBy, one.Container!)));
        Assert.Contains(found, one => (one.Tool, one.CreatedBy, one.Container) == ("capture", "capture", "debugger-1"));
    }

    [Fact]
    public void A_running_container_has_its_state_its_image_and_its_age()
    {
        DebugArtifact one = Assert.Single(Find(Genuine("pod-ephemeral-running.json")));
        Assert.Equal(("debugger-1", "Running", "busybox:latest"), (one.Container, one.State, one.Image));
        Assert.Equal(one.Created, one.Started < one.Created ? one.Started : one.Created);
        Assert.Equal(DateTimeOffset.Parse("2026-11-22T18:45:00Z", System.Globalization.CultureInfo.InvariantCulture), one.Created);
        Assert.Equal(("lab", "/lab.yaml"), (one.Context, one.KubeConfig));
        Assert.NotNull(one.PodUid);
        Assert.Equal($"{one.Namespace}/{one.Pod}/debugger-1", one.ToString());
    }

    [Theory]
    [InlineData("pod-ephemeral-terminated-sigkill-137.json", "Error")]
    [InlineData("pod-ephemeral-waiting-ErrImagePull.json", "ErrImagePull")]
    public void The_state_is_in_the_words_of_kubectl(string file, string state) => Assert.Contains(state, Find(Genuine(file)).Select(one => one.State));

    [Theory]
    [InlineData("headlamp-debug-1", "Mozilla", "Headlamp")]
    [InlineData("cdebug-1a2b3c4d", "cdebug", "cdebug")]
    [InlineData("cdebug-tools", "kubectl", "kubectl")]
    [InlineData("debugger-x5k2p", "EphemeralDebug", "EphemeralDebug")]
    [InlineData("debugger-x5k2p", "kubectl", "kubectl")]
    [InlineData("debugger-x5k2p", "kubectl.exe", "kubectl")]
    [InlineData("debugger-x5k2p", "okteto", "okteto")]
    [InlineData("debugger-x5k2p", null, "unknown")]
    public void The_tool_of_a_container_is_told_by_its_name_or_by_its_client(string container, string? manager, string tool) =>
        Assert.Equal((tool, manager), (Debugged(container, manager).Tool, Debugged(container, manager).CreatedBy));

    [Fact]
    public void A_sidecar_is_no_artifact() => Assert.Empty(Find(
        """{"metadata":{"name":"web-0","namespace":"shop"},"spec":{"initContainers":[{"name":"debugger-x5k2p","image":"busybox","restartPolicy":"Always"}],"containers":[{"name":"app"}]}}"""));

    [Fact]
    public void Without_managed_fields_the_start_tells_the_age()
    {
        DebugArtifact one = Assert.Single(Find("""
            {"metadata":{"name":"web-0","namespace":"shop","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{"name":"app"}],"ephemeralContainers":[{"name":"a","image":"b"}]},
             "status":{"ephemeralContainerStatuses":[{"name":"a","state":{"running":{"startedAt":"2026-01-05T08:00:00Z"}}}]}}
            """));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero), one.Created);
        Assert.Null(Assert.Single(Find("""{"metadata":{"name":"web-0","namespace":"shop"},"spec":{"ephemeralContainers":[{"name":"a"}]}}""")).Age);
    }

    [Fact]
    public void A_pod_ends_its_deadline_after_the_kubelet_first_saw_it()
    {
        JsonObject pod = Read(Ours).With("metadata|creationTimestamp", "\"2026-01-05T08:00:00Z\"");
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero), Assert.Single(Find(pod.ToJsonString())).Expires);
        pod.With("status|startTime", "\"2026-01-05T08:30:00Z\"");
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 9, 30, 0, TimeSpan.Zero), Assert.Single(Find(pod.ToJsonString())).Expires);
        Assert.Null(Assert.Single(Find(K9s)).Expires);
    }

    [Fact]
    public void A_pod_tells_the_container_that_one_enters_and_who_made_it()
    {
        JsonObject pod = Read(Ours).With("metadata|managedFields", """
            [{"manager":"kubelet","operation":"Update","time":"2026-01-05T08:00:00Z","fieldsV1":{"f:status":{}}},
             {"manager":"EphemeralDebug","operation":"Update","time":"2026-01-05T08:00:00Z","fieldsV1":{"f:metadata":{},"f:spec":{}}},
             {"manager":"kubectl-label","operation":"Update","time":"2026-01-06T08:00:00Z","fieldsV1":{"f:metadata":{}}}]
            """);
        DebugArtifact one = Assert.Single(Find(pod.ToJsonString()));
        Assert.Equal(("debugger-4xz", "busybox", "EphemeralDebug"), (one.Container, one.Image, one.CreatedBy));
    }

    [Fact]
    public void A_container_in_a_debugging_pod_says_that_it_goes_with_it()
    {
        IReadOnlyList<DebugArtifact> found = Find(Read(K9s).With("spec|ephemeralContainers", """[{"name":"a","image":"b"}]""").ToJsonString());
        Assert.Equal([(DebugArtifactKind.NodePod, false), (DebugArtifactKind.EphemeralContainer, true)], found.Select(one => (one.Kind, one.InDebugPod)));
    }

    [Fact]
    public void What_a_pod_says_cannot_act_on_the_terminal()
    {
        JsonObject pod = Read(Ours).With("metadata|annotations|ephemeraldebug~1source".Replace("~1", "/", StringComparison.Ordinal), "\"pod/\\u001b[2Jshop\"")
            .With("metadata|managedFields", """[{"manager":"a\u001b[2Jb","fieldsV1":{"f:spec":{}}}]""");
        DebugArtifact one = Assert.Single(Find(pod.ToJsonString()));
        Assert.Equal(("pod/shop", "ab"), (one.Source, one.CreatedBy));
    }

    [Theory]
    [InlineData("node-debug-x5k2p", """{"app.kubernetes.io/managed-by":"EphemeralDebug"}""", """{"ephemeraldebug/source":"node/w1","ephemeraldebug/expires":"2026-01-05T08:00:00Z"}""", "EphemeralDebug")]
    [InlineData("openshift-debug-x5k2p", """{"pod-security.kubernetes.io/enforce":"privileged"}""", "{}", "oc")]
    [InlineData("node-debug-x5k2p", """{"app.kubernetes.io/managed-by":"EphemeralDebug"}""", "{}", null)]
    [InlineData("node-debug-x5k2p", "{}", """{"ephemeraldebug/source":"node/w1"}""", null)]
    [InlineData("openshift-debug-x5k2p", "{}", "{}", null)]
    [InlineData("openshift-debug-tools", """{"pod-security.kubernetes.io/enforce":"privileged"}""", "{}", null)]
    [InlineData("shop", """{"pod-security.kubernetes.io/enforce":"privileged"}""", "{}", null)]
    public void A_namespace_needs_more_than_a_name(string name, string labels, string annotations, string? tool)
    {
        JsonObject json = Read("""{"metadata":{"name":"@name","uid":"n-1","labels":@labels,"annotations":@annotations},"status":{"phase":"Active"}}""".Replace("@name", name, StringComparison.Ordinal).Replace("@labels", labels, StringComparison.Ordinal).Replace("@annotations", annotations, StringComparison.Ordinal));
        DebugArtifact? found = NamespaceMarks.Find(json, "lab", null);
        Assert.Equal(tool, found?.Tool);
        if (found is null) return;
        Assert.Equal((DebugArtifactKind.Namespace, name, "Active", "n-1", null), (found.Kind, found.Namespace, found.State, found.NamespaceUid, found.Pod));
        Assert.Equal(tool == "EphemeralDebug" ? new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero) : null, found.Expires);
    }

    private static DebugArtifact Debugged(string container, string? manager)
    {
        JsonObject pod = Read($$"""{"metadata":{"name":"web-0","namespace":"shop"},"spec":{"containers":[{"name":"app"}],"ephemeralContainers":[{"name":"{{container}}","image":"busybox"} ] } }""");
        if (manager is not null)
        {
            pod["metadata"]!["managedFields"] = new JsonArray(new JsonObject
            {
                ["manager"] = manager,
                ["subresource"] = "ephemeralcontainers",
                ["fieldsV1"] = new JsonObject { ["f:spec"] = new JsonObject { ["f:ephemeralContainers"] = new JsonObject { ["k:{\"name\":\"" + container + "\"}"] = new JsonObject() } } },
            });
        }

        return Assert.Single(Find(pod.ToJsonString()));
    }

    private static IReadOnlyList<DebugArtifact> Find(string json) => new ArtifactReader("lab", "/lab.yaml").Read(Encoding.UTF8.GetBytes(json)).Found;

    private static string Genuine(string file)
    {
        JsonNode read = JsonNode.Parse(Api.Data.Text(file))!;
        return (read["body"] ?? read).ToJsonString();
    }
}
