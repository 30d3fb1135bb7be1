using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What this module does beyond <c>kubectl debug</c>.</summary>
public sealed class EphemeralContainerSpecTests
{
    private const string Pod = """
        {
          "metadata": { "name": "web-0", "namespace": "shop" },
          "spec": {
            "volumes": [{ "name": "data", "emptyDir": {} }, { "name": "config", "configMap": { "name": "c" } }, { "name": "kube-api-access-x2z4k", "projected": {} }, { "name": "blk", "persistentVolumeClaim": { "claimName": "p" } }],
            "initContainers": [{ "name": "setup", "image": "i" }],
            "containers": [
              { "name": "web", "image": "w", "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "$(A)2" }, { "name": "CPU", "valueFrom": { "resourceFieldRef": { "resource": "limits.cpu" } } }],
                "envFrom": [{ "secretRef": { "name": "s" } }],
                "volumeDevices": [{ "name": "blk", "devicePath": "/dev/b" }],
                "volumeMounts": [
                  { "name": "data", "mountPath": "/data", "mountPropagation": "Bidirectional" },
                  { "name": "config", "mountPath": "/etc/app", "readOnly": true, "recursiveReadOnly": "Enabled" },
                  { "name": "config", "mountPath": "/etc/one", "subPath": "one" },
                  { "name": "config", "mountPath": "/etc/two", "subPathExpr": "$(A)" },
                  { "name": "kube-api-access-x2z4k", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true }] },
              { "name": "proxy", "image": "p" }],
            "ephemeralContainers": [{ "name": "debugger-taken", "image": "x" }]
          },
          "status": { "phase": "Running", "containerStatuses": [{ "name": "web", "state": { "running": {} }, "user": { "linux": { "uid": 1234, "gid": 0 } } }, { "name": "proxy", "state": { "running": {} } }] }
        }
        """;

    [Theory]
    [InlineData(null, null, false, "web")]
    [InlineData("proxy", null, false, "proxy")]
    [InlineData("ghost", null, false, "web")]
    [InlineData("proxy", "setup", false, "setup")]
    [InlineData("proxy", null, true, null)]
    public void Chooses_the_target(string? annotation, string? target, bool noTarget, string? expected)
    {
        JsonObject pod = NewPod();
        if (annotation is not null)
            pod["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/default-container"] = annotation };
        EphemeralContainerPlan plan = Build(pod, new() { Target = target, NoTarget = noTarget });
        Assert.Equal(expected, plan.Target);
        Assert.Equal(expected, (string?)plan.Container["targetContainerName"]);
        Assert.Equal(expected is not null, plan.Container.ContainsKey("targetContainerName"));
    }

    [Theory]
    [InlineData("""{ "waiting": { "reason": "CrashLoopBackOff" } }""")]
    [InlineData("""{ "terminated": { "exitCode": 0 } }""")]
    public void A_default_target_that_does_not_run_is_left_out_and_named(string state)
    {
        JsonObject pod = NewPod();
        pod["status"]!["containerStatuses"]![0]!["state"] = JsonNode.Parse(state);

        EphemeralContainerPlan plan = Build(pod, new());

        Assert.Null(plan.Target);
        Assert.Equal(["target web: it does not run now"], plan.LeftOut);
        Assert.Equal("web", Build(pod, new() { Target = "web" }).Target);
    }

    [Fact]
    public void Keeps_the_target_where_the_pod_shares_its_processes()
    {
        JsonObject pod = NewPod();
        pod["spec"]!["shareProcessNamespace"] = true;
        Assert.Equal("web", Build(pod, new()).Target);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("web", 1)]
    public void Leaves_the_target_out_on_Windows(string? target, int leftOut)
    {
        JsonObject pod = NewPod();
        pod["spec"]!["os"] = new JsonObject { ["name"] = "windows" };
        EphemeralContainerPlan plan = Build(pod, new() { Target = target });
        Assert.Null(plan.Target);
        Assert.Equal(leftOut, plan.LeftOut.Count);
        Assert.Equal([DebugProfile.Baseline], EphemeralContainerSpec.AutoOrder(pod));
    }

    [Fact]
    public void Draws_a_name_until_one_is_free()
    {
        Queue<string> drawn = new(["taken", "taken", "free2"]);
        EphemeralContainerPlan plan = EphemeralContainerSpec.Build(NewPod(), new(), DebugProfile.Baseline, drawn.Dequeue);
        Assert.Equal("debugger-free2", plan.Name);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"spec":{"$setElementOrder/ephemeralContainers":[{"name":"debugger-taken"},{"name":"debugger-free2"}],"ephemeralContainers":[{"name":"debugger-free2","image":"busybox","terminationMessagePolicy":"File","targetContainerName":"web"}]}}"""),
            plan.Patch));
    }

    [Fact]
    public void Changes_neither_the_pod_nor_the_options()
    {
        JsonObject pod = NewPod();
        JsonObject spec = JsonNode.Parse("""{"image":"x","env":[{"name":"A","value":"s"}],"securityContext":{"capabilities":{"add":["KILL"]}}}""")!.AsObject();
        JsonObject custom = JsonNode.Parse("""{"env":[{"name":"A","value":"c"}],"bogus":1}""")!.AsObject();
        string[] before = [pod.ToJsonString(), spec.ToJsonString(), custom.ToJsonString()];
        EphemeralContainerPlan plan = Build(pod, new() { Spec = spec, CustomProfile = custom, CopyEnv = true, CopyVolumeMounts = true, Env = [new("A", "e")] }, DebugProfile.General);
        plan.Container["image"] = "changed";
        string[] after = [pod.ToJsonString(), spec.ToJsonString(), custom.ToJsonString()];
        Assert.Equal(before, after);
        Assert.Equal("x", (string?)plan.Patch["spec"]!["ephemeralContainers"]![0]!["image"]);
    }

    [Fact]
    public void Copies_the_environment_of_the_target()
    {
        JsonObject container = Build(NewPod(), new() { CopyEnv = true, Env = [new("NEW", "n"), new("A", "own")] }).Container;
        Assert.Equal("A=own B=$(A)2 CPU= NEW=n", string.Join(' ', container["env"]!.AsArray().Select(item => $"{item!["name"]}={item["value"]}")));
        Assert.Equal("web", (string?)container["env"]![2]!["valueFrom"]!["resourceFieldRef"]!["containerName"]);
        Assert.Equal("s", (string?)container["envFrom"]![0]!["secretRef"]!["name"]);
    }

    [Fact]
    public void Copies_nothing_from_a_target_that_has_nothing()
    {
        EphemeralContainerPlan plan = Build(NewPod(), new() { Target = "proxy", CopyEnv = true, CopyVolumeMounts = true });
        Assert.All(new[] { "env", "envFrom", "volumeMounts" }, field => Assert.False(plan.Container.ContainsKey(field), field));
        Assert.Empty(plan.LeftOut);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copies_the_mounts_that_the_server_allows_and_tells_the_rest(bool noTarget)
    {
        EphemeralContainerPlan plan = Build(NewPod(), new() { CopyVolumeMounts = true, NoTarget = noTarget });
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""[{"name":"data","mountPath":"/data"},{"name":"config","mountPath":"/etc/app","readOnly":true,"recursiveReadOnly":"Enabled"}]"""),
            plan.Container["volumeMounts"]));
        Assert.Equal(
            ["/data", "/etc/one", "/etc/two", "/var/run/secrets/kubernetes.io/serviceaccount", "/dev/b"],
            plan.LeftOut.Select(text => text.Split(' ')[0]));
        Assert.Contains("subPath", plan.LeftOut[1], StringComparison.Ordinal);
        Assert.Contains("identity", plan.LeftOut[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Lets_options_replace_the_fields_of_a_specification()
    {
        JsonObject spec = JsonNode.Parse("""
            {"spec":{"ephemeralContainers":[{"name":"mine","image":"x:1","command":["a"],"args":["b"],"env":[{"name":"A","value":"1"}],"workingDir":"/w","imagePullPolicy":"Never",
              "stdin":true,"targetContainerName":"proxy","terminationMessagePolicy":"FallbackToLogsOnError","resources":{},"ports":[],"volumeMounts":[{"name":"data","mountPath":"/d"}]}]}}
            """)!.AsObject();
        EphemeralContainerPlan asGiven = Build(NewPod(), new() { Spec = spec });
        JsonObject given = spec["spec"]!["ephemeralContainers"]![0]!.AsObject();
        Assert.True(JsonNode.DeepEquals(given, asGiven.Container), asGiven.Container.ToJsonString());
        Assert.Equal(("mine", "proxy"), (asGiven.Name, asGiven.Target));

        JsonObject changed = Build(NewPod(), new()
        {
            Spec = spec, Name = "other", Image = "y", Command = ["c"], Env = [new("B", "2"), new("A", "3")], WorkingDirectory = "/v",
            ImagePullPolicy = ImagePullPolicy.Always, Tty = true, StdinOnce = true, Target = "web",
        }).Container;
        Assert.Equal("other y Always /v web", string.Join(' ', new[] { "name", "image", "imagePullPolicy", "workingDir", "targetContainerName" }.Select(field => (string?)changed[field])));
        Assert.Equal("""["c"]""", changed["command"]!.ToJsonString());
        Assert.False(changed.ContainsKey("args"));
        Assert.Equal("""[{"name":"A","value":"3"},{"name":"B","value":"2"}]""", changed["env"]!.ToJsonString());
        Assert.True((bool)changed["tty"]! && (bool)changed["stdin"]! && (bool)changed["stdinOnce"]!);
        Assert.Null(Build(NewPod(), new() { Spec = spec, NoTarget = true }).Target);
        Assert.Equal("""["c"]""", Build(NewPod(), new() { Spec = spec, Command = ["c"], ArgumentsOnly = true }).Container["args"]!.ToJsonString());
    }

    [Fact]
    public void Leaves_a_security_context_of_the_specification_alone_under_Auto()
    {
        JsonObject spec = JsonNode.Parse("""{"image":"x","securityContext":{"runAsUser":7}}""")!.AsObject();
        EphemeralContainerOptions options = new() { Spec = spec };
        DebugProfile profile = Assert.Single(EphemeralContainerSpec.AutoOrder(NewPod(), options));
        EphemeralContainerPlan plan = Build(NewPod(), options, profile);
        Assert.Equal("""{"runAsUser":7}""", plan.Container["securityContext"]!.ToJsonString());
        Assert.Null(plan.Profile);
        Assert.Empty(plan.Warnings);
        Assert.Equal([DebugProfile.General, DebugProfile.Baseline, DebugProfile.Restricted], EphemeralContainerSpec.AutoOrder(NewPod(), new() { Spec = new JsonObject { ["image"] = "x" } }));
    }

    [Theory]
    [InlineData("{}", "{}", 1234L, 0L)]
    [InlineData("""{"runAsUser":5,"runAsGroup":6}""", """{"runAsUser":7,"runAsGroup":8}""", 5L, 6L)]
    [InlineData("{}", """{"runAsUser":7,"runAsGroup":8}""", 7L, 8L)]
    [InlineData("""{"runAsUser":5}""", """{"runAsGroup":8}""", 5L, 8L)]
    [InlineData("""{"runAsUser":0}""", "{}", 65532L, 65532L)]
    public void Gives_Restricted_the_targets_user_under_Auto(string container, string pod, long user, long group)
    {
        JsonObject input = NewPod();
        input["spec"]!["containers"]![0]!["securityContext"] = JsonNode.Parse(container);
        input["spec"]!["securityContext"] = JsonNode.Parse(pod);
        EphemeralContainerPlan plan = Build(input, new(), DebugProfile.Restricted);
        Assert.Equal((user, group), ((long)plan.Container["securityContext"]!["runAsUser"]!, (long)plan.Container["securityContext"]!["runAsGroup"]!));
        Assert.True((bool)plan.Container["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal(user == 65532, plan.Warnings.Count == 1);
        Assert.Empty(PodSecurity.Evaluate("restricted", "latest", new JsonObject
        {
            ["spec"] = new JsonObject { ["ephemeralContainers"] = new JsonArray(plan.Container.DeepClone()) },
        }));

        // Asked for by name, Restricted is kubectl's, and no more.
        EphemeralContainerPlan named = Build(input, new() { Profile = DebugProfile.Restricted }, DebugProfile.Restricted);
        Assert.False(named.Container["securityContext"]!.AsObject().ContainsKey("runAsUser"));
    }

    [Fact]
    public void Falls_back_to_a_user_that_is_not_root_where_none_is_known()
    {
        JsonObject pod = NewPod();
        pod.Remove("status");
        EphemeralContainerPlan plan = Build(pod, new(), DebugProfile.Restricted);
        Assert.Equal((65532L, 65532L), ((long)plan.Container["securityContext"]!["runAsUser"]!, (long)plan.Container["securityContext"]!["runAsGroup"]!));
        Assert.Contains("65532", Assert.Single(plan.Warnings), StringComparison.Ordinal);
        Assert.Empty(Build(pod, new() { RunAsUser = 1000 }, DebugProfile.Restricted).Warnings);

        pod["spec"]!["containers"]![0]!["securityContext"] = new JsonObject { ["runAsUser"] = 5 };
        Assert.False(Build(pod, new(), DebugProfile.Restricted).Container["securityContext"]!.AsObject().ContainsKey("runAsGroup"));
    }

    [Fact]
    public void Lets_the_given_user_and_group_beat_the_profile_and_the_custom_profile()
    {
        EphemeralContainerOptions options = new()
        {
            RunAsUser = 0,
            RunAsGroup = 3,
            CustomProfile = JsonNode.Parse("""{"securityContext":{"runAsUser":9,"runAsGroup":9,"readOnlyRootFilesystem":true}}""")!.AsObject(),
        };
        JsonNode security = Build(NewPod(), options, DebugProfile.Restricted).Container["securityContext"]!;
        Assert.Equal((0L, 3L, true), ((long)security["runAsUser"]!, (long)security["runAsGroup"]!, (bool)security["readOnlyRootFilesystem"]!));
        Assert.Equal("""{"runAsUser":0,"runAsGroup":3}""", Build(NewPod(), options with { CustomProfile = null }, DebugProfile.Baseline).Container["securityContext"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"stdin":false,"workingDir":"","args":[],"envFrom":null}""", """{"stdin":true,"workingDir":"/w","args":["x"]}""", """{"stdin":true,"workingDir":"/w","args":["x"]}""")]
    [InlineData("""{"securityContext":{"privileged":false,"runAsUser":0}}""", """{"securityContext":{"privileged":true,"runAsGroup":1}}""", """{"securityContext":{"privileged":false,"runAsGroup":1,"runAsUser":0}}""")]
    [InlineData("""{"securityContext":{"capabilities":{"add":["B"]}}}""", """{"securityContext":{"capabilities":{"add":["A"],"drop":["ALL"]}}}""", """{"securityContext":{"capabilities":{"add":["B"],"drop":["ALL"]}}}""")]
    [InlineData("""{"env":[{"name":"B","value":"2"},{"name":"A","value":""}]}""", """{"env":[{"name":"Z","value":"0"},{"name":"A","value":"1"}]}""", """{"env":[{"name":"B","value":"2"},{"name":"A","value":"1"},{"name":"Z","value":"0"}]}""")]
    [InlineData("""{"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":false}}}]}""", """{"env":[{"name":"A","value":"1"}]}""", """{"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":false}}}]}""")]
    [InlineData("""{"volumeMounts":[{"name":"d","mountPath":"/a","readOnly":false},{"name":"e","mountPath":"/b"}]}""", """{"volumeMounts":[{"name":"c","mountPath":"/a","readOnly":true}]}""", """{"volumeMounts":[{"name":"d","mountPath":"/a","readOnly":true},{"name":"e","mountPath":"/b"}]}""")]
    [InlineData("""{"envFrom":[{"secretRef":{"name":"n"}}]}""", """{"envFrom":[{"secretRef":{"name":"o"}}]}""", """{"envFrom":[{"secretRef":{"name":"n"}}]}""")]
    public void Merges_custom_profiles_with_the_losses_of_kubectls_types(string custom, string container, string expected)
    {
        JsonObject merged = JsonNode.Parse(container)!.AsObject();
        CustomProfile.Merge(JsonNode.Parse(custom)!.AsObject(), merged, []);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), merged), merged.ToJsonString());
    }

    [Fact]
    public void Tells_which_fields_of_a_custom_profile_vanish()
    {
        EphemeralContainerPlan plan = Build(NewPod(), new() { CustomProfile = JsonNode.Parse("""{"bogus":1,"targetContainerName":"proxy","tty":true,"stdin":true}""")!.AsObject() });
        Assert.Equal(["bogus", "targetContainerName"], plan.LeftOut.Select(text => text.Split(' ')[0]));
        Assert.Equal("web", plan.Target);
    }

    public static TheoryData<string, EphemeralContainerOptions> InvalidOptions => new()
    {
        { "InvalidContainerName", new() { Name = "Bad_Name" } },
        { "InvalidContainerName", new() { Name = new string('x', 64) } },
        { "InvalidImageReference", new() { Image = "" } },
        { "InvalidImageReference", new() { Image = "Toolbox" } },
        { "InvalidEnvironmentName", new() { Env = [new("A=B", "")] } },
        { "InvalidEnvironmentName", new() { Env = [new("", "")] } },
        { "InvalidEnvironmentName", new() { Spec = new JsonObject { ["env"] = new JsonArray(new JsonObject { ["value"] = "x" }) } } },
        { "TtyNeedsStdin", new() { Tty = true } },
        { "TtyNeedsStdin", new() { Spec = new JsonObject { ["tty"] = true } } },
        { "StdinOnceNeedsStdin", new() { StdinOnce = true } },
        { "TargetAndNoTarget", new() { Target = "web", NoTarget = true } },
        { "InvalidUserOrGroup", new() { RunAsUser = -1 } },
        { "InvalidUserOrGroup", new() { RunAsGroup = 2147483648 } },
        { "InvalidImagePullPolicy", new() { Spec = new JsonObject { ["imagePullPolicy"] = "always" } } },
        { "InvalidImagePullPolicy", new() { CustomProfile = new JsonObject { ["imagePullPolicy"] = "Sometimes" } } },
        { "CustomProfileFieldNotModifiable", new() { CustomProfile = new JsonObject { ["lifecycle"] = new JsonObject() } } },
        { "ContainerFieldForbidden", new() { CustomProfile = new JsonObject { ["livenessProbe"] = new JsonObject() } } },
        { "ContainerFieldForbidden", new() { CustomProfile = new JsonObject { ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "d", ["mountPath"] = "/d", ["subPath"] = "x" }) } } },
        { "ContainerFieldUnknown", new() { Spec = new JsonObject { ["cmd"] = new JsonArray("x") } } },
        { "ContainerFieldInvalid", new() { Spec = new JsonObject { ["stdin"] = "yes" } } },
        { "ContainerFieldInvalid", new() { Spec = new JsonObject { ["command"] = "sh" } } },
        { "ContainerFieldInvalid", new() { CustomProfile = new JsonObject { ["env"] = new JsonObject() } } },
        { "ContainerFieldInvalid", new() { Spec = new JsonObject { ["ephemeralContainers"] = new JsonArray(new JsonObject(), new JsonObject()) } } },
    };

    [Theory]
    [MemberData(nameof(InvalidOptions), DisableDiscoveryEnumeration = true)]
    public void Refuses_what_is_right_for_no_pod(string errorId, EphemeralContainerOptions options)
    {
        DebugException failure = Assert.Throws<DebugException>(() => EphemeralContainerSpec.Validate(options));
        Assert.Equal((errorId, FailureKind.InvalidArgument), (failure.ErrorId, failure.Kind));
        Assert.NotEmpty(failure.Advice);
    }

    [Theory]
    [InlineData("""{"name":"","lifecycle":null,"command":[],"volumeDevices":[],"ports":[],"resources":{},"bogus":{}}""")]
    [InlineData("""{"stdin":null,"tty":false,"securityContext":{"newerThanThis":true}}""")]
    public void Accepts_custom_profiles_that_say_nothing_forbidden(string profile) =>
        EphemeralContainerSpec.Validate(new() { CustomProfile = JsonNode.Parse(profile)!.AsObject() });

    [Fact]
    public void Names_every_field_that_is_wrong_at_once()
    {
        JsonObject spec = JsonNode.Parse("""
            {"image":"x","ports":[{"containerPort":1}],"resources":{"limits":{"cpu":"1"}},"livenessProbe":{},"readinessProbe":{},"startupProbe":{},"lifecycle":{},"restartPolicy":"Always",
             "restartPolicyRules":[{}],"resizePolicy":[{}],"volumeMounts":[{"name":"d","mountPath":"/d"},{"name":"d","mountPath":"/e","subPath":"x","subPathExpr":"y"}],
             "cmd":["x"],"imagePulPolicy":"Never","WorkDir":"/","totallyElse":1,"tty":"yes"}
            """)!.AsObject();
        string message = Assert.Throws<DebugException>(() => EphemeralContainerSpec.Validate(new() { Spec = spec })).Message;
        foreach (string field in new[] { "ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "restartPolicy", "restartPolicyRules", "resizePolicy", "volumeMounts[1].subPath", "volumeMounts[1].subPathExpr" })
            Assert.Contains($" {field}: cannot be set for an Ephemeral Container", message, StringComparison.Ordinal);
        Assert.Contains("cmd: not a field of a container (did you mean 'command'?)", message, StringComparison.Ordinal);
        Assert.Contains("imagePulPolicy: not a field of a container (did you mean 'imagePullPolicy'?)", message, StringComparison.Ordinal);
        Assert.Contains("WorkDir: not a field of a container (did you mean 'workingDir'?)", message, StringComparison.Ordinal);
        Assert.Contains("totallyElse: not a field of a container;", message, StringComparison.Ordinal);
        Assert.Contains("tty: must be true or false", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StaticPod", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}""")]
    [InlineData("PodFinished", """{"status":{"phase":"Succeeded"}}""")]
    [InlineData("PodFinished", """{"status":{"phase":"Failed"}}""")]
    [InlineData("PodBeingDeleted", """{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}""")]
    [InlineData("ContainerNameTaken", """{"spec":{"containers":[{"name":"mine"}]}}""")]
    [InlineData("ContainerNameTaken", """{"spec":{"initContainers":[{"name":"mine"}]}}""")]
    [InlineData("ContainerNameTaken", """{"spec":{"ephemeralContainers":[{"name":"mine"}]}}""")]
    [InlineData("TargetNotFound", """{"spec":{"containers":[{"name":"web"}],"initContainers":[{"name":"setup"}],"ephemeralContainers":[{"name":"ghost"}]}}""")]
    [InlineData("VolumeNotFound", """{"spec":{"containers":[{"name":"ghost"}]}}""")]
    [InlineData(null, """{"spec":{"containers":[{"name":"ghost"}],"volumes":[{"name":"data"}]},"status":{"phase":"Pending"}}""")]
    public void Judges_the_pod_before_anything_is_sent(string? errorId, string pod)
    {
        EphemeralContainerOptions options = new() { Name = "mine", Target = "ghost", Spec = JsonNode.Parse("""{"volumeMounts":[{"name":"data","mountPath":"/d"}]}""")!.AsObject() };
        DebugException? failure = null;
        try
        {
            EphemeralContainerSpec.CheckPod(JsonNode.Parse(pod)!.AsObject(), options);
        }
        catch (DebugException caught)
        {
            failure = caught;
        }
        Assert.Equal(errorId, failure?.ErrorId);
        if (errorId == "TargetNotFound")
            Assert.Contains("web, setup", failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"spec":null}""")]
    [InlineData("""{"metadata":[],"spec":{"containers":{"name":"x"},"ephemeralContainers":[null,1,{"name":5}],"securityContext":"x","volumes":"y"},"status":7}""")]
    public void Survives_pods_of_any_shape(string pod)
    {
        EphemeralContainerPlan plan = Build(JsonNode.Parse(pod)!.AsObject(), new() { CopyEnv = true, CopyVolumeMounts = true }, DebugProfile.Restricted);
        Assert.Null(plan.Target);
        Assert.Equal(65532, (long)plan.Container["securityContext"]!["runAsUser"]!);
    }

    [Fact]
    public void Takes_the_later_of_two_variables_with_one_name() =>
        Assert.Equal("""[{"name":"A","value":"2"},{"name":"B"}]""", Build(NewPod(), new() { Env = [new("A", "1"), new("B", ""), new("A", "2")] }).Container["env"]!.ToJsonString());

    private static JsonObject NewPod() => JsonNode.Parse(Pod)!.AsObject();

    private static EphemeralContainerPlan Build(JsonObject pod, EphemeralContainerOptions options, DebugProfile profile = DebugProfile.Baseline) =>
        EphemeralContainerSpec.Build(pod, options, profile, () => "bcdfg");
}
