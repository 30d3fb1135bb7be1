using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Adding a container and waiting for it, with a kubelet that starts it.</summary>
public sealed class NewEphemeralContainerTests : ClusterTests, IClassFixture<TestCluster>
{
    public NewEphemeralContainerTests(TestCluster cluster) : base(cluster)
    {
    }

    [Fact]
    public async Task It_returns_when_the_container_runs()
    {
        await Cluster.RunPodAsync("runs");
        RunResult result = Succeed("New-EphemeralContainer runs -Name probe -- sleep 600");

        Assert.Equal(["probe"], result.Values("Name"));
        Assert.Equal(["Running"], result.Values("State"));
        Assert.NotNull(result.Output[0].Properties["Started"].Value);
        Assert.Empty(result.Warnings);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Path.EndsWith("/pods", StringComparison.Ordinal) && !request.Query.Contains("watch=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_container_that_has_ended_already_is_given_too()
    {
        await Cluster.RunPodAsync("ends");
        RunResult result = Succeed("New-EphemeralContainer ends -- sh -c 'exit 3' | Wait-EphemeralContainer -For Terminated");

        Assert.Equal(["Terminated"], result.Values("State"));
        Assert.Equal(["3"], result.Values("ExitCode"));
        Assert.NotNull(result.Output[0].Properties["Finished"].Value);
    }

    [Fact]
    public async Task NoWait_returns_when_the_server_has_accepted()
    {
        await Cluster.RunPodAsync("impatient");
        using KubeletHold hold = Cluster.Hold("impatient");
        RunResult result = Succeed("New-EphemeralContainer impatient -NoWait -Name probe");

        Assert.Equal(["probe"], result.Values("Name"));
        Assert.NotEqual(["Running"], result.Values("State"));
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Query.Contains("watch=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Progress_tells_the_phase()
    {
        await Cluster.RunPodAsync("slow");
        KubeletHold hold = Cluster.Hold("slow");
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer slow -Image alpine -- sleep 600");
        await pipeline.UntilAsync(pipeline.Streams.Progress, record => record.StatusDescription is "slow: creating the container" or "slow: pulling the image", Cancel);
        Assert.Empty(pipeline.Output.ToArray());

        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Equal(["Running"], result.Values("State"));
        Assert.Equal(System.Management.Automation.ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public async Task Fifty_pods_are_waited_for_at_once()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"many-{i:00}")];
        Cluster.AddNamespace("many");
        foreach (string name in names) Cluster.StorePod(name, "many");
        foreach (string name in names) await Cluster.UntilPodAsync(name, pod => (string?)pod["status"]?["phase"] == "Running", "many");

        // No container starts before all have been asked for: one after the other this would never end.
        KubeletHold hold = Cluster.Hold("*", expected: 50);
        using RunningPipeline pipeline = Engine.Start("Get-Pod -n many | New-EphemeralContainer -TimeoutSec 0 -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        Assert.Empty(pipeline.Output.ToArray());
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Empty(result.Errors);
        Assert.Equal(names, result.Values("Pod").Order(StringComparer.Ordinal));
        Assert.All(result.Values("State"), state => Assert.Equal("Running", state));
        Assert.InRange(Cluster.Sandbox.Requests.Count(request => request.Query.Contains("watch=", StringComparison.Ordinal)), 1, 8);
    }

    [Fact]
    public async Task A_pod_that_fails_does_not_stop_the_others()
    {
        await Cluster.RunPodAsync("good-1");
        await Cluster.RunPodAsync("good-2");
        Cluster.StorePod("over", shape: pod => pod["status"]!["phase"] = "Succeeded");
        RunResult result = Run("'good-1', 'Bad_Name', 'missing', 'over', 'good-2' | New-EphemeralContainer -- sleep 600");

        Assert.Equal(["good-1", "good-2"], result.Values("Pod").Order(StringComparer.Ordinal));
        Assert.Equal(["InvalidPodName", "PodFinished", "PodNotFound"], result.ErrorIds.Order(StringComparer.Ordinal));
        Assert.Equal(["Bad_Name", "missing", "over"], result.Errors.Select(error => error.TargetObject).Order());
        Assert.Equal(2, Cluster.Patches.Count);
    }

    [Fact]
    public async Task Each_object_comes_when_its_container_is_ready()
    {
        await Cluster.RunPodAsync("first");
        await Cluster.RunPodAsync("second");
        KubeletHold hold = Cluster.Hold("first");
        using RunningPipeline pipeline = Engine.Start("'first', 'second' | New-EphemeralContainer -- sleep 600");
        await pipeline.OutputReachesAsync(1, Cancel);
        hold.Dispose();

        Assert.Equal(["second", "first"], (await pipeline.EndAsync(Cancel)).Values("Pod"));
    }

    [Fact]
    public async Task A_connection_that_is_cut_after_the_patch_was_stored_adds_one_container_and_no_error()
    {
        await Cluster.RunPodAsync("cut");
        Cluster.Sandbox.Faults.CutBody(TestCluster.IsPatch, afterBytes: 0);
        RunResult result = Succeed("New-EphemeralContainer cut -- sleep 600");

        Assert.Equal(["Running"], result.Values("State"));
        Assert.Equal(result.Values("Name"), [(string?)Assert.Single(Cluster.EphemeralContainers("cut"))["name"]]);
        Assert.Single(Cluster.Patches);
    }

    [Fact]
    public async Task A_server_that_gave_up_after_the_patch_was_stored_adds_one_container_and_no_error()
    {
        await Cluster.RunPodAsync("slow-store");
        Cluster.Sandbox.Faults.TimeOut(TestCluster.IsPatch);
        RunResult result = Succeed("New-EphemeralContainer slow-store -- sleep 600");

        Assert.Equal(["Running"], result.Values("State"));
        Assert.Single(Cluster.EphemeralContainers("slow-store"));
        Assert.Single(Cluster.Patches);
    }

    [Fact]
    public async Task A_connection_that_is_cut_before_the_patch_is_an_error_and_is_not_repeated()
    {
        await Cluster.RunPodAsync("cut-before");
        Cluster.Sandbox.Faults.Cut(TestCluster.IsPatch);
        RunResult result = Run("New-EphemeralContainer cut-before -- sleep 600");

        Assert.Equal(["ConnectionLost"], result.ErrorIds);
        Assert.Empty(Cluster.EphemeralContainers("cut-before"));
        Assert.Single(Cluster.Patches);
    }

    [Fact]
    public async Task A_conflict_and_a_busy_server_are_tried_again()
    {
        await Cluster.RunPodAsync("busy");
        Cluster.Sandbox.Faults.TooManyRequests(TestCluster.IsPatch, retryAfterSeconds: null);
        Cluster.Sandbox.Faults.Respond(TestCluster.IsPatch, 409,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the object has been modified","reason":"Conflict","details":{"name":"busy","kind":"pods"},"code":409}""",
            "application/json", times: 1);

        Assert.Equal(["Running"], Succeed("New-EphemeralContainer busy -- sleep 600").Values("State"));
        Assert.Equal(3, Cluster.Patches.Count);
        Assert.Single(Cluster.EphemeralContainers("busy"));
    }

    [Fact]
    public async Task A_watch_that_is_cut_or_expires_is_taken_up_again()
    {
        await Cluster.RunPodAsync("rewatched");
        KubeletHold hold = Cluster.Hold("rewatched");
        static bool IsWatch(SandboxRequest request) => request.Path.EndsWith("/pods", StringComparison.Ordinal) && request.Query.Contains("watch=", StringComparison.Ordinal);
        SandboxFault cut = Cluster.Sandbox.Faults.CutWatch(IsWatch, afterEvents: 0);
        SandboxFault expired = Cluster.Sandbox.Faults.ExpireWatch(IsWatch);
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer rewatched -- sleep 600");
        await cut.Hit.WaitAsync(Cancel);
        await expired.Hit.WaitAsync(Cancel);
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Empty(result.Errors);
        Assert.Equal(["Running"], result.Values("State"));
        Assert.Single(Cluster.Patches);
    }

    [Fact]
    public async Task Who_may_not_watch_gets_the_container_and_a_warning()
    {
        await Cluster.RunPodAsync("unseen");
        Engine.UseKubeConfig(Cluster.KubeConfigOf("patcher"));
        RunResult result = Succeed("New-EphemeralContainer unseen -Name probe -- sleep 600");

        Assert.Equal(["probe"], result.Values("Name"));
        Assert.Contains("cannot be seen", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_read_events_waits_all_the_same()
    {
        await Cluster.RunPodAsync("eventless");
        Engine.UseKubeConfig(Cluster.KubeConfigOf("debugger"));
        KubeletHold hold = Cluster.Hold("eventless");
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer eventless -- sleep 600");
        SandboxRequest events = await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/events", StringComparison.Ordinal), Cancel);
        await events.Ended.WaitAsync(Cancel);
        Assert.Equal(403, events.Status);
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Empty(result.Errors);
        Assert.Equal(["Running"], result.Values("State"));
    }

    [Fact]
    public async Task Server_warnings_become_warnings()
    {
        Cluster.AddNamespace("warned", ("pod-security.kubernetes.io/warn", "restricted"));
        await Cluster.RunPodAsync("web", "warned");
        RunResult result = Succeed("New-EphemeralContainer web -n warned -- sleep 600");

        Assert.StartsWith("warned/web: would violate PodSecurity \"restricted:latest\"", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(["General"], result.Values("Profile"));
    }

    [Fact]
    public async Task The_container_leads_to_its_log()
    {
        await Cluster.RunPodAsync("speaks");
        RunResult result = Succeed("New-EphemeralContainer speaks -- sh -c 'echo hello; echo world' | Wait-EphemeralContainer -For Terminated | Get-EphemeralContainerLog");
        Assert.Equal(["hello", "world"], result.As<string>());
    }

    [Fact]
    public async Task The_environment_and_the_arguments_reach_the_process()
    {
        await Cluster.RunPodAsync("arguments");
        RunResult result = Succeed("""
            New-EphemeralContainer arguments -Env ([ordered]@{ A = 'one'; B = '$(A) two' }) -- sh -c 'echo "$A|$B"' |
                Wait-EphemeralContainer -For Terminated | Get-EphemeralContainerLog
            """);
        Assert.Equal(["one|one two"], result.As<string>());
    }
}
