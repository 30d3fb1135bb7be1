using System.Collections.Concurrent;
using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>One command on many pods: a result for each, whatever becomes of it.</summary>
public sealed class InvokeDebugCommandTests : ClusterTests, IClassFixture<TestCluster>
{
    public InvokeDebugCommandTests(TestCluster cluster) : base(cluster)
    {
        cluster.StreamFault = null;
    }

    [Fact]
    public async Task Each_pod_gives_a_result_with_its_exit_code_and_both_streams_apart()
    {
        foreach (string name in new[] { "each-1", "each-2", "each-3" }) await Cluster.RunPodAsync(name);
        RunResult result = Succeed("'each-1', 'each-2', 'each-3' | Invoke-DebugCommand -Image busybox -- sh -c 'hostname; echo wrong >&2; exit 3'");

        Assert.Equal(["each-1", "each-2", "each-3"], result.Values("Pod").Order());
        foreach (PSObject one in result.Output)
        {
            Assert.Equal($"{Of(one, "Pod")}\n", Of(one, "StdOut"));
            Assert.Equal(("wrong\n", "True", "3", "False", ""), (Of(one, "StdErr"), Of(one, "StdErrApart"), Of(one, "ExitCode"), Of(one, "Truncated"), Of(one, "Error")));
            Assert.StartsWith("debugger-", Of(one, "Container"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_container_ends_when_the_command_has()
    {
        await Cluster.RunPodAsync("ends");
        Succeed("Invoke-DebugCommand ends -- echo hi");
        await Cluster.UntilPodAsync("ends", pod => pod["status"].Objects("ephemeralContainerStatuses").Any(status => status["state"]?["terminated"] is not null));
    }

    [Fact]
    public async Task Arguments_go_to_the_images_own_entry_point()
    {
        await Cluster.RunPodAsync("arguments");
        RunResult result = Succeed("Invoke-DebugCommand arguments -ArgumentsOnly -- sh -c 'echo out; exit 2'");

        Assert.Equal(("2", "False"), (Of(result.Output[0], "ExitCode"), Of(result.Output[0], "StdErrApart")));
        SameJson("""["sh","-c","echo out; exit 2"]""", ContainerOf(Assert.Single(Cluster.Patches))["args"]);
    }

    [Fact]
    public async Task An_image_with_nothing_to_hold_it_open_runs_the_command_as_its_own_and_is_ended_with_its_time()
    {
        await Cluster.RunPodAsync("direct");
        RunResult result = Run("Invoke-DebugCommand direct -Image sample-app-distroless:1.0 -TimeoutSec 3 -- sample-app");

        Assert.Equal(("CommandTimedOut", "False"), (Of(result.Output[0], "ErrorId"), Of(result.Output[0], "StdErrApart")));
        Assert.Equal(2, Cluster.Patches.Count);
    }

    [Fact]
    public async Task A_command_whose_time_is_over_does_not_go_on()
    {
        await Cluster.RunPodAsync("over");
        Assert.Equal(["CommandTimedOut"], Run("Invoke-DebugCommand over -TimeoutSec 2 -- sleep 1000").ErrorIds);
        Assert.Equal(["CommandTimedOut"], Run("Invoke-DebugCommand over -TimeoutSec 2 -ArgumentsOnly -Image busybox -- sleep 1000").ErrorIds);
        await Cluster.UntilPodAsync("over", pod => pod["status"].Objects("ephemeralContainerStatuses").All(status => status["state"]?["terminated"] is not null));
    }

    [Fact]
    public async Task Who_may_not_exec_gets_the_output_and_the_exit_code_all_the_same()
    {
        await Cluster.RunPodAsync("noexec");
        using SandboxFault review = Cluster.Sandbox.Faults.Respond(request => request.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal), 201,
            """{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{},"status":{"allowed":false}}""", "application/json");
        RunResult result = Succeed("Invoke-DebugCommand noexec -- sh -c 'echo out; exit 5'");

        Assert.Equal(("out\n", "5", "False"), (Of(result.Output[0], "StdOut"), Of(result.Output[0], "ExitCode"), Of(result.Output[0], "StdErrApart")));
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Path.EndsWith("/exec", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_container_that_exists_runs_it_and_is_left_alone()
    {
        await Cluster.RunPodAsync("existing");
        Assert.Equal(["existing\n"], Succeed("Invoke-DebugCommand existing -Container app -- hostname").Values("StdOut"));
        Assert.Empty(Cluster.Patches);

        Succeed("$probe = New-EphemeralContainer existing -Name probe -Image busybox -- sleep 1000");
        Assert.Equal(["probe"], Succeed("$probe | Invoke-DebugCommand -- hostname").Values("Container"));
        Assert.Single(Cluster.Patches);
        Assert.Equal(["CommandRequired"], Run("Invoke-DebugCommand existing -Container app").ErrorIds);
        Assert.Equal(["EphemeralContainerNotFound"], Run("Invoke-DebugCommand existing -Container nosuch -- ls").ErrorIds);
    }

    [Fact]
    public async Task A_container_serves_again_where_it_is_of_the_same_sort_and_ours()
    {
        await Cluster.RunPodAsync("again");
        string first = Of(Succeed("Invoke-DebugCommand again -Reuse -- echo 1").Output[0], "Container");
        await Cluster.UntilPodAsync("again", pod => pod["status"].Objects("ephemeralContainerStatuses").Any(status => status["state"]?["running"] is not null));

        Assert.Equal([first], Succeed("Invoke-DebugCommand again -Reuse -- echo 2").Values("Container"));
        Assert.Single(Cluster.Patches);
        Assert.Empty(Run("Invoke-DebugCommand again -Reuse").ErrorIds); // the image's own command, in a container of its own
        Assert.NotEqual([first], Succeed("Invoke-DebugCommand again -Reuse -NoTarget -- echo 3").Values("Container"));
        Assert.NotEqual([first], Succeed("Invoke-DebugCommand again -Reuse -RunAsUser 1000 -- echo 4").Values("Container"));
        Assert.NotEqual([first], Succeed("Invoke-DebugCommand again -Reuse -Image alpine:3.20 -- echo 5").Values("Container"));
    }

    [Fact]
    public async Task Two_hundred_pods_that_fail_in_every_way_give_two_hundred_results()
    {
        string[] names = [.. Enumerable.Range(0, 200).Select(number => $"many-{number / 10}-{number % 10}")];
        foreach (string name in names)
        {
            Cluster.StorePod(name, shape: pod =>
            {
                if (name.EndsWith("-0", StringComparison.Ordinal)) pod["spec"]!["securityContext"] = TestCluster.Parse("""{"runAsNonRoot":true}""");
                if (name.EndsWith("-0", StringComparison.Ordinal)) pod["spec"]!["containers"]![0]!["securityContext"] = TestCluster.Parse("""{"runAsUser":1000}""");
            });
        }

        foreach (string name in names) await Cluster.UntilPodAsync(name, pod => (string?)pod["status"]!["phase"] == "Running");
        using SandboxFault forbidden = Cluster.Sandbox.Faults.Respond(request => TestCluster.IsPatch(request) && request.Path.Split('/')[^2].EndsWith("-1", StringComparison.Ordinal), 403,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"many\" is forbidden: User \"x\" cannot patch resource \"pods/ephemeralcontainers\" in API group \"\" in the namespace \"default\"","reason":"Forbidden","code":403}""", "application/json");
        ConcurrentDictionary<string, int> streams = new();
        Cluster.StreamFault = container =>
        {
            // The attach that holds the container open comes when the command runs.
            if (container.Pod.EndsWith("-2", StringComparison.Ordinal) && streams.AddOrUpdate(container.Pod, 1, (_, count) => count + 1) == 2)
                Cluster.Store.Remove(ResourceType.Pods, container.Namespace, container.Pod);
            return container.Pod.EndsWith("-4", StringComparison.Ordinal) ? new StreamFault { CutAfterBytes = 1 } : null;
        };

        RunResult result = Run("$names | Invoke-DebugCommand -NoTarget -ThrottleLimit 64 -TimeoutSec 15 -- sh -c 'h=$(hostname); n=${h##*-}; [ $n = 2 ] && sleep 1000; [ $n = 3 ] && sleep 1000; [ $n = 5 ] && exit 7; echo hi $h'", ("names", names));

        Assert.Equal(names.Order(), result.Values("Pod").Order());
        ILookup<string, PSObject> ways = result.Output.ToLookup(one => Of(one, "Pod")[^1..]);
        Assert.All(ways["0"], one => Assert.Equal("ImageRunsAsRoot", Of(one, "ErrorId")));
        Assert.All(ways["1"], one => Assert.Equal("Forbidden", Of(one, "ErrorId")));
        Assert.All(ways["2"], one => Assert.True(Of(one, "ErrorId") is "SessionPodDeleted" or "PodDeleted" or "PodNotFound" or "PodGoneMeanwhile", Of(one, "ErrorId")));
        Assert.All(ways["3"], one => Assert.Equal(("CommandTimedOut", "True", ""), (Of(one, "ErrorId"), Of(one, "TimedOut"), Of(one, "ExitCode"))));
        Assert.All(ways["4"], one => Assert.True(Of(one, "ErrorId") is "CommandLost" or "ConnectionLost" && Of(one, "ExitCode").Length == 0, Of(one, "ErrorId")));
        Assert.All(ways["5"], one => Assert.Equal(("", "7"), (Of(one, "ErrorId"), Of(one, "ExitCode"))));
        foreach (string good in new[] { "6", "7", "8", "9" }) Assert.All(ways[good], one => Assert.Equal(($"hi {Of(one, "Pod")}\n", "0"), (Of(one, "StdOut"), Of(one, "ExitCode"))));
        Assert.Equal(100, result.Errors.Count);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_later()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(number => $"busy-{number}")];
        foreach (string name in names) await Cluster.RunPodAsync(name);
        using SandboxFault fault = Cluster.Sandbox.Faults.TooManyRequests(request => request.Path.Contains("/pods/busy-", StringComparison.Ordinal), retryAfterSeconds: 1, times: 20);

        Assert.Equal(10, Succeed("$names | Invoke-DebugCommand -- echo hi", ("names", names)).Values("StdOut").Count(text => text == "hi\n"));
    }

    [Fact]
    public async Task Characters_that_frames_cut_apart_are_whole()
    {
        await Cluster.RunPodAsync("split");
        Cluster.StreamFault = _ => new StreamFault { FragmentBytes = 1 };
        Assert.Equal(["grüße €\n"], Succeed("Invoke-DebugCommand split -- echo 'grüße €'").Values("StdOut"));
    }

    [Fact]
    public async Task Much_output_is_cut_in_the_result_and_whole_in_the_file()
    {
        await Cluster.RunPodAsync("much");
        string folder = Path.Combine(Cluster.Folder, "much-out");
        RunResult result = Succeed("Invoke-DebugCommand much -OutDirectory $folder -MaxOutput 1kb -- sh -c 'yes 0123456789abcde | head -c 104857600'", ("folder", folder));

        Assert.Equal(("True", 1024), (Of(result.Output[0], "Truncated"), Of(result.Output[0], "StdOut").Length));
        Assert.Equal(Path.Combine(folder, "default_much.out"), Of(result.Output[0], "OutFile"));
        Assert.Equal(104857600, new FileInfo(Of(result.Output[0], "OutFile")).Length);
    }

    [Fact]
    public async Task A_character_is_not_cut_in_half_where_output_is()
    {
        await Cluster.RunPodAsync("cut");
        Assert.Equal(["€"], Succeed("Invoke-DebugCommand cut -MaxOutput 5 -- printf '€€€'").Values("StdOut"));
    }

    [Fact]
    public async Task Results_come_in_the_order_of_their_ends_or_of_the_input()
    {
        await Cluster.RunPodAsync("order-slow");
        await Cluster.RunPodAsync("order-fast");
        using KubeletHold hold = Cluster.Hold("order-slow");
        using (RunningPipeline pipeline = Engine.Start("'order-slow', 'order-fast' | Invoke-DebugCommand -- hostname"))
        {
            await pipeline.OutputReachesAsync(1, Cancel);
            hold.Dispose();
            Assert.Equal(["order-fast", "order-slow"], (await pipeline.EndAsync(Cancel)).Values("Pod"));
        }

        using KubeletHold again = Cluster.Hold("order-slow");
        using RunningPipeline ordered = Engine.Start("'order-slow', 'order-fast' | Invoke-DebugCommand -Ordered -- hostname");
        await again.Reached.WaitAsync(Cancel);
        again.Dispose();
        Assert.Equal(["order-slow", "order-fast"], (await ordered.EndAsync(Cancel)).Values("Pod"));
    }

    [Fact]
    public async Task Ctrl_C_leaves_no_request_and_names_the_containers_that_stay()
    {
        foreach (string name in new[] { "stop-1", "stop-2" }) await Cluster.RunPodAsync(name);
        using RunningPipeline pipeline = Engine.Start("'stop-1', 'stop-2' | Invoke-DebugCommand -- sleep 1000");
        await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/pods/stop-1/attach", StringComparison.Ordinal), Cancel);
        await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/pods/stop-2/attach", StringComparison.Ordinal), Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Contains("default/stop-1/debugger-", result.Text, StringComparison.Ordinal);
        Assert.Contains("default/stop-2/debugger-", result.Text, StringComparison.Ordinal);
        foreach (SandboxRequest request in Cluster.Sandbox.Requests) await request.Ended.WaitAsync(Cancel);
        foreach (string name in new[] { "stop-1", "stop-2" })
            await Cluster.UntilPodAsync(name, pod => pod["status"].Objects("ephemeralContainerStatuses").All(status => status["state"]?["terminated"] is not null));
    }

    [Fact]
    public async Task Who_takes_the_first_result_stops_the_others()
    {
        await Cluster.RunPodAsync("first-1");
        await Cluster.RunPodAsync("first-2");
        RunResult result = Run("'first-1', 'first-2' | Invoke-DebugCommand -NoTarget -- sh -c '[ $(hostname) = first-2 ] && sleep 1000; hostname' | Select-Object -First 1");

        Assert.Equal(["first-1"], result.Values("Pod"));
        foreach (SandboxRequest request in Cluster.Sandbox.Requests) await request.Ended.WaitAsync(Cancel);
    }

    [Fact]
    public async Task Not_more_are_under_way_than_the_throttle_allows()
    {
        string[] names = [.. Enumerable.Range(0, 6).Select(number => $"throttle-{number}")];
        foreach (string name in names) await Cluster.RunPodAsync(name);
        using KubeletHold hold = Cluster.Hold("*", expected: 2);
        using RunningPipeline pipeline = Engine.Start("$names | Invoke-DebugCommand -ThrottleLimit 2 -- hostname", ("names", names));
        await hold.Reached.WaitAsync(Cancel);
        Assert.Equal(2, Cluster.Patches.Count);
        hold.Dispose();
        Assert.Equal(6, (await pipeline.EndAsync(Cancel)).Output.Count);
    }

    [Fact]
    public async Task Pods_of_kubectls_json_and_our_own_go_together_and_WhatIf_sends_nothing()
    {
        JsonObject pod = await Cluster.RunPodAsync("json");
        Assert.Equal(2, Succeed("& { $json | ConvertFrom-Json; Get-Pod json } | Invoke-DebugCommand -- hostname", ("json", pod.ToJsonString())).Output.Count);
        Cluster.Sandbox.ClearRequests();
        RunResult result = Run("Invoke-DebugCommand json -WhatIf -- hostname");
        Assert.Contains("Run 'hostname'", result.Text, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Fact]
    public async Task Nodes_run_it_in_pods_that_are_gone_afterwards()
    {
        await Cluster.RunPodAsync("no-node");
        RunResult result = Succeed("Get-Node | Invoke-DebugCommand -- sh -c 'echo on it; exit 4'");

        Assert.Equal(("node-1", "on it\n", "4"), (Of(result.Output[0], "Node"), Of(result.Output[0], "StdOut"), Of(result.Output[0], "ExitCode")));
        await Cluster.UntilGoneAsync(Of(result.Output[0], "Pod"));
        Assert.Equal(["node-1", "node-1", "node-1"], Succeed("'node/node-1', 'nodes/node-1' | Invoke-DebugCommand -Ordered -- hostname; Invoke-DebugCommand -Node node-1 -- hostname").Values("Node"));

        SandboxRequest creation = Cluster.Sandbox.Requests.First(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
        Assert.Equal(600, (long)JsonNode.Parse(creation.Body)!["spec"]!["activeDeadlineSeconds"]!);
        Assert.Equal(["HostShellNeedsNode"], Run("Invoke-DebugCommand no-node -HostShell -- uptime").ErrorIds);
        Assert.Equal(["NodeNotFound"], Run("Invoke-DebugCommand -Node nosuch -- uptime").ErrorIds);
        Assert.Equal(["CommandRequired"], Run("Invoke-DebugCommand -Node node-1").ErrorIds);
        Assert.Equal(["ParametersExclude"], Run("Invoke-DebugCommand -Node node-1 -RunAsUser 1000 -- id").ErrorIds);
        Assert.Equal(["node-1"], Succeed("Invoke-DebugCommand node/node-1 -- hostname").Values("Node"));
    }

    [Fact]
    public async Task Ctrl_C_takes_the_pods_of_nodes_away()
    {
        using RunningPipeline pipeline = Engine.Start("Get-Node | Invoke-DebugCommand -- sleep 1000");
        SandboxRequest attach = await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/attach", StringComparison.Ordinal), Cancel);
        await pipeline.StopAsync(Cancel);
        Assert.Null(Cluster.Store.Get(ResourceType.Pods, "default", attach.Path.Split('/')[^2]));
    }

    [Theory]
    [InlineData("-Container app -Reuse -- ls", "ParametersExclude")]
    [InlineData("-Image 'no image' -- ls", "InvalidImageReference")]
    [InlineData("-OutDirectory /dev/null/x -- ls", "OutFileUnwritable")]
    [InlineData("-Reuse -ArgumentsOnly -- ls", "ParametersExclude")]
    [InlineData("-AsJob -Confirm -- ls", "JobCannotAsk")]
    public void What_cannot_be_is_refused_before_anything_is_sent(string parameters, string errorId)
    {
        Assert.Equal([errorId], Run($"Invoke-DebugCommand web-0 {parameters}").ErrorIds);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Fact]
    public void A_pod_without_a_node_is_not_waited_for()
    {
        Cluster.StorePod("nowhere", shape: pod =>
        {
            pod["spec"]!.AsObject().Remove("nodeName");
            pod["spec"]!["nodeSelector"] = TestCluster.Parse("""{"disktype":"nvme"}""");
        });
        Assert.Equal(["PodNotScheduled"], Run("Invoke-DebugCommand nowhere -TimeoutSec 0 -- hostname").ErrorIds);
        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public async Task WhatIf_makes_no_folder_and_a_job_finds_the_folder_that_is_meant_here()
    {
        await Cluster.RunPodAsync("folders");
        string folder = Path.Combine(Cluster.Folder, "folders-out");
        Run("Invoke-DebugCommand folders -WhatIf -OutDirectory $folder -- hostname", ("folder", folder));
        Assert.False(Directory.Exists(folder));

        Job job = (Job)Assert.Single(Succeed("$null = $ExecutionContext.SessionState.Path.SetLocation($here); Invoke-DebugCommand folders -AsJob -OutDirectory folders-out -- hostname", ("here", Cluster.Folder)).Output).BaseObject;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        job.StateChanged += (_, change) => { if (change.JobStateInfo.State == JobState.Completed) ended.TrySetResult(); };
        if (job.JobStateInfo.State != JobState.Completed) await ended.Task.WaitAsync(Cancel);
        Assert.Equal("folders\n", await File.ReadAllTextAsync(Path.Combine(folder, "default_folders.out"), Cancel));
        job.Dispose();
    }

    [Fact]
    public async Task Progress_says_how_many_are_done_under_way_and_failed()
    {
        string[] names = [.. Enumerable.Range(0, 3).Select(number => $"progress-{number}")];
        foreach (string name in names) await Cluster.RunPodAsync(name);
        using KubeletHold hold = Cluster.Hold("progress-2");
        using RunningPipeline pipeline = Engine.Start("'progress-none', 'progress-0', 'progress-1', 'progress-2' | Invoke-DebugCommand -- sh -c 'sleep 0.3; hostname'");
        await pipeline.UntilAsync(pipeline.Streams.Progress, record => record.StatusDescription.Contains(", 1 failed;", StringComparison.Ordinal), Cancel);
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(4, result.Output.Count);
        Assert.Contains(result.Progress, record => record.StatusDescription.Contains(" done, ", StringComparison.Ordinal) && record.StatusDescription.Contains(" under way, 1 failed; ", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public async Task A_program_that_the_image_lacks_is_an_error_of_its_own()
    {
        await Cluster.RunPodAsync("lacks");
        RunResult result = Run("Invoke-DebugCommand lacks -- no-such-program");
        Assert.Equal(["CommandNotFound"], result.ErrorIds);
        Assert.Equal("CommandNotFound", Of(Assert.Single(result.Output), "ErrorId"));
        // The reason comes at the end of a long chain of who failed at what, and must not be cut off.
        Assert.EndsWith("exec: \"no-such-program\": executable file not found in $PATH", result.Errors[0].Exception.Message.TrimEnd('.', ' '), StringComparison.Ordinal);
    }

    private static string Of(PSObject item, string property) => item.Properties[property].Value?.ToString() ?? "";
}
