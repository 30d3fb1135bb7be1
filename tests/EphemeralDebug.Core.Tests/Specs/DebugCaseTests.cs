using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What <c>kubectl debug</c> 1.36 did with each case of the mode ephemeral, held against what this module makes of it.</summary>
public sealed class DebugCaseTests
{
    /// <summary>The cases that are decided differently, each with its reason. A test asserts that each really differs.</summary>
    private static readonly Dictionary<string, string> s_decidedDifferently = new(StringComparer.Ordinal)
    {
        ["eph-env-value-brackets"] = "a value that ends in ']' keeps it: kubectl loses it by mistake",
        ["eph-name-equals-container-no-client-check"] = "a name that is taken is refused before anything is sent",
        ["eph-custom-name-collides-first-match"] = "a name that is taken is refused before anything is sent; kubectl would change the old container's patch",
        ["eph-custom-resources-sent"] = "what the server forbids in an ephemeral container is refused before anything is sent",
        ["eph-custom-ports-sent"] = "what the server forbids in an ephemeral container is refused before anything is sent",
        ["eph-nil-pod-securitycontext"] = "kubectl crashes; a missing security context is an empty one",
        ["val-eph-args-no-image"] = "the image is busybox where none is given",
        ["val-attach-needs-image-or-container"] = "the image is busybox where none is given",
        ["val-pull-policy-case-sensitive"] = "PowerShell binds an enum's name in any case, and the container gets the right one",
        ["srv-empty-ec"] = "a name is drawn, and the image is busybox, where the specification has none",
    };

    /// <summary>Cases whose input cannot come as far as the functions that are tested here.</summary>
    private static readonly Dictionary<string, string> s_notExpressible = new(StringComparer.Ordinal)
    {
        ["val-bad-pull-policy"] = "the parameter's type has three values",
        ["val-unknown-profile"] = "the parameter's type has no such value",
        ["val-empty-profile"] = "the parameter's type has no such value",
        ["val-no-targets"] = "the pod is a mandatory parameter",
        ["val-bad-pull-policy-no-target"] = "the pod is a mandatory parameter",
        ["val-tty-no-stdin-no-target"] = "the pod is a mandatory parameter",
        ["opt-dash-first"] = "the pod is a mandatory parameter",
    };

    /// <summary>Cases about text and files, which have become objects before they come to the functions that are tested here.</summary>
    private static readonly Dictionary<string, string> s_readBefore = new(StringComparer.Ordinal)
    {
        ["val-custom-malformed"] = "JSON is read by the reader of files and parameters",
        ["val-custom-yaml-list"] = "YAML is read by the reader of files and parameters",
        ["val-custom-missing-file"] = "files are read by the reader of files and parameters",
        ["val-custom-empty-file"] = "files are read by the reader of files and parameters",
    };

    /// <summary>What the server has the say in, and no request of this module leads to or can foresee.</summary>
    private static readonly Dictionary<string, string> s_leftToTheServer = new(StringComparer.Ordinal)
    {
        ["srv-remove"] = "the patch only ever adds",
        ["srv-reorder-ok"] = "the patch only ever adds",
        ["srvput-remove-null"] = "the patch only ever adds",
        ["srvput-remove-empty"] = "the patch only ever adds",
        ["srvput-shrink"] = "the patch only ever adds",
        ["srvpatch-remove-merge"] = "the patch only ever adds",
        ["srvpatch-remove-json-index"] = "the patch only ever adds",
        ["srvpatch-remove-json-list"] = "the patch only ever adds",
        ["srvpatch-create-merge"] = "another patch type",
        ["srvpatch-create-json"] = "another patch type",
        ["srvpatch-add-merge-full-list"] = "another patch type",
        ["srvpatch-add-json-append"] = "another patch type",
        ["srv-windows-caps"] = "an explicit profile or specification for Windows: the server's words are the best",
        ["srv-windows-privileged"] = "an explicit profile or specification for Windows: the server's words are the best",
        ["srv-priv-and-no-escalation"] = "an explicit specification: the server's words are the best",
        ["srv-privileged-cluster-disallow"] = "a policy of that API server",
        ["srv-create-with-ec"] = "not a request for an ephemeral container",
        ["srv-create-windows-share-processes"] = "not a request for an ephemeral container",
        ["srv-create-share-and-hostpid"] = "not a request for an ephemeral container",
        ["srv-create-dup-container"] = "not a request for an ephemeral container",
        ["srv-podupdate-ec-via-main-resource"] = "not a request for an ephemeral container",
        ["srv-generation"] = "what the cluster does with it afterwards",
    };

    private static readonly (string Text, string ErrorId)[] s_validationErrors =
    [
        ("invalid image name", "InvalidImageReference"),
        ("-i/--stdin is required", "TtyNeedsStdin"),
        ("are not modifiable via custom profile", "CustomProfileFieldNotModifiable"),
    ];

    private static readonly (string Text, string ErrorId)[] s_serverErrors =
    [
        ("targetContainerName: Not found", "TargetNotFound"),
        ("name: Duplicate value", "ContainerNameTaken"),
        ("may not be changed", "ContainerNameTaken"),
        ("a lowercase RFC 1123 label", "InvalidContainerName"),
        ("image: Required value", "InvalidImageReference"),
        ("must not have leading or trailing whitespace", "InvalidImageReference"),
        ("cannot be set for an Ephemeral Container", "ContainerFieldForbidden"),
        ("volumeMounts[0].name: Not found", "VolumeNotFound"),
        ("static pods do not support ephemeral containers", "StaticPod"),
    ];

    public static TheoryData<string> Generated => Cases("generate", "ephemeral");

    public static TheoryData<string> Profiles => Cases("profile", "ephemeral");

    public static TheoryData<string> Validated => Cases("validate", "ephemeral", "any");

    public static TheoryData<string> Parsed => Cases("options", "any");

    public static TheoryData<string> Admitted => Cases("psa", "ephemeral");

    public static TheoryData<string> Served => Cases("server", "ephemeral", "any");

    [Theory]
    [MemberData(nameof(Generated))]
    public void Generates_what_kubectl_generates(string id)
    {
        DebugCase item = DebugCase.All[id];
        KubectlFlags flags = item.Parse();
        EphemeralContainerPlan? plan = null;
        DebugException? failure = null;
        try
        {
            plan = Build(item.Pod(), flags);
        }
        catch (DebugException caught)
        {
            failure = caught;
        }

        JsonObject? expected = item.Expect!["patch"]?.DeepClone().AsObject();
        bool isSame = plan is not null && expected is not null && JsonNode.DeepEquals(WithoutEmptyResources(expected), plan.Patch);
        if (s_decidedDifferently.ContainsKey(id))
        {
            Assert.False(isSame, $"{id} is listed as decided differently, and is not.");
            return;
        }
        Assert.True(failure is null, failure?.Message);
        Assert.True(isSame, $"expected {expected?.ToJsonString()}\nactual   {plan!.Patch.ToJsonString()}");
        Assert.Equal((string)item.Expect["debugContainer"]!, plan!.Name);
        Assert.Equal(item.ErrorOutput.Contains("Non-root user is configured", StringComparison.Ordinal), plan.Warnings.Any(text => text.Contains("non-root", StringComparison.Ordinal)));
        Assert.Equal(item.ErrorOutput.Contains("is deprecated", StringComparison.Ordinal), plan.Warnings.Any(text => text.Contains("deprecated", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("eph-env-value-brackets", null)]
    [InlineData("eph-name-equals-container-no-client-check", "ContainerNameTaken")]
    [InlineData("eph-custom-name-collides-first-match", "ContainerNameTaken")]
    [InlineData("eph-custom-resources-sent", "ContainerFieldForbidden")]
    [InlineData("eph-custom-ports-sent", "ContainerFieldForbidden")]
    [InlineData("eph-nil-pod-securitycontext", null)]
    public void Does_otherwise_what_the_table_says(string id, string? errorId)
    {
        DebugCase item = DebugCase.All[id];
        KubectlFlags flags = item.Parse();
        if (errorId is not null)
        {
            Assert.Equal(errorId, Assert.Throws<DebugException>(() => Build(item.Pod(), flags)).ErrorId);
            return;
        }
        JsonObject container = Build(item.Pod(), flags).Container;
        if (id == "eph-env-value-brackets")
        {
            Assert.Equal("[a]", (string?)container["env"]![0]!["value"]);
        }
        else
        {
            JsonObject pod = item.Pod();
            pod["spec"]!["securityContext"] = new JsonObject();
            Assert.True(JsonNode.DeepEquals(Build(pod, flags).Container, container));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Applies_profiles_as_kubectl_does(string id)
    {
        DebugCase item = DebugCase.All[id];
        JsonObject pod = item.Pod();
        string profile = (string)item.Json["profile"]!;
        SecurityProfile.Apply(Enum.Parse<DebugProfile>(profile, ignoreCase: true), pod["spec"]!["ephemeralContainers"]![0]!.AsObject());
        Assert.True(JsonNode.DeepEquals(item.Expect!["pod"]!["spec"], pod["spec"]), pod.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Validated))]
    public void Refuses_what_kubectl_refuses(string id)
    {
        DebugCase item = DebugCase.All[id];
        if (id is "val-unknown-profile" or "val-empty-profile")
        {
            Assert.False(Enum.TryParse<DebugProfile>(item.Flags[^1].Split('=')[1], ignoreCase: true, out _));
            return;
        }
        KubectlFlags flags = item.Parse();
        if (item.Errors is ["NAME or filename is required for debug"])
        {
            Assert.Contains(id, s_notExpressible);
            Assert.Empty(flags.Targets);
            return;
        }
        if (id is "val-bad-pull-policy" or "val-pull-policy-case-sensitive")
        {
            Assert.Equal(id == "val-pull-policy-case-sensitive", Enum.TryParse(flags.PullPolicy, ignoreCase: true, out ImagePullPolicy policy));
            Assert.Contains(policy.ToString(), Enum.GetNames<ImagePullPolicy>());
            return;
        }
        if (s_decidedDifferently.ContainsKey(id))
        {
            Assert.NotEmpty(item.Errors);
            Assert.Equal("busybox", (string?)Build(EmptyPod(), flags).Container["image"]);
            return;
        }
        if (item.Errors.Length == 0)
        {
            EphemeralContainerSpec.Validate(flags.Options);
            return;
        }
        DebugException failure = Assert.Throws<DebugException>(() => EphemeralContainerSpec.Validate(flags.Options));
        Assert.Equal(ErrorIdOf(item.Errors[0], s_validationErrors), failure.ErrorId);
        if (failure.ErrorId != "TtyNeedsStdin")
            Assert.Contains(item.Errors[0], failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Advice);
    }

    [Theory]
    [MemberData(nameof(Parsed))]
    public void Carries_every_option_over(string id)
    {
        DebugCase item = DebugCase.All[id];
        KubectlFlags flags = item.Parse();
        if (s_notExpressible.ContainsKey(id))
        {
            Assert.Empty(flags.Targets);
            return;
        }
        JsonObject expected = item.Expect!["options"]!.AsObject();
        JsonObject container = Build(EmptyPod(), flags).Container;
        foreach ((string name, JsonNode? value) in expected)
        {
            string? field = name switch { "container" => "name", "image" or "imagePullPolicy" or "env" or "stdin" or "tty" => name, "targets" or "attach" => null, _ => throw new InvalidOperationException(name) };
            if (field is not null)
                Assert.True(JsonNode.DeepEquals(value, container[field]), $"{name}: {container}");
        }
    }

    [Theory]
    [MemberData(nameof(Admitted))]
    public void Foretells_what_pod_security_says(string id)
    {
        DebugCase item = DebugCase.All[id];
        KubectlFlags flags = item.Parse();
        string[] enforced = ((string)item.Json["namespaceEnforce"]!).Split(':');
        JsonObject pod = item.Pod();
        pod["spec"]!["ephemeralContainers"] = new JsonArray(Build(pod, flags).Container.DeepClone());
        Assert.Equal(item.Errors.SingleOrDefault() ?? "", PodSecurity.Describe(PodSecurity.Evaluate(enforced[0], enforced[1], pod)));
    }

    [Theory]
    [MemberData(nameof(Served))]
    public void Refuses_beforehand_what_the_server_would_refuse(string id)
    {
        DebugCase item = DebugCase.All[id];
        (JsonObject pod, JsonObject added) = Addition(item);
        EphemeralContainerOptions options = new() { Spec = added, Profile = DebugProfile.Legacy, NoTarget = !added.ContainsKey("targetContainerName") };
        if (s_decidedDifferently.ContainsKey(id))
        {
            Assert.NotEmpty(item.Errors);
            Assert.Equal(("debugger-1", "busybox"), (Build(pod, options).Name, (string?)Build(pod, options).Container["image"]));
            return;
        }
        if (item.Errors.Length > 0)
        {
            DebugException failure = Assert.Throws<DebugException>(() => Build(pod, options));
            Assert.Equal(ErrorIdOf(item.Errors[0], s_serverErrors), failure.ErrorId);
            return;
        }
        EphemeralContainerPlan plan = Build(pod, options);
        Assert.True(JsonNode.DeepEquals(added, plan.Container), plan.Container.ToJsonString());
        Assert.True(JsonNode.DeepEquals(added, plan.Patch["spec"]!["ephemeralContainers"]!.AsArray().Single()));
    }

    [Fact]
    public void Every_case_has_its_place()
    {
        string[] here = ["generate", "profile", "validate", "options", "psa", "server"];
        // Requests in their order, waiting, streams and detaching are the matter of the tests of those parts.
        Dictionary<string, int> elsewhere = DebugCase.All.Values.Where(item => item.Mode is "ephemeral" or "any" && !here.Contains(item.Level))
            .GroupBy(item => item.Level).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(new Dictionary<string, int> { ["sequence"] = 14, ["e2e"] = 2, ["stream"] = 42, ["tty"] = 3 }, elsewhere);
        Assert.All(s_decidedDifferently.Keys.Concat(s_notExpressible.Keys).Concat(s_readBefore.Keys).Concat(s_leftToTheServer.Keys), id => Assert.True(DebugCase.All.ContainsKey(id), id));
        DebugCase[] own = DebugCase.All.Values.Where(item => item.Mode is "ephemeral" or "any" && here.Contains(item.Level)).ToArray();
        Assert.Equal((168, 120), (own.Length, own.Count(IsJudgedHere)));
        Assert.Equal((4, 22, 22), (s_readBefore.Count, s_leftToTheServer.Count, own.Count(IsOfAnotherCmdlet)));
    }

    // A case of a copy or a node pod that carries the mode "any": New-EphemeralContainer has no such parameter.
    private static bool IsOfAnotherCmdlet(DebugCase item)
    {
        if (item.Level is not ("validate" or "options"))
            return false;
        string[] flags = ["--copy-to", "--replace", "--same-node", "--set-image", "--share-processes"];
        return item.Flags.Any(flag => flag.StartsWith("node/", StringComparison.Ordinal) || flags.Any(name => flag.StartsWith(name, StringComparison.Ordinal)));
    }

    private static (JsonObject Pod, JsonObject Added) Addition(DebugCase item)
    {
        JsonObject pod = item.Json.ContainsKey("oldPod") ? item.Pod("oldPod") : item.Pod();
        if (!item.Json.ContainsKey("oldPod"))
            pod["spec"]!.AsObject().Remove("ephemeralContainers");
        JsonArray after = (item.Json["inputPod"] ?? item.Json["patchBody"])!["spec"]!["ephemeralContainers"]!.AsArray();
        HashSet<string?> before = (pod["spec"]!["ephemeralContainers"] as JsonArray ?? []).Select(container => (string?)container!["name"]).ToHashSet();
        JsonNode added = after.FirstOrDefault(container => !before.Contains((string?)container!["name"])) ?? after[^1]!;
        return (pod, added.DeepClone().AsObject());
    }

    private static string ErrorIdOf(string text, (string Text, string ErrorId)[] table) =>
        table.First(row => text.Contains(row.Text, StringComparison.Ordinal)).ErrorId;

    private static EphemeralContainerPlan Build(JsonObject pod, KubectlFlags flags) => Build(pod, flags.Options, flags.Profile);

    private static EphemeralContainerPlan Build(JsonObject pod, EphemeralContainerOptions options, DebugProfile profile = DebugProfile.Legacy)
    {
        EphemeralContainerSpec.Validate(options);
        return EphemeralContainerSpec.Build(pod, options, profile, Counter());
    }

    private static JsonObject EmptyPod() => new() { ["spec"] = new JsonObject() };

    private static Func<string> Counter()
    {
        int drawn = 0;
        return () => (++drawn).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // Go prints "resources": {} because it cannot omit an empty struct; this module leaves it out of every patch.
    private static JsonObject WithoutEmptyResources(JsonObject patch)
    {
        foreach (JsonNode? container in patch["spec"]!["ephemeralContainers"]!.AsArray())
            if (container!["resources"] is JsonObject { Count: 0 })
                container.AsObject().Remove("resources");
        return patch;
    }

    private static TheoryData<string> Cases(string level, params string[] modes) =>
        new(DebugCase.All.Values.Where(item => item.Level == level && modes.Contains(item.Mode) && IsJudgedHere(item)).Select(item => item.Id));

    private static bool IsJudgedHere(DebugCase item) =>
        !s_readBefore.ContainsKey(item.Id) && !s_leftToTheServer.ContainsKey(item.Id) && !IsOfAnotherCmdlet(item);
}
