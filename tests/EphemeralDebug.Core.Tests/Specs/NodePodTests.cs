using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What the pod of a node can do beyond kubectl's.</summary>
public sealed class NodePodTests
{
    private static readonly JsonObject s_windows = Json("""{"metadata":{"name":"win-1","labels":{"kubernetes.io/os":"windows"}}}""");

    [Fact]
    public void A_plain_request_makes_a_small_pod_of_the_profile_General()
    {
        NodePodPlan plan = Build(new());
        JsonObject container = Container(plan);
        Assert.Equal(("node-debugger-worker-1-xyz", "debugger", DebugProfile.General), (plan.Name, plan.Container, plan.Profile));
        Assert.Equal("busybox", (string?)container["image"]);
        Assert.Equal("""{"requests":{"cpu":"100m","memory":"256Mi"},"limits":{"cpu":"100m","memory":"256Mi"}}""", container["resources"]!.ToJsonString());
        Assert.Equal("""[{"name":"host-root","mountPath":"/host"}]""", container["volumeMounts"]!.ToJsonString());
        Assert.Equal("""{"app.kubernetes.io/managed-by":"EphemeralDebug"}""", plan.Pod["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("""{"ephemeraldebug/source":"node/worker-1","ephemeraldebug/source-uid":"n-1"}""", plan.Pod["metadata"]!["annotations"]!.ToJsonString());
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void A_host_shell_is_on_the_node_itself()
    {
        NodePodPlan plan = Build(new() { HostShell = true, Stdin = true, Tty = true });
        JsonObject container = Container(plan);
        Assert.Equal((DebugProfile.Sysadmin, true), (plan.Profile, (bool?)container["securityContext"]!["privileged"]));
        Assert.Equal((true, true, true), ((bool?)Spec(plan)["hostPID"], (bool?)Spec(plan)["hostNetwork"], (bool?)Spec(plan)["hostIPC"]));
        Assert.Equal(["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--", "sh", "-c"], Words(container).SkipLast(1));
        Assert.Equal((null, null), (container["volumeMounts"], Spec(plan)["volumes"]));
        Assert.Equal(["--", "uname", "-a"], Words(Container(Build(new() { HostShell = true, Command = ["uname", "-a"] }))).TakeLast(3));
    }

    [Fact]
    public void The_hosts_files_can_be_for_reading_alone() =>
        Assert.Equal("""[{"name":"host-root","mountPath":"/host","readOnly":true}]""", Container(Build(new() { ReadOnlyHost = true }))["volumeMounts"]!.ToJsonString());

    [Fact]
    public void Options_come_into_the_pod()
    {
        NodePodPlan plan = Build(new()
        {
            Container = "dbg", Image = "tools:1", ImagePullPolicy = ImagePullPolicy.Never, ImagePullSecret = ["reg"], Namespace = "debug", Env = [new("A", "1")],
            Stdin = true, StdinOnce = true, Cpu = "1", Memory = null, ExpireAfter = TimeSpan.FromHours(8), CustomProfile = Json("""{"env":[{"name":"B","value":"2"}]}"""),
        });
        JsonObject container = Container(plan);
        Assert.Equal(("dbg", "tools:1", "Never", true, true), (plan.Container, (string?)container["image"], (string?)container["imagePullPolicy"], (bool?)container["stdin"], (bool?)container["stdinOnce"]));
        Assert.Equal("""{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}""", container["resources"]!.ToJsonString());
        Assert.Equal(["B", "A"], container["env"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Equal(("debug", 28800L, """[{"name":"reg"}]"""), ((string?)plan.Pod["metadata"]!["namespace"], (long?)Spec(plan)["activeDeadlineSeconds"], Spec(plan)["imagePullSecrets"]!.ToJsonString()));
    }

    [Fact]
    public void A_node_of_Windows_gets_a_process_of_the_host()
    {
        NodePodPlan plan = Build(new(), s_windows);
        JsonNode spec = Spec(plan);
        Assert.Equal((DebugProfile.Sysadmin, NodePodOptions.WindowsImage), (plan.Profile, (string?)Container(plan)["image"]));
        Assert.Equal(["powershell.exe", "-NoLogo"], Words(Container(plan)));
        Assert.Equal("""{"windowsOptions":{"hostProcess":true,"runAsUserName":"NT AUTHORITY\\SYSTEM"}}""", spec["securityContext"]!.ToJsonString());
        Assert.Equal(("windows", true), ((string?)spec["os"]!["name"], (bool?)spec["hostNetwork"]));
        foreach (string name in new[] { "hostPID", "hostIPC", "volumes" })
            Assert.Null(spec[name]);
        Assert.Null(Container(plan)["securityContext"]);
        Assert.Contains("hostProcess", PodSecurity.Describe(PodSecurity.Evaluate("baseline", "latest", plan.Pod)), StringComparison.Ordinal);
        Assert.Equal(["cmd.exe"], Words(Container(Build(new() { Command = ["cmd.exe"] }, s_windows))));
        Assert.Equal("host shell", Assert.Single(Build(new() { HostShell = true }, s_windows).LeftOut).Split(':')[0]);
    }

    [Theory]
    [InlineData(DebugProfile.General)]
    [InlineData(DebugProfile.Restricted)]
    [InlineData(DebugProfile.Netadmin)]
    [InlineData(DebugProfile.Legacy)]
    public void A_profile_of_Linux_is_refused_on_Windows(DebugProfile profile) =>
        Assert.Equal("ProfileNotForWindows", Assert.Throws<DebugException>(() => Build(new() { Profile = profile }, s_windows)).ErrorId);

    [Fact]
    public void The_name_is_never_too_long()
    {
        string node = string.Join('.', Enumerable.Repeat(new string('a', 49), 5));
        NodePodPlan plan = Build(new(), new JsonObject { ["metadata"] = new JsonObject { ["name"] = node } });
        Assert.True(NameRules.IsSubdomain(plan.Name), plan.Name);
        Assert.Equal(node, (string?)Spec(plan)["nodeName"]);
    }

    [Fact]
    public void It_warns_of_a_node_that_may_not_start_it()
    {
        JsonObject node = Json("""{"metadata":{"name":"n","labels":{"type":"virtual-kubelet"}},"status":{"conditions":[{"type":"Ready","status":"Unknown","reason":"NodeStatusUnknown"}]}}""");
        Assert.Equal(2, Build(new(), node).Warnings.Count);
    }

    public static TheoryData<string, NodePodOptions> Invalid => new()
    {
        { "InvalidContainerName", new() { Container = "A" } },
        { "InvalidNamespaceName", new() { Namespace = "A" } },
        { "InvalidImageReference", new() { Image = "A" } },
        { "InvalidEnvironmentName", new() { Env = [new("", "1")] } },
        { "TtyNeedsStdin", new() { Tty = true } },
        { "InvalidDeadline", new() { ExpireAfter = TimeSpan.FromSeconds(-1) } },
        { "InvalidQuantity", new() { Cpu = "lots" } },
        { "InvalidQuantity", new() { Memory = "64 MB" } },
        { "ParametersExclude", new() { HostShell = true, ReadOnlyHost = true } },
        { "ParametersExclude", new() { HostShell = true, ArgumentsOnly = true } },
        { "HostShellNeedsSysadmin", new() { HostShell = true, Profile = DebugProfile.General } },
        { "ReadOnlyHostWithoutMount", new() { ReadOnlyHost = true, Profile = DebugProfile.Restricted } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Options_that_can_be_right_for_no_node_are_refused(string errorId, NodePodOptions options)
    {
        DebugException failure = Assert.Throws<DebugException>(() => NodePod.Validate(options));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.NotEmpty(failure.Advice);
    }

    public static TheoryData<string, NodePodOptions> Hosts => new()
    {
        { "The node's files are under /host. For the node's own tools: -HostShell, or chroot /host with -Profile Sysadmin", new() },
        { "The node's files are under /host, for reading alone. For the node's own tools: chroot /host", new() { ReadOnlyHost = true, Profile = DebugProfile.Sysadmin } },
        { "It is on the node itself, with the node's own files, processes and tools.", new() { HostShell = true } },
        { "The profile Baseline does not show the node's files. -Profile General has them under /host; -HostShell is on the node itself.", new() { Profile = DebugProfile.Baseline } },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Where_the_nodes_files_are_is_told(string text, NodePodOptions options) => Assert.Equal(text, Build(options).HostFiles);

    [Fact]
    public void On_Windows_the_nodes_files_are_where_they_are() => Assert.Contains(@"C:\.", Build(new(), s_windows).HostFiles, StringComparison.Ordinal);

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    private static JsonNode Spec(NodePodPlan plan) => plan.Pod["spec"]!;

    private static JsonObject Container(NodePodPlan plan) => Spec(plan)["containers"]![0]!.AsObject();

    private static IEnumerable<string?> Words(JsonObject container) => container["command"]!.AsArray().Select(word => (string?)word);

    private static NodePodPlan Build(NodePodOptions options, JsonObject? node = null)
    {
        NodePod.Validate(options);
        return NodePod.Build(node ?? Json("""{"metadata":{"name":"worker-1","uid":"n-1","labels":{"kubernetes.io/os":"linux"}},"status":{"conditions":[{"type":"Ready","status":"True"}]}}"""), options, () => "xyz");
    }
}
