using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What a copy can do beyond kubectl's.</summary>
public sealed class PodCopyTests
{
    private const string Source = """
        {"apiVersion":"v1","kind":"Pod",
         "metadata":{"name":"web-0","namespace":"shop","uid":"u-1","labels":{"app":"web"},"annotations":{"note":"n"},
           "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-rs","uid":"u-9","controller":true}]},
         "spec":{"nodeName":"worker-1","restartPolicy":"Always","serviceAccountName":"shop-sa","serviceAccount":"shop-sa",
           "securityContext":{"runAsNonRoot":true},"futureField":{"deep":[1]},
           "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-web-0"}},{"name":"conf","configMap":{"name":"settings"}},
             {"name":"kube-api-access-abcde","projected":{"sources":[{"configMap":{"name":"kube-root-ca.crt"}},{"secret":{"name":"extra"}}]}}],
           "initContainers":[{"name":"fetch","image":"f"},{"name":"proxy","image":"p","restartPolicy":"Always"},{"name":"setup","image":"s","command":["setup"],"restartPolicy":"Always"},{"name":"late","image":"l"}],
           "containers":[
             {"name":"app","image":"a","command":["serve"],"args":["-v"],"ports":[{"containerPort":80,"hostPort":8080,"hostIP":"10.0.0.1"}],"resources":{"limits":{"memory":"64Mi"}},
              "livenessProbe":{"httpGet":{"port":80}},"lifecycle":{"postStart":{"exec":{"command":["x"]}},"preStop":{"sleep":{"seconds":1}}},"env":[{"name":"KAFKA_BROKERS","value":"k:9092"}],
              "securityContext":{"runAsUser":1000,"runAsGroup":2000,"runAsNonRoot":true}},
             {"name":"logger","image":"b"}]},
         "status":{"phase":"Running"}}
        """;

    [Fact]
    public void A_copy_that_asks_for_nothing_adds_busybox_and_changes_no_more()
    {
        PodCopyPlan plan = Build(new());
        Assert.Equal(("web-0-debug-1", "shop", "debugger-2"), (plan.Name, plan.Namespace, plan.Container));
        Assert.Equal(["app", "logger", "debugger-2"], Names(plan, "containers"));
        Assert.Equal("busybox", (string?)Container(plan, "debugger-2")["image"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"deep":[1]}"""), Spec(plan)["futureField"]));
        Assert.Null(plan.Pod["metadata"]!["ownerReferences"]);
        Assert.Null(Spec(plan)["activeDeadlineSeconds"]);
    }

    [Fact]
    public void The_source_is_not_changed()
    {
        CopySource source = Pod();
        string before = source.Pod.ToJsonString();
        Build(new() { AsRoot = true, OneContainer = true, Freeze = FreezeMethod.CopiedSleep, ToNamespace = "lab", SetImage = new Dictionary<string, string> { ["*"] = "x" } }, source: source);
        Assert.Equal(before, source.Pod.ToJsonString());
    }

    [Fact]
    public void It_says_where_it_is_from()
    {
        JsonNode metadata = Build(new() { Container = "app", Image = "b" }).Pod["metadata"]!;
        Assert.Equal("""{"app.kubernetes.io/managed-by":"EphemeralDebug"}""", metadata["labels"]!.ToJsonString());
        Assert.Equal("""{"ephemeraldebug/source":"pod/shop/web-0","ephemeraldebug/source-uid":"u-1","kubectl.kubernetes.io/default-container":"app"}""", metadata["annotations"]!.ToJsonString());
    }

    [Fact]
    public void A_drawn_name_fits_a_host_name()
    {
        JsonObject pod = Pod().Pod;
        pod["metadata"]!["name"] = new string('a', 54) + "." + new string('b', 60);
        Assert.Equal(new string('a', 54) + "-debug-1", Build(new(), source: CopySource.FromPod(pod)).Name);
    }

    [Fact]
    public void Host_ports_are_the_sources()
    {
        PodCopyPlan plan = Build(new());
        Assert.Equal("""[{"containerPort":80}]""", Container(plan, "app")["ports"]!.ToJsonString());
        Assert.Contains(plan.LeftOut, text => text.StartsWith("host port 8080 of container app", StringComparison.Ordinal));
    }

    [Fact]
    public void On_the_hosts_network_no_port_is_listed()
    {
        JsonObject pod = Pod().Pod;
        pod["spec"]!["hostNetwork"] = true;
        pod["spec"]!["containers"]![1]!["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 90 });
        PodCopyPlan plan = Build(new(), source: CopySource.FromPod(pod));
        Assert.Null(Container(plan, "app")["ports"]);
        Assert.Null(Container(plan, "logger")["ports"]);
    }

    [Fact]
    public void One_container_stays()
    {
        PodCopyPlan plan = Build(new() { OneContainer = true });
        Assert.Equal(["app"], Names(plan, "containers"));
        Assert.Equal(["debugger-2"], Names(Build(new() { OneContainer = true, Image = "b" }), "containers"));
        Assert.Equal(["logger"], Names(Build(new() { OneContainer = true, Container = "logger" }), "containers"));
    }

    [Fact]
    public void As_root_nothing_forbids_root()
    {
        PodCopyPlan plan = Build(new() { AsRoot = true }, DebugProfile.Baseline);
        Assert.Equal("app", plan.Container);
        Assert.Equal("""{"runAsUser":0}""", Container(plan, "app")["securityContext"]!.ToJsonString());
        Assert.Equal("{}", Spec(plan)["securityContext"]!.ToJsonString());
    }

    [Fact]
    public void A_user_by_number_beats_profile_and_custom_profile()
    {
        PodCopyPlan plan = Build(new() { Container = "logger", RunAsUser = 7, RunAsGroup = 8, CustomProfile = Json("""{"securityContext":{"runAsUser":5}}""") }, DebugProfile.Restricted);
        JsonNode security = Container(plan, "logger")["securityContext"]!;
        Assert.Equal((7L, 8L, true), ((long)security["runAsUser"]!, (long)security["runAsGroup"]!, (bool)security["runAsNonRoot"]!));
    }

    [Fact]
    public void Restricted_by_Auto_keeps_the_user_of_a_container_and_gives_it_to_a_new_one()
    {
        JsonNode kept = Container(Build(new() { Container = "app", Image = "b" }, DebugProfile.Restricted, DebugProfile.Auto), "app")["securityContext"]!;
        PodCopyPlan plan = Build(new() { Image = "b" }, DebugProfile.Restricted, DebugProfile.Auto);
        JsonNode given = Container(plan, plan.Container!)["securityContext"]!;
        Assert.Equal(((1000L, 2000L), (1000L, 2000L)), (((long)kept["runAsUser"]!, (long)kept["runAsGroup"]!), ((long)given["runAsUser"]!, (long)given["runAsGroup"]!)));
        Assert.DoesNotContain(plan.Warnings, text => text.Contains("No non-root user", StringComparison.Ordinal));
        Assert.Null(Container(Build(new() { Container = "app", Image = "b" }, DebugProfile.Restricted), "app")["securityContext"]!["runAsUser"]); // as kubectl does
    }

    [Fact]
    public void Init_containers_go_by_name()
    {
        Assert.Equal(["fetch", "setup"], Names(Build(new() { RemoveInitContainer = ["proxy", "late"] }), "initContainers"));
        Assert.Null(Spec(Build(new() { RemoveInitContainer = ["fetch", "proxy", "setup", "late"] }))["initContainers"]);
        Assert.Equal("CopyContainerNotFound", Fails(new() { RemoveInitContainer = ["app"] }).ErrorId);
    }

    [Fact]
    public void An_init_container_can_be_tried_by_hand()
    {
        PodCopyPlan plan = Build(new() { InitContainer = "setup", Stdin = true, Tty = true, Command = ["sh"] });
        Assert.Equal(["fetch", "proxy"], Names(plan, "initContainers"));
        Assert.Equal(["setup"], Names(plan, "containers"));
        JsonObject setup = Container(plan, "setup");
        Assert.Equal(("s", """["sh"]""", null), ((string?)setup["image"], setup["command"]!.ToJsonString(), setup["restartPolicy"]));
        Assert.Equal(("Never", "setup"), ((string?)Spec(plan)["restartPolicy"], plan.Container));
        Assert.Empty(plan.LeftOut);
        Assert.Null(Spec(Build(new() { InitContainer = "fetch" }))["initContainers"]);
        Assert.Equal("CopyContainerNotFound", Fails(new() { InitContainer = "app" }).ErrorId);
    }

    [Fact]
    public void Images_are_set_by_name_and_for_all()
    {
        PodCopyPlan plan = Build(new() { SetImage = new Dictionary<string, string> { ["*"] = "x:1", ["app"] = "y:1", ["setup"] = "z:1" } });
        Assert.Equal(["y:1", "x:1"], Spec(plan)["containers"]!.AsArray().Select(one => (string?)one!["image"]));
        Assert.Equal(["f", "p", "z:1", "l"], Spec(plan)["initContainers"]!.AsArray().Select(one => (string?)one!["image"]));
        Assert.Null(plan.Container);
    }

    [Fact]
    public void A_frozen_container_sleeps_without_a_shell()
    {
        PodCopyPlan plan = Build(new() { Freeze = FreezeMethod.Sleep, KeepLiveness = true });
        JsonObject app = Container(plan, "app");
        Assert.Equal(("app", "app", "a", """["sleep","2147483647"]""", null), (plan.Frozen, plan.Container, (string?)app["image"], app["command"]!.ToJsonString(), app["args"]));
        Assert.Equal("""{"preStop":{"sleep":{"seconds":1}}}""", app["lifecycle"]!.ToJsonString());
        Assert.Equal(["app", "logger"], Names(plan, "containers"));
        Assert.Contains(plan.LeftOut, text => text.StartsWith("postStart hook of container app", StringComparison.Ordinal));
        Assert.Contains(plan.Warnings, text => text.Contains("keeps its liveness", StringComparison.Ordinal));
        Assert.DoesNotContain(plan.Warnings, text => text.Contains("take part", StringComparison.Ordinal));
    }

    [Fact]
    public void A_frozen_container_can_be_brought_its_sleep()
    {
        PodCopyPlan plan = Build(new() { Freeze = FreezeMethod.CopiedSleep, Container = "app" });
        JsonObject copier = Spec(plan)["initContainers"]![0]!.AsObject(), app = Container(plan, "app");
        Assert.Equal("""["/.ephemeraldebug/busybox","sleep","2147483647"]""", app["command"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(app["securityContext"], copier["securityContext"]));
        Assert.True(JsonNode.DeepEquals(app["resources"], copier["resources"]));
        string volume = (string)Spec(plan)["volumes"]!.AsArray()[^1]!["name"]!;
        Assert.Equal((volume, true), ((string?)app["volumeMounts"]!.AsArray()[^1]!["name"], (bool?)app["volumeMounts"]!.AsArray()[^1]!["readOnly"]));
        Assert.Equal((volume, null), ((string?)copier["volumeMounts"]![0]!["name"], (bool?)copier["volumeMounts"]![0]!["readOnly"]));
    }

    [Fact]
    public void What_brings_the_sleep_starts_where_root_is_forbidden()
    {
        PodCopyPlan plan = Build(new() { Freeze = FreezeMethod.CopiedSleep, Container = "logger" }, DebugProfile.Baseline);
        Assert.Equal(65532, (long?)Spec(plan)["initContainers"]![0]!["securityContext"]!["runAsUser"]);
        Assert.Null(Container(plan, "logger")["securityContext"]);
    }

    [Fact]
    public void A_debugger_can_be_added_beside_what_is_frozen()
    {
        PodCopyPlan plan = Build(new() { Freeze = FreezeMethod.Sleep, Image = "tools", Command = ["sh"] });
        Assert.Equal(("app", "debugger-2"), (plan.Frozen, plan.Container));
        Assert.Equal("""["sh"]""", Container(plan, "debugger-2")["command"]!.ToJsonString());
        Assert.Equal("""["sleep","2147483647"]""", Container(plan, "app")["command"]!.ToJsonString());
    }

    [Fact]
    public void A_container_of_Windows_is_frozen_by_what_Windows_has()
    {
        JsonObject pod = Json("""{"metadata":{"name":"w"},"spec":{"os":{"name":"windows"},"containers":[{"name":"iis","image":"i"}]}}""");
        CopySource source = CopySource.FromPod(pod);
        Assert.Equal([FreezeMethod.Sleep], PodCopy.FreezeOrder(source));
        Assert.Equal([DebugProfile.Baseline], PodCopy.AutoOrder(source));
        PodCopyPlan plan = Build(new() { Freeze = FreezeMethod.Sleep, ShareProcesses = true }, DebugProfile.Baseline, source: source);
        Assert.Equal("ping.exe", (string?)Container(plan, "iis")["command"]![0]);
        Assert.Null(Spec(plan)["shareProcessNamespace"]);
        Assert.Contains(plan.LeftOut, text => text.StartsWith("shared processes", StringComparison.Ordinal));
        Assert.Equal("FreezeUnsupported", Fails(new() { Freeze = FreezeMethod.CopiedSleep }, source).ErrorId);
    }

    [Fact]
    public void An_init_container_is_not_frozen_in_its_place() => Assert.Equal("FreezeUnsupported", Fails(new() { Freeze = FreezeMethod.Sleep, Container = "setup" }).ErrorId);

    [Fact]
    public void With_the_hosts_processes_no_others_are_shared()
    {
        JsonObject pod = Pod().Pod;
        pod["spec"]!["hostPID"] = true;
        Assert.Null(Spec(Build(new(), source: CopySource.FromPod(pod)))["shareProcessNamespace"]);
    }

    [Fact]
    public void It_goes_to_the_node_that_is_named()
    {
        Assert.Null(Spec(Build(new()))["nodeName"]);
        Assert.Equal("worker-1", (string?)Spec(Build(new() { SameNode = true }))["nodeName"]);
        Assert.Equal("worker-2", (string?)Spec(Build(new() { Node = "worker-2" }))["nodeName"]);
        Assert.Equal("SourceWithoutNode", Fails(new() { SameNode = true }, CopySource.FromWorkload(Json(Deployment))).ErrorId);
    }

    [Fact]
    public void In_another_namespace_it_has_the_accounts_and_owners_of_that()
    {
        PodCopyPlan plan = Build(new() { ToNamespace = "lab" });
        Assert.Equal(("lab", "lab", null), (plan.Namespace, (string?)plan.Pod["metadata"]!["namespace"], Spec(plan)["serviceAccountName"]));
        Assert.Contains(plan.LeftOut, text => text.StartsWith("service account shop-sa", StringComparison.Ordinal));
        Assert.Contains("The copy needs in the namespace 'lab': PersistentVolumeClaim data-web-0, ConfigMap settings, Secret extra.", plan.Warnings);
        Assert.Equal("OwnerInOtherNamespace", Fails(new() { ToNamespace = "lab", DeleteWithSource = true }).ErrorId);
        Assert.Equal("shop-sa", (string?)Spec(Build(new() { ToNamespace = "shop" }))["serviceAccountName"]);
    }

    [Fact]
    public void It_ends_by_itself_and_with_its_source()
    {
        PodCopyPlan plan = Build(new() { ExpireAfter = TimeSpan.FromMinutes(90), DeleteWithSource = true });
        Assert.Equal(5400, (long?)Spec(plan)["activeDeadlineSeconds"]);
        Assert.Equal("""[{"apiVersion":"v1","kind":"Pod","name":"web-0","uid":"u-1"}]""", plan.Pod["metadata"]!["ownerReferences"]!.ToJsonString());
    }

    [Fact]
    public void Pull_secrets_are_added_once()
    {
        JsonObject pod = Pod().Pod;
        pod["spec"]!["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "a" });
        Assert.Equal("""[{"name":"a"},{"name":"b"}]""", Spec(Build(new() { ImagePullSecret = ["a", "b"] }, source: CopySource.FromPod(pod)))["imagePullSecrets"]!.ToJsonString());
    }

    [Fact]
    public void The_marks_of_a_static_pod_are_not_kept()
    {
        JsonObject pod = Pod().Pod;
        pod["metadata"]!["annotations"]!["kubernetes.io/config.mirror"] = "x";
        PodCopyPlan plan = Build(new() { KeepAnnotations = true }, source: CopySource.FromPod(pod));
        Assert.Null(plan.Pod["metadata"]!["annotations"]!["kubernetes.io/config.mirror"]);
        Assert.Equal("n", (string?)plan.Pod["metadata"]!["annotations"]!["note"]);
    }

    [Theory]
    [InlineData("""{"app":"web"}""", true, true)]
    [InlineData("""{"app":"web"}""", false, false)]
    [InlineData("""{"app":"web","tier":"x"}""", true, false)]
    [InlineData("{}", true, false)]
    [InlineData("null", true, false)]
    public void It_warns_of_Services_that_select_it(string selector, bool keepsLabels, bool warns)
    {
        PodSurroundings around = new() { Services = [Json($$$"""{"metadata":{"name":"front","namespace":"shop"},"spec":{"selector":{{{selector}}}}}""")] };
        PodCopyPlan plan = Build(new() { KeepLabels = keepsLabels }, surroundings: around);
        Assert.Equal(warns, plan.Warnings.Any(text => text.Contains("'front'", StringComparison.Ordinal)));
        Assert.Equal(keepsLabels, plan.Warnings.Any(text => text.Contains("ReplicaSet 'web-rs'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ReadWriteOncePod", false, false, "one pod only")]
    [InlineData("ReadWriteOncePod", false, true, null)]
    [InlineData("ReadWriteOnce", false, false, "-SameNode")]
    [InlineData("ReadWriteOnce", true, false, null)]
    [InlineData("ReadWriteMany", false, false, null)]
    public void It_warns_of_volumes_that_it_cannot_have(string mode, bool sameNode, bool replace, string? warning)
    {
        PodSurroundings around = new() { Claims = [Json($$$"""{"metadata":{"name":"data-web-0"},"spec":{"accessModes":["{{{mode}}}"]}}"""), Json("""{"metadata":{"name":"other"},"spec":{"accessModes":["ReadWriteOncePod"]}}""")] };
        string[] said = Build(new() { SameNode = sameNode, Replace = replace }, surroundings: around).Warnings.Where(text => text.Contains("claim", StringComparison.Ordinal)).ToArray();
        if (warning is null)
            Assert.Empty(said);
        else
            Assert.Contains(warning, Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void It_warns_of_work_that_the_copy_would_do()
    {
        Assert.Contains(Build(new()).Warnings, text => text.Contains("Container 'app' runs in the copy", StringComparison.Ordinal));
        Assert.DoesNotContain(Build(new() { Container = "app", Command = ["sh"] }).Warnings, text => text.Contains("runs in the copy", StringComparison.Ordinal));
    }

    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d-1","labels":{"x":"y"}},
         "spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"a"}]}}}}
        """;

    [Fact]
    public void A_workload_is_copied_from_its_template()
    {
        PodCopyPlan plan = Build(new() { KeepLabels = true, DeleteWithSource = true }, source: CopySource.FromWorkload(Json(Deployment)));
        Assert.Equal(("web-debug-1", "shop"), (plan.Name, plan.Namespace));
        Assert.Equal("""{"app":"web","app.kubernetes.io/managed-by":"EphemeralDebug"}""", plan.Pod["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("deployment/shop/web", (string?)plan.Pod["metadata"]!["annotations"]!["ephemeraldebug/source"]);
        Assert.Equal("""[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"d-1"}]""", plan.Pod["metadata"]!["ownerReferences"]!.ToJsonString());
    }

    [Theory]
    [InlineData("StatefulSet")]
    [InlineData("DaemonSet")]
    [InlineData("ReplicaSet")]
    [InlineData("ReplicationController")]
    [InlineData("Job")]
    public void Every_template_is_found(string kind) =>
        Assert.Equal("app", Assert.Single(Names(Build(new() { OneContainer = true }, source: CopySource.FromWorkload(Json(Deployment.Replace("Deployment", kind, StringComparison.Ordinal)))), "containers")));

    [Fact]
    public void A_cron_job_has_the_template_of_its_jobs()
    {
        JsonObject cron = Json("""{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"report"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"app","image":"a"}]}}}}}}""");
        PodCopyPlan plan = Build(new() { Container = "app", Command = ["sh"] }, source: CopySource.FromWorkload(cron));
        Assert.Equal(("OnFailure", "cronjob/report"), ((string?)Spec(plan)["restartPolicy"], (string?)plan.Pod["metadata"]!["annotations"]!["ephemeraldebug/source"]));
    }

    [Fact]
    public void The_claims_of_a_stateful_set_are_empty_directories()
    {
        JsonObject set = Json(Deployment.Replace("Deployment", "StatefulSet", StringComparison.Ordinal));
        set["spec"]!["volumeClaimTemplates"] = new JsonArray(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "data" } });
        PodCopyPlan plan = Build(new(), source: CopySource.FromWorkload(set));
        Assert.Equal("""[{"name":"data","emptyDir":{}}]""", Spec(plan)["volumes"]!.ToJsonString());
        Assert.StartsWith("volume claim data", Assert.Single(plan.LeftOut), StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_without_a_template_is_refused() =>
        Assert.Equal("WorkloadWithoutTemplate", Assert.Throws<DebugException>(() => CopySource.FromWorkload(Json("""{"kind":"Service","metadata":{"name":"s"},"spec":{}}"""))).ErrorId);

    public static TheoryData<string, PodCopyOptions> Invalid => new()
    {
        { "InvalidPodName", new() { CopyTo = "Bad_Name" } },
        { "InvalidNamespaceName", new() { ToNamespace = "a.b" } },
        { "InvalidContainerName", new() { Container = "A" } },
        { "InvalidContainerName", new() { SetImage = new Dictionary<string, string> { ["A b"] = "x" } } },
        { "InvalidImageReference", new() { SetImage = new Dictionary<string, string> { ["*"] = "BAD" } } },
        { "InvalidImageReference", new() { Image = "BAD" } },
        { "TtyNeedsStdin", new() { Tty = true } },
        { "InvalidDeadline", new() { ExpireAfter = TimeSpan.Zero } },
        { "InvalidDeadline", new() { ExpireAfter = TimeSpan.FromDays(40000) } },
        { "InvalidUserOrGroup", new() { RunAsUser = -1 } },
        { "CustomProfileFieldNotModifiable", new() { CustomProfile = Json("""{"image":"x"}""") } },
        { "ContainerFieldInvalid", new() { CustomProfile = Json("""{"ports":{}}""") } },
        { "ParametersExclude", new() { AsRoot = true, RunAsUser = 5 } },
        { "ParametersExclude", new() { SameNode = true, Node = "n" } },
        { "ParametersExclude", new() { InitContainer = "a", Container = "b" } },
        { "ParametersExclude", new() { Replace = true, DeleteWithSource = true } },
        { "ParametersExclude", new() { Freeze = FreezeMethod.Sleep, Command = ["sh"] } },
        { "ParametersExclude", new() { Freeze = FreezeMethod.Sleep, Container = "a", Image = "b" } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Options_that_can_be_right_for_no_pod_are_refused(string errorId, PodCopyOptions options)
    {
        DebugException failure = Assert.Throws<DebugException>(() => PodCopy.Validate(options));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.NotEmpty(failure.Advice);
    }

    public static TheoryData<string, PodCopyOptions> Unfit => new()
    {
        { "CopyContainerNotFound", new() { Container = "ap" } },
        { "CopyContainerNotFound", new() { SetImage = new Dictionary<string, string> { ["ap"] = "x" } } },
        { "CopyContainerRemoved", new() { Container = "setup", KeepInitContainers = false } },
        { "CopyCommandWithoutContainer", new() { SetImage = new Dictionary<string, string> { ["app"] = "x" }, Command = ["sh"] } },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Options_that_do_not_fit_the_source_are_refused(string errorId, PodCopyOptions options) => Assert.Equal(errorId, Fails(options).ErrorId);

    private static CopySource Pod() => CopySource.FromPod(Json(Source));

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    private static JsonNode Spec(PodCopyPlan plan) => plan.Pod["spec"]!;

    private static IEnumerable<string?> Names(PodCopyPlan plan, string list) => Spec(plan)[list]!.AsArray().Select(one => (string?)one!["name"]);

    private static JsonObject Container(PodCopyPlan plan, string name) =>
        Spec(plan)["containers"]!.AsArray().Single(one => (string?)one!["name"] == name)!.AsObject();

    private static DebugException Fails(PodCopyOptions options, CopySource? source = null) => Assert.Throws<DebugException>(() => Build(options, source: source));

    private static PodCopyPlan Build(PodCopyOptions options, DebugProfile profile = DebugProfile.General, DebugProfile? asked = null, CopySource? source = null, PodSurroundings? surroundings = null)
    {
        int drawn = 0;
        options = options with { Profile = asked ?? profile };
        PodCopy.Validate(options);
        return PodCopy.Build(source ?? Pod(), options, profile, () => (++drawn).ToString(System.Globalization.CultureInfo.InvariantCulture), surroundings);
    }
}
