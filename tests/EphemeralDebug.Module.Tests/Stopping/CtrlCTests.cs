using System.Management.Automation;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Stopping;

/// <summary>Ctrl+C at every point where a cmdlet waits: the pipeline stops, and the server sees the request go.</summary>
public sealed class CtrlCTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    // The product promises 100 ms, which bench/ measures; a loaded machine is given more.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("Get-Pod", "/pods")]
    [InlineData("Get-Pod -AllNamespaces", "/pods")]
    [InlineData("Get-Pod -Workload deploy/web", "/deployments/web")]
    [InlineData("Get-Node", "/nodes")]
    [InlineData("Get-EphemeralContainer", "/pods")]
    [InlineData("Get-EphemeralContainer web-0", "/pods/web-0")]
    [InlineData("Get-EphemeralContainerLog web-0", "/pods/web-0")]
    [InlineData("Get-EphemeralContainerLog web-0 probe", "/log")]
    [InlineData("Wait-EphemeralContainer web-0", "/pods")]
    [InlineData("New-EphemeralContainer web-0", "/pods/web-0")]
    public async Task Before_the_answer_begins(string script, string path)
    {
        using SandboxFault fault = Cluster.Sandbox.Faults.Delay(request => request.Path.EndsWith(path, StringComparison.Ordinal));
        await StopAtAsync(script, fault);
    }

    [Theory]
    [InlineData("Get-Pod", "/pods")]
    [InlineData("Get-Node", "/nodes")]
    [InlineData("Get-EphemeralContainer", "/pods")]
    [InlineData("New-EphemeralContainer web-0", "/pods/web-0")]
    public async Task In_the_middle_of_an_answer(string script, string path)
    {
        using SandboxFault fault = Cluster.Sandbox.Faults.StallBody(request => request.Path.EndsWith(path, StringComparison.Ordinal), afterBytes: 20);
        await StopAtAsync(script, fault);
    }

    [Fact]
    public async Task While_the_patch_is_under_way()
    {
        await Cluster.RunPodAsync("patched");
        using SandboxFault fault = Cluster.Sandbox.Faults.Delay(TestCluster.IsPatch);
        await StopAtAsync("New-EphemeralContainer patched -- sleep 600", fault);
    }

    [Fact]
    public async Task While_containers_are_waited_for()
    {
        string[] pods = ["wait-0", "wait-1", "wait-2", "wait-3", "wait-4"];
        foreach (string pod in pods) await Cluster.RunPodAsync(pod);
        using KubeletHold hold = Cluster.Hold("*", expected: pods.Length);
        using RunningPipeline pipeline = Engine.Start("'wait-0','wait-1','wait-2','wait-3','wait-4' | New-EphemeralContainer -Name probe -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        await Cluster.Sandbox.RequestAsync(IsWatch, Cancel);

        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.InRange(pipeline.StopTime, TimeSpan.Zero, s_soon);
        foreach (SandboxRequest watch in Cluster.Sandbox.Requests.Where(IsWatch)) Assert.True(await watch.Ended.WaitAsync(Cancel));
        // What was added stays: nothing can take it out of the pod again.
        Assert.All(pods, pod => Assert.Single(Cluster.EphemeralContainers(pod)));
    }

    [Fact]
    public async Task While_an_end_is_waited_for()
    {
        await Cluster.RunPodAsync("endless");
        Succeed("New-EphemeralContainer endless -Name probe -- sleep 600");
        Cluster.Sandbox.ClearRequests();
        using RunningPipeline pipeline = Engine.Start("Wait-EphemeralContainer endless probe -For Terminated -TimeoutSec 0");
        SandboxRequest watch = await Cluster.Sandbox.RequestAsync(IsWatch, Cancel);

        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.True(await watch.Ended.WaitAsync(Cancel));
    }

    [Fact]
    public async Task While_a_log_is_followed()
    {
        await Cluster.RunPodAsync("talks");
        Succeed("New-EphemeralContainer talks -Name probe -- sh -c 'echo first; sleep 600'");
        using RunningPipeline pipeline = Engine.Start("Get-EphemeralContainerLog talks probe -Follow");
        await pipeline.OutputReachesAsync(1, Cancel);
        SandboxRequest log = await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/log", StringComparison.Ordinal), Cancel);

        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.Equal(["first"], result.As<string>());
        Assert.True(await log.Ended.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_error_that_is_to_stop_the_pipeline_cancels_what_else_runs()
    {
        await Cluster.RunPodAsync("held");
        using KubeletHold hold = Cluster.Hold("held");
        using RunningPipeline pipeline = Engine.Start("'held','missing' | New-EphemeralContainer -ErrorAction Stop -TimeoutSec 0 -- sleep 600");

        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(["PodNotFound"], result.ErrorIds);
        Assert.Equal(PSInvocationState.Failed, result.State);
    }

    private static bool IsWatch(SandboxRequest request) => request.Query.Contains("watch=", StringComparison.Ordinal);

    private async Task StopAtAsync(string script, SandboxFault fault)
    {
        using RunningPipeline pipeline = Engine.Start(script);
        SandboxRequest request = await fault.Hit.WaitAsync(Cancel);

        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.InRange(pipeline.StopTime, TimeSpan.Zero, s_soon);
        Assert.Empty(result.Errors);
        Assert.True(await request.Ended.WaitAsync(Cancel), "The server did not see the request go.");
    }
}
