using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Specs;
using Xunit;
using static EphemeralDebug.Core.Tests.Artifacts.ToolPods;

namespace EphemeralDebug.Core.Tests.Artifacts;

/// <summary>What each tool's pods are known by, and what looks like one and is none.</summary>
public sealed class PodMarksTests
{
    private static readonly JsonObject s_nodes = Data("nodes/requests.json");
    private static readonly JsonObject s_copies = Data("copies/requests.json");

    public static TheoryData<string> GenuineNodes => new(s_nodes.Select(entry => entry.Key));

    public static TheoryData<string> GenuineCopies => new(s_copies.Select(entry => entry.Key));

    [Theory]
    [InlineData(Ours, "EphemeralDebug", DebugArtifactKind.PodCopy, "pod/shop/web-0")]
    [InlineData(OursOfNode, "EphemeralDebug", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(OcNode, "oc", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(OcCopy, "oc", DebugArtifactKind.PodCopy, "deployment/shop/web")]
    [InlineData(K9s, "k9s", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(NodeShell, "node-shell", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(Lens, "Lens", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(LensOnWindows, "Lens", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(Headlamp, "Headlamp", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(Kdashboard, "kdashboard", DebugArtifactKind.NodePod, "node/w1")]
    [InlineData(Ksniff, "ksniff", DebugArtifactKind.DebugPod, null)]
    [InlineData(Dumpy, "dumpy", DebugArtifactKind.DebugPod, "pod/shop/web-0")]
    [InlineData(Kpexec, "kpexec", DebugArtifactKind.DebugPod, null)]
    [InlineData(DebugAgent, "debug-agent", DebugArtifactKind.DebugPod, null)]
    public void The_pod_of_each_tool_is_known(string json, string tool, DebugArtifactKind kind, string? source)
    {
        DebugArtifact artifact = Assert.Single(Find(Read(json)));
        Assert.Equal((tool, kind, source), (artifact.Tool, artifact.Kind, artifact.Source));
        // What a controller makes is none of a tool's: deleting it would only make it come back.
        Assert.Empty(Find(Read(json).With("metadata|ownerReferences", """[{"kind":"ReplicaSet","name":"x","uid":"1","controller":true}]""")));
    }

    [Theory]
    [MemberData(nameof(GenuineNodes))]
    public void What_kubectl_makes_for_a_node_is_known_by_its_label_and_by_its_structure(string name)
    {
        JsonObject pod = s_nodes[name]!["pod"]!.DeepClone().AsObject();
        Assert.Equal([("kubectl", DebugArtifactKind.NodePod, "node/realk8s-node")], Find(pod).Select(one => (one.Tool, one.Kind, one.Source)));
        // kubectl up to 1.33 set no label; a container that the user named is too little then.
        bool isNamed = (string?)pod["spec"]!["containers"]![0]!["name"] != "debugger";
        Assert.Equal(isNamed ? 0 : 1, Find(pod.With("metadata|labels", null)).Count);
    }

    [Theory]
    [MemberData(nameof(GenuineCopies))]
    public void A_copy_of_kubectl_bears_no_mark(string name) => Assert.Empty(Find(s_copies[name]!["pod"]!.DeepClone().AsObject()));

    [Fact]
    public void What_this_module_makes_is_known()
    {
        JsonObject node = Read("""{"metadata":{"name":"w1","uid":"n-1"}}""");
        Assert.Equal(("EphemeralDebug", DebugArtifactKind.NodePod, "node/w1"), Single(NodePod.Build(node, new NodePodOptions(), () => "x5k2p").Pod));
        CopySource source = CopySource.FromPod(Read("""{"metadata":{"name":"web-0","namespace":"shop"},"spec":{"containers":[{"name":"app","image":"a"}]}}"""));
        Assert.Equal(("EphemeralDebug", DebugArtifactKind.PodCopy, "pod/shop/web-0"), Single(PodCopy.Build(source, new PodCopyOptions(), DebugProfile.General, () => "x5k2p").Pod));

        static (string, DebugArtifactKind, string?) Single(JsonObject pod)
        {
            DebugArtifact one = Assert.Single(Find(pod));
            return (one.Tool, one.Kind, one.Source);
        }
    }

    [Theory]
    [InlineData(K9s, "metadata|name", "\"k9s-shell-config\"")]
    [InlineData(K9s, "spec|containers", """[{"name":"app"}]""")]
    [InlineData(K9s, "spec|hostPID", null)]
    [InlineData(NodeShell, "metadata|name", "\"nsenter-agent-x9k2ab\"")]
    [InlineData(NodeShell, "spec|hostPID", null)]
    [InlineData(NodeShell, "spec|containers", """[{"name":"app"}]""")]
    [InlineData(Lens, "metadata|name", "\"node-shell-operator-7d9f8b6c5-x2v4q\"")]
    [InlineData(Lens, "spec|hostPID", "false")]
    [InlineData(Lens, "spec|containers", """[{"name":"operator"}]""")]
    [InlineData(Headlamp, "spec|nodeName", "\"w2\"")]
    [InlineData(Headlamp, "metadata|name", "\"node-shell-w1-tools\"")]
    [InlineData(Kdashboard, "metadata|labels", null)]
    [InlineData(Ksniff, "metadata|labels|app", "\"web\"")]
    [InlineData(Ksniff, "metadata|name", "\"sniffer-7fq2k\"")]
    [InlineData(Dumpy, "metadata|labels|component", "\"web\"")]
    [InlineData(Kpexec, "metadata|labels", null)]
    [InlineData(DebugAgent, "metadata|name", "\"debug-agent-pod-1\"")]
    [InlineData(DebugAgent, "spec|hostPID", null)]
    [InlineData(OcCopy, "metadata|annotations", null)]
    [InlineData(OcNode, "metadata", """{"name":"w1-debug-8xq2z","namespace":"shop"}""")]
    [InlineData(Ours, "metadata|labels", """{"app.kubernetes.io/managed-by":"Helm"}""")]
    [InlineData(Ours, "metadata", """{"name":"web-debug-abcde","namespace":"shop","labels":{"app":"web"}}""")]
    public void What_only_looks_like_one_is_none(string json, string path, string? value) => Assert.Empty(Find(Read(json).With(path, value)));

    [Theory]
    [InlineData("metadata|name", "\"node-debugger-w1-tools\"")] // a, o: not of the alphabet
    [InlineData("metadata|name", "\"node-debugger-w1\"")]
    [InlineData("spec|nodeName", "\"w2\"")]
    [InlineData("spec|nodeName", null)]
    [InlineData("spec|tolerations", """[{"key":"a","operator":"Exists"}]""")]
    [InlineData("spec|containers", """[{"name":"agent"}]""")]
    [InlineData("spec|restartPolicy", "\"Always\"")]
    public void A_name_alone_makes_no_pod_of_a_node(string path, string? value)
    {
        const string Old = """{"metadata":{"name":"node-debugger-w1-x5k2p"},"spec":{"nodeName":"w1","restartPolicy":"Never","tolerations":[{"operator":"Exists"}],"containers":[{"name":"debugger"}]}}""";
        Assert.Single(Find(Read(Old)));
        Assert.Empty(Find(Read(Old).With(path, value)));
    }

    [Fact]
    public void Every_tool_can_be_asked_for_by_its_name() => Assert.Equal(
        ["EphemeralDebug", "Headlamp", "Lens", "cdebug", "debug-agent", "dumpy", "k9s", "kdashboard", "kpexec", "ksniff", "kubectl", "node-shell", "oc"],
        FindArtifacts.KnownTools.Order(StringComparer.Ordinal));

    private static IReadOnlyList<DebugArtifact> Find(JsonObject pod) => new ArtifactReader("lab", null).Read(Encoding.UTF8.GetBytes(pod.ToJsonString())).Found;

    private static JsonObject Data(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file)))!.AsObject();
}
