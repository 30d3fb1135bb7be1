using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>The pods that a genuine kubectl 1.36 sent for copies and nodes, with every profile and keep flag, field by field.</summary>
public sealed class GenuinePodTests
{
    private static readonly JsonNode s_sources = Read("copies/sources.json");
    private static readonly JsonObject s_copies = Read("copies/requests.json").AsObject();
    private static readonly JsonObject s_nodes = Read("nodes/requests.json").AsObject();

    /// <summary>Only images were set: kubectl then keeps all that a copy loses otherwise, which this module does not (see <see cref="CopyCaseTests"/>).</summary>
    private static readonly string[] s_imagesAlone = ["general-set-image-all", "general-set-image-one"];

    public static TheoryData<string> Copies => new(s_copies.Select(entry => entry.Key));

    public static TheoryData<string> Nodes => new(s_nodes.Select(entry => entry.Key));

    [Theory]
    [MemberData(nameof(Copies))]
    public void Makes_the_copy_that_kubectl_made(string name)
    {
        JsonObject expected = PodShape.OfKubectl(s_copies[name]!["pod"]!.AsObject());
        KubectlFlags flags = Flags(s_copies[name]!);
        CopySource source = CopySource.FromPod(s_sources[flags.Targets.Single()]!.DeepClone().AsObject());
        PodCopy.Validate(flags.Copy);
        PodCopyPlan plan = PodCopy.Build(source, flags.Copy, flags.Profile, () => Suffix((string)expected["spec"]!["containers"]!.AsArray()[^1]!["name"]!));

        if (s_imagesAlone.Contains(name))
            Strip(expected);
        PodShape.Same(expected, PodShape.WithoutMarks(plan.Pod, $"pod/cap/{flags.Targets.Single()}", plan.Container));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Makes_the_pod_of_a_node_that_kubectl_made(string name)
    {
        JsonObject expected = PodShape.OfKubectl(s_nodes[name]!["pod"]!.AsObject(), isCopy: false);
        KubectlFlags flags = Flags(s_nodes[name]!);
        NodePodOptions options = flags.Node with { Namespace = "cap" };
        NodePod.Validate(options);
        NodePodPlan plan = NodePod.Build(Read("nodes/node.json").AsObject(), options, () => Suffix((string)expected["metadata"]!["name"]!));
        JsonObject actual = PodShape.WithoutMarks(plan.Pod, flags.Targets.Single(), container: null);
        actual["metadata"]!.AsObject().Remove("namespace"); // kubectl leaves it to the URL
        PodShape.Same(expected, actual);
    }

    private static KubectlFlags Flags(JsonNode request)
    {
        string[] words = ((string)request["command"]!).Split(' ');
        JsonObject? custom = words.Any(word => word.StartsWith("--custom", StringComparison.Ordinal))
            ? JsonNode.Parse("""{"env":[{"name":"CUSTOM","value":"yes"}],"securityContext":{"runAsUser":1000}}""")!.AsObject()
            : null;
        return KubectlFlags.Parse(words.SkipWhile(word => word != "debug").Skip(1).ToArray(), custom);
    }

    private static string Suffix(string name) => name[(name.LastIndexOf('-') + 1)..];

    private static void Strip(JsonObject pod)
    {
        pod["metadata"]!.AsObject().Remove("labels");
        pod["metadata"]!.AsObject().Remove("annotations");
        foreach (JsonNode? container in pod["spec"]!["containers"]!.AsArray())
            foreach (string probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
                container!.AsObject().Remove(probe);
        pod["spec"]!["shareProcessNamespace"] = true;
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file)))!;
}
