using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What <c>kubectl debug --copy-to</c> 1.36 did with each case of the mode copy, held against what this module makes of it.</summary>
public sealed class CopyCaseTests
{
    /// <summary>
    /// The cases that are decided differently, each with its reason; beside <see cref="PodShape"/>, which holds for all. A test asserts that
    /// each really differs.
    /// </summary>
    private static readonly Dictionary<string, string> s_decidedDifferently = new(StringComparer.Ordinal)
    {
        ["copy-setimage-only-skips-profile"] = "a copy whose images alone are changed loses its labels and probes too: with them the workload's controller would take it for its own",
        ["copy-setimage-unknown-name-ignored"] = "an image for a container that does not exist is refused",
        ["copy-setimage-plus-unknown-container-drops-args"] = "a container that does not exist is refused; kubectl drops the command in silence",
        ["copy-container-is-init-custom-fails"] = "a custom profile is merged into an init container too",
        ["copy-full-keep-all"] = "scheduling gates go where the node is given, since the server refuses both together",
        ["val-copy-no-image"] = "the image is busybox where none is given",
    };

    private static readonly Dictionary<string, string> s_notExpressible = new(StringComparer.Ordinal)
    {
        ["val-copy-target-swallows-flag"] = "PowerShell takes no parameter for a value",
        ["val-set-image-no-equals"] = "the parameter's type is a hashtable",
        ["val-attach-implicit-not-checked"] = "attaching is not the matter of these functions",
        ["val-eph-replace"] = "a parameter of the other cmdlet",
        ["val-eph-same-node"] = "a parameter of the other cmdlet",
        ["val-eph-set-image"] = "a parameter of the other cmdlet",
        ["val-order-same-node-before-set-image"] = "a parameter of the other cmdlet",
    };

    public static TheoryData<string> Generated => Cases("generate");

    public static TheoryData<string> Profiles => Cases("profile");

    public static TheoryData<string> Admitted => Cases("psa");

    public static TheoryData<string> Lived => Cases("e2e");

    /// <summary>Cases that carry the mode "any" and have a copy's flags.</summary>
    public static TheoryData<string> Any => new(DebugCase.All.Values.Where(item => item.Mode == "any" && item.Level is "validate" or "options" && IsOfCopy(item)
        && !s_notExpressible.ContainsKey(item.Id)).Select(item => item.Id));

    [Theory]
    [MemberData(nameof(Generated))]
    public void Generates_what_kubectl_generates(string id)
    {
        DebugCase item = DebugCase.All[id];
        PodCopyPlan? plan = null;
        DebugException? failure = null;
        try
        {
            plan = Build(item);
        }
        catch (DebugException caught)
        {
            failure = caught;
        }

        JsonObject? expected = (item.Expect as JsonObject)?["pod"] is JsonObject pod ? PodShape.OfKubectl(pod) : null;
        if (s_decidedDifferently.ContainsKey(id))
        {
            Assert.False(plan is not null && expected is not null && JsonNode.DeepEquals(expected, PodShape.WithoutMarks(plan.Pod, SourceOf(item), plan.Container)), $"{id} is listed as decided differently, and is not.");
            return;
        }
        Assert.Null(failure);
        PodShape.Same(expected!, PodShape.WithoutMarks(plan!.Pod, SourceOf(item), plan.Container));
        Assert.Equal((string?)item.Expect!["debugContainer"] ?? "", plan.Container ?? "");
        Assert.Equal(item.ErrorOutput.Contains("is deprecated", StringComparison.Ordinal), plan.Warnings.Any(text => text.Contains("deprecated", StringComparison.Ordinal)));
        Assert.Equal(item.ErrorOutput.Contains("Non-root user is configured", StringComparison.Ordinal), plan.Warnings.Any(text => text.Contains("non-root", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("copy-setimage-unknown-name-ignored", "CopyContainerNotFound")]
    [InlineData("copy-setimage-plus-unknown-container-drops-args", "CopyContainerNotFound")]
    public void Refuses_what_the_table_says(string id, string errorId) =>
        Assert.Equal(errorId, Assert.Throws<DebugException>(() => Build(DebugCase.All[id])).ErrorId);

    [Fact]
    public void A_copy_with_other_images_alone_is_stripped_as_every_other()
    {
        DebugCase item = DebugCase.All["copy-setimage-only-skips-profile"];
        JsonObject expected = PodShape.OfKubectl(item.Expect!["pod"]!.AsObject());
        foreach (string name in new[] { "labels", "annotations" })
            expected["metadata"]!.AsObject().Remove(name);
        foreach (string probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
            expected["spec"]!["containers"]![0]!.AsObject().Remove(probe);
        expected["spec"]!["shareProcessNamespace"] = true;
        PodShape.Same(expected, PodShape.WithoutMarks(Build(item).Pod, SourceOf(item), container: null));
    }

    [Fact]
    public void A_copy_on_the_same_node_has_no_scheduling_gates()
    {
        DebugCase item = DebugCase.All["copy-full-keep-all"];
        JsonObject expected = PodShape.OfKubectl(item.Expect!["pod"]!.AsObject());
        Assert.True(expected["spec"]!.AsObject().Remove("schedulingGates"));
        PodCopyPlan plan = Build(item);
        PodShape.Same(expected, PodShape.WithoutMarks(plan.Pod, SourceOf(item), "probe1"));
        Assert.Contains(plan.LeftOut, text => text.StartsWith("schedulingGates", StringComparison.Ordinal));
    }

    [Fact]
    public void A_custom_profile_reaches_an_init_container() =>
        Assert.Equal("/w", (string?)Build(DebugCase.All["copy-container-is-init-custom-fails"]).Pod["spec"]!["initContainers"]![0]!["workingDir"]);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Applies_profiles_as_kubectl_does(string id)
    {
        DebugCase item = DebugCase.All[id];
        JsonObject pod = item.Pod();
        JsonObject container = pod["spec"]!["containers"]!.AsArray().Single(one => (string?)one!["name"] == (string?)item.Json["container"])!.AsObject();
        PodProfile.ApplyToCopy(Enum.Parse<DebugProfile>((string)item.Json["profile"]!, ignoreCase: true), pod, container, new PodCopyOptions());
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
        JsonObject source = item.Pod(), pod = Build(item).Pod, spec = pod["spec"]!.AsObject();
        JsonArray containers = spec["containers"]!.AsArray();
        foreach ((string name, JsonNode? expected) in item.Expect!.AsObject())
        {
            switch (name)
            {
                case "labels" or "annotations":
                    string? kept = pod["metadata"]![name]?[source["metadata"]!["labels"] is null ? "" : name == "labels" ? "run" : "t"]?.ToString();
                    Assert.Equal(expected is not null, kept is not null);
                    break;
                case "probes":
                    Assert.Equal((string?)expected == "kept", containers[0]!["livenessProbe"] is not null && containers[0]!["readinessProbe"] is not null && containers[0]!["startupProbe"] is not null);
                    break;
                case "initContainers":
                    Assert.Equal(expected?.AsArray().Select(one => (string?)one), (spec[name] as JsonArray)?.Select(one => (string?)one!["name"]));
                    break;
                case "shareProcessNamespace":
                    Assert.Equal((bool?)expected, (bool?)spec[name]);
                    break;
                case "containers":
                    Assert.Equal(expected!.AsArray().Select(one => (string?)one), containers.Select(one => (string?)one!["name"]));
                    break;
                case "images":
                    Assert.Equal(expected!.AsArray().Select(one => (string?)one), containers.Select(one => (string?)one!["image"]));
                    break;
                case "containers[0].securityContext":
                    Assert.Null(containers[0]!["securityContext"]);
                    break;
                case "pods":
                    Assert.Contains((string?)pod["metadata"]!["name"], expected!.AsArray().Select(one => (string?)one));
                    break;
                default:
                    Assert.Equal("note", name);
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Any))]
    public void Takes_and_refuses_what_kubectl_does(string id)
    {
        DebugCase item = DebugCase.All[id];
        PodCopyOptions options = item.Parse().Copy;
        if (s_decidedDifferently.ContainsKey(id))
        {
            Assert.NotEmpty(item.Errors);
            Assert.Equal("busybox", (string?)Build(options, SomeContainers()).Pod["spec"]!["containers"]!.AsArray()[^1]!["image"]);
            return;
        }
        if (item.Errors.Length > 0)
        {
            Assert.Equal(options.Target is null ? "InvalidImageReference" : "TargetForCopy", Assert.Throws<DebugException>(() => PodCopy.Validate(options)).ErrorId);
            return;
        }
        PodCopyPlan plan = Build(options, SomeContainers());
        JsonObject? container = plan.Pod["spec"]!["containers"]!.AsArray().Select(one => one!.AsObject()).SingleOrDefault(one => (string?)one["name"] == plan.Container);
        foreach ((string name, JsonNode? value) in item.Expect!["options"]!.AsObject())
        {
            JsonNode? actual = name switch
            {
                "copyTo" => plan.Pod["metadata"]!["name"],
                "image" or "stdin" or "tty" => container![name],
                "args" => container!["command"],
                "container" => container!["name"],
                "shareProcesses" => plan.Pod["spec"]!["shareProcessNamespace"],
                "setImages" => new JsonObject(options.SetImage.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                _ => value,
            };
            Assert.True(JsonNode.DeepEquals(value, actual), $"{name}: {actual?.ToJsonString()}");
        }
    }

    [Fact]
    public void Every_case_has_its_place()
    {
        // Requests in their order are the matter of the tests of the use case.
        Dictionary<string, int> levels = DebugCase.All.Values.Where(item => item.Mode == "copy").GroupBy(item => item.Level).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(new Dictionary<string, int> { ["generate"] = 44, ["profile"] = 6, ["psa"] = 11, ["e2e"] = 6, ["sequence"] = 5 }, levels);
        Assert.All(s_decidedDifferently.Keys.Concat(s_notExpressible.Keys), id => Assert.True(DebugCase.All.ContainsKey(id), id));
        Assert.Equal(9, Any.Count);
    }

    private static bool IsOfCopy(DebugCase item)
    {
        string[] flags = ["--copy-to", "--replace", "--same-node", "--set-image", "--share-processes"];
        return !item.Flags.Any(flag => flag.StartsWith("node/", StringComparison.Ordinal)) && item.Flags.Any(flag => flags.Any(name => flag.StartsWith(name, StringComparison.Ordinal)));
    }

    private static PodCopyPlan Build(DebugCase item) => Build(item.Parse().Copy, item.Pod());

    private static PodCopyPlan Build(PodCopyOptions options, JsonObject pod)
    {
        int drawn = 0;
        PodCopy.Validate(options);
        return PodCopy.Build(CopySource.FromPod(pod), options, options.Profile, () => (++drawn).ToString(CultureInfo.InvariantCulture));
    }

    private static string SourceOf(DebugCase item) => CopySource.FromPod(item.Pod()).ToString();

    private static JsonObject SomeContainers() => JsonNode.Parse("""
        {"metadata":{"name":"web-0","namespace":"shop"},"spec":{"containers":[{"name":"web","image":"w"},{"name":"proxy","image":"p"},{"name":"a","image":"i"},{"name":"b","image":"i"}]}}
        """)!.AsObject();

    private static TheoryData<string> Cases(string level) => new(DebugCase.All.Values.Where(item => item.Level == level && item.Mode == "copy").Select(item => item.Id));
}
