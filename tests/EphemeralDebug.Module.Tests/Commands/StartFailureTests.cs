using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>
/// What cannot start is reported at once: in this cluster the kubelet writes the status of a failed start an hour late, so that only
/// its events can tell.
/// </summary>
public sealed class StartFailureTests : ClusterTests, IClassFixture<TestCluster>
{
    public StartFailureTests(TestCluster cluster) : base(cluster)
    {
    }

    [Theory]
    [InlineData("no-image", "-Image registry.example.com/nothing:1", "ImageNotFound", "registry.example.com/nothing:1")]
    [InlineData("invalid-image", "-Image Library/busybox", "ImageNameRefused", "Library/busybox")]
    [InlineData("never-pulled", "-Image nicolaka/netshoot -ImagePullPolicy Never", "ImageNeverPulled", "nicolaka/netshoot")]
    [InlineData("root", "-Profile Restricted", "ImageRunsAsRoot", "runAsNonRoot")]
    [InlineData("letters", "-Profile Restricted -Image memcached", "ImageUserNotNumeric", "memcache")]
    [InlineData("no-entry", "-Image scratch-data", "ContainerCreateFailed", "no command specified")]
    [InlineData("no-command", "-- nosuchprogram --help", "CommandNotFound", "'nosuchprogram'")]
    public async Task A_failed_start_is_an_error_with_its_cause(string pod, string parameters, string errorId, string says)
    {
        await Cluster.RunPodAsync(pod);
        RunResult result = Run($"New-EphemeralContainer {pod} -Name probe -TimeoutSec 300 {parameters}");

        Assert.Equal([errorId], result.ErrorIds);
        Assert.Contains($"Container 'probe' of pod 'default/{pod}' cannot start", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(says, result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
        Assert.Single(Cluster.EphemeralContainers(pod)); // it stays, and says so
    }

    [Fact]
    public async Task A_failed_start_does_not_stop_the_others()
    {
        await Cluster.RunPodAsync("fine");
        await Cluster.RunPodAsync("forbids-root", shape: pod => pod["spec"]!["containers"]![0]!["image"] = "bitnami/redis");
        Cluster.Store.Update(ResourceType.Pods, "default", "forbids-root", pod => pod["spec"]!["securityContext"] = new JsonObject { ["runAsNonRoot"] = true });
        await Cluster.RunPodAsync("fine-too");
        RunResult result = Run("'fine', 'forbids-root', 'fine-too' | New-EphemeralContainer -- sleep 600");

        Assert.Equal(["fine", "fine-too"], result.Values("Pod").Order(StringComparer.Ordinal));
        Assert.Equal(["ImageRunsAsRoot"], result.ErrorIds);
    }

    [Fact]
    public async Task A_target_that_does_not_run_yet_is_an_error()
    {
        using KubeletHold hold = Cluster.Hold("target-waits/app");
        Cluster.StorePod("target-waits");
        await hold.Reached.WaitAsync(Cancel);
        RunResult result = Run("New-EphemeralContainer target-waits -Target app -TimeoutSec 300 -- sleep 600");

        Assert.Equal(["TargetNotStarted"], result.ErrorIds);
        Assert.Contains("-NoTarget", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["Running"], Succeed("New-EphemeralContainer target-waits -NoTarget -- sleep 600").Values("State"));

        // What was not asked for is left out, and said.
        result = Succeed("New-EphemeralContainer target-waits -- sleep 600");
        Assert.Equal([null], result.Values("Target"));
        Assert.Contains("target app: it does not run", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deleted", "PodDeleted")]
    [InlineData("being-deleted", "PodBeingDeleted")]
    public async Task A_pod_that_is_deleted_meanwhile_is_an_error(string name, string errorId)
    {
        await Cluster.RunPodAsync(name);
        using KubeletHold hold = Cluster.Hold(name);
        using RunningPipeline pipeline = Engine.Start($"New-EphemeralContainer {name} -TimeoutSec 300 -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        if (name == "deleted") Cluster.Store.Remove(ResourceType.Pods, "default", name);
        else Cluster.Store.Update(ResourceType.Pods, "default", name, pod => pod["metadata"]!["deletionTimestamp"] = "2026-01-05T08:00:00Z");

        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Equal([errorId], result.ErrorIds);
        Assert.Contains($"default/{name}", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("Get-Pod", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_finishes_meanwhile_is_an_error()
    {
        await Cluster.RunPodAsync("finishing");
        using KubeletHold hold = Cluster.Hold("finishing");
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer finishing -TimeoutSec 300 -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        Cluster.Store.Update(ResourceType.Pods, "default", "finishing", pod => pod["status"]!["phase"] = "Failed");
        Assert.Equal(["PodFinished"], (await pipeline.EndAsync(Cancel)).ErrorIds);
    }

    [Fact]
    public async Task The_time_out_tells_the_phase()
    {
        await Cluster.RunPodAsync("stuck");
        using KubeletHold hold = Cluster.Hold("stuck");
        RunResult result = Run("New-EphemeralContainer stuck -TimeoutSec 1 -- sleep 600");

        Assert.Equal(["ContainerStartTimedOut"], result.ErrorIds);
        Assert.Contains("after 1 s it is still ContainerCreating", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("-TimeoutSec", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_out_of_a_pod_without_a_node_says_why_it_has_none()
    {
        Cluster.StorePod("homeless", shape: pod =>
        {
            pod["spec"]!.AsObject().Remove("nodeName");
            pod["spec"]!["nodeSelector"] = new JsonObject { ["disk"] = "gold" };
        });
        await Cluster.UntilPodAsync("homeless", pod => pod["status"]?["conditions"] is not null);
        RunResult result = Run("New-EphemeralContainer homeless -TimeoutSec 2 -- sleep 600");

        Assert.Equal(["ContainerNotReported"], result.ErrorIds);
        Assert.Contains("the pod is Pending", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("FailedScheduling", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorAction_Stop_ends_the_pipeline_and_cancels_the_rest()
    {
        await Cluster.RunPodAsync("held");
        using KubeletHold hold = Cluster.Hold("held");
        using RunningPipeline pipeline = Engine.Start("'held' | ForEach-Object { $_; Wait-Debugged } | New-EphemeralContainer -ErrorAction Stop -TimeoutSec 0 -- sleep 600"
            .Replace("Wait-Debugged", "while (-not $go.IsCompleted) { Start-Sleep -Milliseconds 10 }; 'missing'", StringComparison.Ordinal), ("go", hold.Reached));
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(System.Management.Automation.PSInvocationState.Failed, result.State);
        Assert.Equal(["PodNotFound"], result.ErrorIds);
        foreach (EphemeralDebug.Sandbox.SandboxRequest request in Cluster.Sandbox.Requests) await request.Ended.WaitAsync(Cancel);
        Assert.Equal(["held"], Succeed("Get-Pod held").Values("Name"));
    }
}
