using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What <c>kubectl debug node/NAME</c> 1.36 did with each case of the mode node, held against what this module makes of it.</summary>
public sealed class NodeCaseTests
{
    public static TheoryData<string> Generated => Cases("generate");

    public static TheoryData<string> Profiles => Cases("profile");

    public static TheoryData<string> Admitted => Cases("psa");

    public static TheoryData<string> Lived => Cases("e2e");

    [Theory]
    [MemberData(nameof(Generated))]
    public void Generates_what_kubectl_generates(string id)
    {
        DebugCase item = DebugCase.All[id];
        NodePodPlan plan = Build(item);
        PodShape.Same(PodShape.OfKubectl(item.Expect!["pod"]!.AsObject(), isCopy: false), PodShape.WithoutMarks(plan.Pod, $"node/{item.Json["inputNode"]!["metadata"]!["name"]}", container: null));
        Assert.Equal((string?)item.Expect["debugContainer"], plan.Container);
        Assert.Equal(item.ErrorOutput.Contains("is deprecated", StringComparison.Ordinal), plan.Warnings.Any(text => text.Contains("deprecated", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Applies_profiles_as_kubectl_does(string id)
    {
        DebugCase item = DebugCase.All[id];
        JsonObject pod = item.Pod();
        PodProfile.ApplyToNode(Enum.Parse<DebugProfile>((string)item.Json["profile"]!, ignoreCase: true), pod, pod["spec"]!["containers"]![0]!.AsObject());
        PodShape.Same(item.Expect!["pod"]!.AsObject(), pod);
    }

    [Theory]
    [MemberData(nameof(Admitted))]
    public void Foretells_what_pod_security_says(string id)
    {
        DebugCase item = DebugCase.All[id];
        string[] enforced = ((string)item.Json["namespaceEnforce"]!).Split(':');
        Assert.Equal(item.Errors.SingleOrDefault() ?? "", PodSecurity.Describe(PodSecurity.Evaluate(enforced[0], enforced[1], Build(item).Pod)));
    }

    [Theory]
    [MemberData(nameof(Lived))]
    public void Leaves_behind_what_the_shell_tests_found(string id)
    {
        DebugCase item = DebugCase.All[id];
        JsonObject spec = Build(item).Pod["spec"]!.AsObject();
        JsonObject container = Assert.Single(spec["containers"]!.AsArray())!.AsObject();
        foreach ((string name, JsonNode? expected) in item.Expect!.AsObject())
        {
            JsonNode? actual = name switch
            {
                "nodeName" or "hostNetwork" or "hostPID" or "hostIPC" => spec[name],
                "mount" => container["volumeMounts"]![0]!["mountPath"],
                "hostPath" => spec["volumes"]![0]!["hostPath"]!["path"],
                "securityContext" => container[name],
                _ => expected,
            };
            Assert.True(JsonNode.DeepEquals(expected, actual), $"{name}: {actual?.ToJsonString()}");
        }
        if ((bool?)item.Expect["alsoInRestrictedNamespace"] == true)
            Assert.Empty(PodSecurity.Evaluate("restricted", "latest", Build(item).Pod));
    }

    [Fact]
    public void Options_of_an_interactive_session_are_carried_over()
    {
        JsonObject container = Build(DebugCase.All["opt-node-it"]).Pod["spec"]!["containers"]![0]!.AsObject();
        Assert.Equal(("toolbox:3", true, true), ((string?)container["image"], (bool?)container["stdin"], (bool?)container["tty"]));
    }

    [Fact]
    public void Every_case_has_its_place()
    {
        // Requests in their order are the matter of the tests of the use case.
        Dictionary<string, int> levels = DebugCase.All.Values.Where(item => item.Mode == "node").GroupBy(item => item.Level).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(new Dictionary<string, int> { ["generate"] = 14, ["profile"] = 6, ["psa"] = 9, ["e2e"] = 4, ["sequence"] = 2 }, levels);
    }

    private static NodePodPlan Build(DebugCase item)
    {
        KubectlFlags flags = item.Parse();
        NodePod.Validate(flags.Node);
        JsonObject node = item.Json["inputNode"]?.DeepClone().AsObject() ?? new() { ["metadata"] = new JsonObject { ["name"] = flags.Targets.Single()["node/".Length..] } };
        return NodePod.Build(node, flags.Node, () => "1");
    }

    private static TheoryData<string> Cases(string level) => new(DebugCase.All.Values.Where(item => item.Level == level && item.Mode == "node").Select(item => item.Id));
}
