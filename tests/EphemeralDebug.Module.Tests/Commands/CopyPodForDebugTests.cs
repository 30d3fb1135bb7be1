using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Copies of pods: what is sent, what comes of it, and what is said where nothing does.</summary>
public sealed class CopyPodForDebugTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    private const string CrashingCommand = """["sh","-c","echo fatal >&2; exit 1"]""";

    private IReadOnlyList<SandboxRequest> Creations => [.. Cluster.Sandbox.Requests.Where(IsCreation)];

    private IEnumerable<string> Changes => Cluster.Sandbox.Requests.Where(request => request.Method is not "GET").Select(request =>
        $"{request.Method} {request.Path.Split('/')[^1]}{(request.Query.Contains("dryRun", StringComparison.Ordinal) ? " dry" : "")}");

    [Fact]
    public async Task A_pod_that_crashes_is_copied_with_a_command_that_does_not()
    {
        await CrashingAsync("crashing");
        RunResult result = Succeed("Copy-PodForDebug crashing -Container app -- sh -c 'sleep infinity'");

        PSObject copy = Assert.Single(result.Output);
        string name = Of(copy, "Name");
        Assert.Matches("^crashing-debug-[a-z0-9]{5}$", name);
        Assert.Equal(
            ["default", "pod/default/crashing", "node-1", "app", "busybox", "Running", "Running", "General"],
            new[] { "Namespace", "Source", "Node", "Container", "Image", "Phase", "Status", "Profile" }.Select(property => Of(copy, property)));
        Assert.Equal(TimeSpan.FromHours(8), (DateTimeOffset)copy.Properties["Expires"].Value - (DateTimeOffset)copy.Properties["Created"].Value);
        JsonObject stored = Stored(name);
        SameJson("""["sh","-c","sleep infinity"]""", stored["spec"]!["containers"]![0]!["command"]);
        Assert.Equal(28800, (long)stored["spec"]!["activeDeadlineSeconds"]!);
        SameJson("""{"app.kubernetes.io/managed-by":"EphemeralDebug"}""", stored["metadata"]!["labels"]);
        Assert.Null(stored["metadata"]!["ownerReferences"]);
        SameJson(CrashingCommand, Stored("crashing")["spec"]!["containers"]![0]!["command"]);
    }

    [Fact]
    public async Task An_init_container_that_fails_is_named_at_once_and_each_way_around_it_works()
    {
        await Cluster.UntilPodAsync(Name(Cluster.StorePod("stuck", shape: pod => pod["spec"]!["initContainers"] = Containers("prepare", """["sh","-c","exit 3"]"""))), IsBackingOff);

        RunResult failed = Run("Copy-PodForDebug stuck -Container app -TimeoutSec 0");
        Assert.Equal(["InitContainerFailed"], failed.ErrorIds);
        Assert.Contains("init container 'prepare'", failed.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("exit code 3", failed.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("-InitContainer prepare", failed.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);

        Assert.Equal(["Running"], Succeed("Copy-PodForDebug stuck -CopyTo without -Container app -KeepInitContainers:$false").Values("Status"));
        Assert.Null(Stored("without")["spec"]!["initContainers"]);
        Assert.Equal(["Running"], Succeed("Copy-PodForDebug stuck -Container app -RemoveInitContainer prepare").Values("Status"));
        RunResult alone = Succeed("Copy-PodForDebug stuck -CopyTo alone -InitContainer prepare -- sleep 1000");
        Assert.Equal(["prepare"], alone.Values("Container"));
        Assert.Equal("Never", (string?)Stored("alone")["spec"]!["restartPolicy"]);
        Assert.Equal("prepare", (string?)Assert.Single(Stored("alone")["spec"]!["containers"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task Images_are_changed_by_name_and_by_star()
    {
        await Cluster.RunPodAsync("images", shape: pod => pod["spec"]!["containers"]!.AsArray().Add(Container("side", """["sleep","infinity"]""")));
        PSObject copy = Assert.Single(Succeed("Copy-PodForDebug images -CopyTo changed -SetImage @{ '*' = 'busybox:1.36'; side = 'alpine:3.20' } -ShareProcesses:$false").Output);

        Assert.Null(copy.Properties["Container"].Value);
        Assert.Equal(["busybox:1.36", "alpine:3.20"], Stored("changed")["spec"]!["containers"]!.AsArray().Select(one => (string?)one!["image"]));
        Assert.False((bool)Stored("changed")["spec"]!["shareProcessNamespace"]!);
    }

    [Fact]
    public void A_workload_is_copied_from_its_template_with_no_pod_running()
    {
        Cluster.Store.Create(ResourceType.Deployments, TestCluster.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"scaled-down","namespace":"default","uid":"d-1"},
             "spec":{"replicas":0,"selector":{"matchLabels":{"app":"s"}},"template":{"metadata":{"labels":{"app":"s"}},"spec":{"containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]}]}}}}
            """));
        PSObject copy = Assert.Single(Succeed("Copy-PodForDebug -Workload deploy/scaled-down -SetImage @{ '*' = 'busybox' } -ShareProcesses").Output);

        Assert.StartsWith("scaled-down-debug-", Of(copy, "Name"), StringComparison.Ordinal);
        Assert.Equal("deployment/default/scaled-down", Of(copy, "Source"));
        Assert.Equal(["WorkloadNotFound"], Run("Copy-PodForDebug -Workload deploy/none").ErrorIds);
        Assert.Equal(["PodGivenTwice"], Run("Copy-PodForDebug -Pod web-0 -Workload deploy/scaled-down").ErrorIds);
        Assert.Equal(["WorkloadAndPod"], Run("'web-0' | Copy-PodForDebug -Workload deploy/scaled-down").ErrorIds);
        Assert.Equal(["app"], Succeed("Copy-PodForDebug -Workload deploy/scaled-down -CopyTo words -Container app -- sleep 77").Values("Container"));
        SameJson("""["sleep","77"]""", Stored("words")["spec"]!["containers"]![0]!["command"]);
        Assert.Equal(["ParametersExclude"], Run("Copy-PodForDebug -Workload deploy/scaled-down -Replace").ErrorIds);
    }

    [Fact]
    public async Task A_replaced_pod_goes_after_its_copy_was_accepted_twice()
    {
        JsonObject source = await Cluster.RunPodAsync("replaced");
        Cluster.Sandbox.ClearRequests();
        Succeed("Copy-PodForDebug replaced -CopyTo instead -Container app -Replace -Confirm:$false");

        Assert.Equal(["POST pods dry", "POST pods", "DELETE replaced"], Changes);
        SandboxRequest delete = Cluster.Sandbox.Requests.Single(request => request.Method == "DELETE");
        SameJson($$"""{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"{{source["metadata"]!["uid"]}}"},"gracePeriodSeconds":0}""", JsonNode.Parse(delete.Body));
        Assert.Null(Cluster.Store.Get(ResourceType.Pods, "default", "replaced"));
    }

    [Fact]
    public async Task Replace_asks_even_where_the_cmdlet_does_not()
    {
        await Cluster.RunPodAsync("asked");
        Assert.Equal(["ConfirmationRequired"], Run("Copy-PodForDebug asked -Replace").ErrorIds);
        Assert.Empty(Creations);
        Assert.Empty(Run("Copy-PodForDebug asked -Replace -WhatIf").Errors);
        Assert.Empty(Creations);
        Assert.Empty(Run("$ConfirmPreference = 'None'; Copy-PodForDebug asked -Replace -NoWait").Errors);
        Assert.Equal(2, Creations.Count);
    }

    [Fact]
    public async Task Nothing_is_deleted_for_a_copy_that_the_server_refuses()
    {
        await Cluster.RunPodAsync("kept");
        await Cluster.RunPodAsync("taken");
        RunResult result = Run("Copy-PodForDebug kept -CopyTo taken -Replace -Confirm:$false");

        Assert.Equal(["PodNameTaken"], result.ErrorIds);
        Assert.Equal(["POST pods dry"], Changes);
    }

    [Fact]
    public async Task A_source_that_cannot_be_deleted_is_told_together_with_the_copy()
    {
        await Cluster.RunPodAsync("stays");
        using SandboxFault fault = Cluster.Sandbox.Faults.Respond(request => request.Method == "DELETE", 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"stays\" is forbidden: no","reason":"Forbidden","code":403}""", "application/json");
        RunResult result = Run("Copy-PodForDebug stays -CopyTo beside -Replace -Confirm:$false");

        Assert.Equal(["ReplacedNotDeleted"], result.ErrorIds);
        Assert.Contains("kubectl delete pod stays", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("default/beside", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drawn_name_that_is_taken_is_drawn_again_and_a_given_one_is_an_error()
    {
        await Cluster.RunPodAsync("named");
        using (Cluster.Sandbox.Faults.Respond(IsCreation, 409, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"named-debug-xxxxx\" already exists","reason":"AlreadyExists","details":{"name":"named-debug-xxxxx","kind":"pods"},"code":409}""", "application/json", times: 1))
            Succeed("Copy-PodForDebug named -NoWait");
        Assert.Equal(2, Creations.Select(request => (string?)JsonNode.Parse(request.Body)!["metadata"]!["name"]).Distinct().Count());
        Assert.Equal(["PodNameTaken"], Run("Copy-PodForDebug named -CopyTo named").ErrorIds);
    }

    [Fact]
    public async Task An_answer_that_was_lost_makes_no_second_copy()
    {
        await Cluster.RunPodAsync("lost");
        using SandboxFault fault = Cluster.Sandbox.Faults.CutBody(IsCreation, afterBytes: 0);
        PSObject copy = Assert.Single(Succeed("Copy-PodForDebug lost -Container app").Output);

        Assert.Single(Creations);
        Assert.Equal("Running", Of(copy, "Status"));
    }

    [Fact]
    public async Task A_server_that_gave_up_makes_no_second_copy()
    {
        await Cluster.RunPodAsync("slow");
        using SandboxFault fault = Cluster.Sandbox.Faults.TimeOut(IsCreation);
        PSObject copy = Assert.Single(Succeed("Copy-PodForDebug slow -Container app").Output);

        Assert.Single(Creations);
        Assert.Equal("Running", Of(copy, "Status"));
    }

    [Fact]
    public async Task A_source_that_is_gone_or_another_is_told()
    {
        await Cluster.RunPodAsync("gone");
        Succeed("$pod = Get-Pod gone");
        Cluster.Store.Remove(ResourceType.Pods, "default", "gone");
        Assert.Equal(["PodNotFound"], Run("$pod | Copy-PodForDebug").ErrorIds);
        await Cluster.RunPodAsync("gone");
        Assert.Equal(["PodReplaced"], Run("$pod | Copy-PodForDebug").ErrorIds);
        Assert.Empty(Creations);
    }

    [Fact]
    public async Task Auto_takes_what_the_namespace_admits_and_a_named_profile_is_refused()
    {
        Cluster.AddNamespace("copies-baseline", ("pod-security.kubernetes.io/enforce", "baseline"));
        Cluster.AddNamespace("copies-strict", ("pod-security.kubernetes.io/enforce", "restricted"));
        await Cluster.RunPodAsync("modest", "copies-baseline");
        Assert.Equal(["Baseline"], Succeed("Copy-PodForDebug modest -Namespace copies-baseline -Container app -- sleep 1000").Values("Profile"));
        Assert.Equal(["PodSecurityViolation"], Run("Copy-PodForDebug modest -Namespace copies-baseline -Container app -Profile General").ErrorIds);

        await Cluster.RunPodAsync("locked", "copies-strict", pod =>
        {
            pod["spec"]!["securityContext"] = TestCluster.Parse("""{"runAsNonRoot":true,"runAsUser":1000,"seccompProfile":{"type":"RuntimeDefault"}}""");
            pod["spec"]!["containers"]![0]!["securityContext"] = TestCluster.Parse("""{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}""");
        });
        Assert.Equal(["Restricted"], Succeed("Copy-PodForDebug locked -Namespace copies-strict -Image busybox -- sleep 1000").Values("Profile"));
    }

    [Fact]
    public async Task Without_a_terminal_a_script_runs_in_the_copy_which_goes_when_it_has_ended()
    {
        await CrashingAsync("scripted");
        RunResult result = Run("Copy-PodForDebug scripted -Container app -Interactive -StandardInput 'hostname; exit 4' -RemoveOnExit -PassThru -- sh");

        Assert.Empty(result.Errors);
        Assert.StartsWith("scripted-debug-", (string)result.Output[0].BaseObject, StringComparison.Ordinal);
        Assert.Equal(("4", "node-1"), (Of(result.Output[^1], "ExitCode"), Of(result.Output[^1], "Node")));
        await Cluster.UntilGoneAsync(Of(result.Output[^1], "Name"));
    }

    [Fact]
    public async Task A_copy_that_its_user_keeps_can_be_entered_and_found_again()
    {
        await CrashingAsync("entered");
        Succeed("$copy = Copy-PodForDebug entered -CopyTo entered-copy -Container app -- sleep 1000");

        Assert.Equal(["entered-copy"], Succeed("$copy | Get-Pod").Values("Name"));
        Assert.Equal(["entered-copy"], Succeed("'hostname' | Enter-EphemeralContainer -Pod $copy.Name -Name $copy.Container -Shell sh").As<string>());
        Assert.Equal(["entered-copy"], Succeed("$copy | Enter-EphemeralContainer -Shell sh -StandardInput hostname").As<string>());
    }

    [Fact]
    public async Task Ctrl_C_takes_the_copy_away_before_the_prompt_is_back()
    {
        await Cluster.RunPodAsync("stopped");
        using KubeletHold hold = Cluster.Hold("stopped-copy");
        using RunningPipeline pipeline = Engine.Start("Copy-PodForDebug stopped -CopyTo stopped-copy -Container app -Interactive -RemoveOnExit -- sleep 1000");
        await hold.Reached.WaitAsync(Cancel);
        await pipeline.StopAsync(Cancel);

        Assert.Null(Cluster.Store.Get(ResourceType.Pods, "default", "stopped-copy"));
    }

    [Fact]
    public async Task A_copy_that_cannot_be_deleted_is_named_with_the_line_that_deletes_it()
    {
        await Cluster.RunPodAsync("undeletable");
        using SandboxFault fault = Cluster.Sandbox.Faults.Respond(request => request.Method == "DELETE", 500, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"etcd is down","reason":"InternalError","code":500}""", "application/json");
        RunResult result = Run("Copy-PodForDebug undeletable -CopyTo left -Container app -Interactive -RemoveOnExit -- echo hi");

        Assert.Equal(["hi"], result.As<string>());
        Assert.Equal(["LeftBehind"], result.ErrorIds);
        Assert.Equal("Remove it: Remove-DebugArtifact left -Namespace default", result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Fact]
    public async Task A_copy_that_cannot_start_is_an_error_with_its_cause_and_stays()
    {
        await Cluster.RunPodAsync("badimage");
        RunResult result = Run("Copy-PodForDebug badimage -CopyTo broken -Image no-such-image -TimeoutSec 0");

        Assert.Equal(["ImageNotFound"], result.ErrorIds);
        Assert.Contains("Remove-DebugArtifact broken -Namespace default", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(Cluster.Store.Get(ResourceType.Pods, "default", "broken"));
    }

    [Fact]
    public async Task Nothing_is_stored_for_a_dry_run_and_nothing_sent_for_WhatIf()
    {
        await Cluster.RunPodAsync("dry");
        Assert.Equal(["DryRun"], Succeed("Copy-PodForDebug dry -CopyTo never -DryRun").Values("Status"));
        Assert.Null(Cluster.Store.Get(ResourceType.Pods, "default", "never"));
        Cluster.Sandbox.ClearRequests();
        Assert.Contains("What if:", Run("Copy-PodForDebug dry -CopyTo never -WhatIf").Text, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("90m", 5400L)]
    [InlineData("2d", 172800L)]
    [InlineData("([timespan]'00:00:10')", 10L)]
    public async Task The_deadline_is_the_users(string after, long? seconds)
    {
        string name = $"deadline-{Guid.NewGuid():n}";
        await Cluster.RunPodAsync(name);
        Succeed($"Copy-PodForDebug {name} -CopyTo {name}-copy -ExpireAfter {after} -NoWait");
        Assert.Equal(seconds, (long?)Stored($"{name}-copy")["spec"]!["activeDeadlineSeconds"]);
    }

    [Fact]
    public async Task A_frozen_container_keeps_its_image_sleeps_and_opens_a_shell()
    {
        await CrashingAsync("frozen");
        RunResult result = Run("Copy-PodForDebug frozen -CopyTo ice -Freeze -Interactive -StandardInput 'echo in; exit 6' -PassThru");

        Assert.Empty(result.Errors);
        Assert.Equal("in", result.Output[0].BaseObject);
        Assert.Equal(("6", "app"), (Of(result.Output[^1], "ExitCode"), Of(result.Output[^1], "Frozen")));
        SameJson("""["sleep","2147483647"]""", Stored("ice")["spec"]!["containers"]![0]!["command"]);
    }

    [Theory]
    [InlineData("-Freeze")]
    [InlineData("-Freeze -Image busybox -- sleep 1000")] // beside it
    public async Task A_frozen_image_without_a_sleep_is_brought_one_and_so_is_its_copy(string parameters)
    {
        string name = $"distroless-{Guid.NewGuid():n}";
        await Cluster.UntilPodAsync(Name(Cluster.StorePod(name, shape: pod => pod["spec"]!["containers"]![0] = TestCluster.Parse("""{"name":"app","image":"sample-app-distroless:1.0"}"""))),
            pod => (string?)pod["status"]!["phase"] == "Running");
        RunResult result = Succeed($"$copy = Copy-PodForDebug {name} {parameters}; $copy");

        Assert.Equal(("Running", "app"), (Of(result.Output[0], "Status"), Of(result.Output[0], "Frozen")));
        JsonObject stored = Stored(Of(result.Output[0], "Name"));
        SameJson("""["/.ephemeraldebug/busybox","sleep","2147483647"]""", stored["spec"]!["containers"]![0]!["command"]);
        Assert.Equal(2, Creations.Count);
        Assert.Equal([Of(result.Output[0], "Name")], Succeed($"Get-Pod {name}-debug-*").Values("Name")); // the first try is gone

        Assert.Equal(["app"], Succeed("$copy | Copy-PodForDebug -Container app -Freeze").Values("Frozen"));
    }

    [Theory]
    [InlineData("-Target app", "TargetForCopy")]
    [InlineData("-Container nosuch", "CopyContainerNotFound")]
    [InlineData("-SameNode -Node node-1", "ParametersExclude")]
    [InlineData("-Freeze -Container app -- sh", "ParametersExclude")]
    [InlineData("-RemoveOnExit", "InteractiveRequired")]
    [InlineData("-CopyTo 'Not a name'", "InvalidPodName")]
    [InlineData("-Image 'no image'", "InvalidImageReference")]
    [InlineData("-SetImage @{ '*' = 'busybox' } -Interactive", "NothingToEnter")]
    [InlineData("-ExpireAfter (-5)", "InvalidDeadline")]
    [InlineData("-Tty", "TtyNeedsStdin")]
    public async Task What_cannot_be_is_refused_before_anything_is_created(string parameters, string errorId)
    {
        string name = $"refused-{Guid.NewGuid():n}";
        await Cluster.RunPodAsync(name);
        Assert.Equal([errorId], Run($"Copy-PodForDebug {name} {parameters}").ErrorIds);
        Assert.Empty(Creations);
    }

    [Fact]
    public async Task Pods_come_from_kubectls_json_and_one_bad_one_does_not_stop_the_others()
    {
        JsonObject pod = await Cluster.RunPodAsync("json");
        RunResult result = Run("$json | ConvertFrom-Json | ForEach-Object { 'none-such'; $_ } | Copy-PodForDebug -Container app", ("json", pod.ToJsonString()));

        Assert.Equal(["PodNotFound"], result.ErrorIds);
        Assert.Equal(["pod/default/json"], result.Values("Source"));
    }

    [Fact]
    public async Task Two_pods_cannot_be_entered_at_once()
    {
        await Cluster.RunPodAsync("two-1");
        await Cluster.RunPodAsync("two-2");
        RunResult result = Run("'two-1', 'two-2' | Copy-PodForDebug -Container app -Interactive");

        Assert.Equal(["OnePodOnly"], result.ErrorIds);
        Assert.Contains("Copy-PodForDebug -Interactive", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Creations);
    }

    [Fact]
    public async Task Surprises_are_told_before_they_happen()
    {
        Cluster.Store.Create(ResourceType.Services, TestCluster.Parse("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"front","namespace":"default"},"spec":{"selector":{"app":"served"}}}"""));
        await Cluster.RunPodAsync("served", shape: pod => pod["spec"]!["containers"]![0]!["env"] = new JsonArray(TestCluster.Parse("""{"name":"KAFKA_BROKERS","value":"k:9092"}""")));
        RunResult result = Succeed("Copy-PodForDebug served -Image busybox -KeepLabels -NoWait");

        Assert.Contains(result.Warnings, text => text.Contains("Service 'front' will send traffic", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, text => text.Contains("take work from a queue", StringComparison.Ordinal));
    }

    private static string Of(PSObject item, string property) => item.Properties[property].Value?.ToString() ?? "";

    private static bool IsCreation(SandboxRequest request) => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal);

    private static bool IsBackingOff(JsonObject pod) =>
        pod["status"].Objects("initContainerStatuses").Concat(pod["status"].Objects("containerStatuses")).Any(status => (string?)status["state"]?["waiting"]?["reason"] == "CrashLoopBackOff");

    private static string Name(JsonObject pod) => (string)pod["metadata"]!["name"]!;

    private static JsonObject Container(string name, string command) => TestCluster.Parse($$"""{"name":"{{name}}","image":"busybox","command":{{command}}}""");

    private static JsonArray Containers(string name, string command) => new(Container(name, command));

    private JsonObject Stored(string name) => Cluster.Store.Get(ResourceType.Pods, "default", name)!;

    private async Task CrashingAsync(string name)
    {
        Cluster.StorePod(name, shape: pod => pod["spec"]!["containers"]![0]!["command"] = JsonNode.Parse(CrashingCommand));
        await Cluster.UntilPodAsync(name, IsBackingOff);
    }
}
