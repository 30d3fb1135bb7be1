using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Ending ephemeral containers, with a kubelet that runs them.</summary>
public sealed class StopEphemeralContainerTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    private static bool IsStream(SandboxRequest request) =>
        request.Path.EndsWith("/exec", StringComparison.Ordinal) || request.Path.EndsWith("/attach", StringComparison.Ordinal);

    [Fact]
    public async Task It_gives_the_container_after_its_end()
    {
        await Cluster.RunPodAsync("one");
        RunResult result = Succeed("New-EphemeralContainer one -Name probe -- sleep 600 | Stop-EphemeralContainer -Verbose");

        string[] properties = ["Pod", "Name", "State", "StoppedBy", "ExitCode"];
        Assert.Equal(["one", "probe", "Terminated", "Hup", "129"], properties.Select(property => Assert.Single(result.Values(property))));
        Assert.Contains("default/one/probe: HUP has ended it.", result.Verbose);
        Assert.Empty(result.Warnings);
        // What comes out goes on.
        Assert.Equal(["Terminated"], Succeed("$c | Get-EphemeralContainer", ("c", result.Output[0])).Values("State"));
    }

    [Fact]
    public async Task It_shows_what_ended_it()
    {
        await Cluster.RunPodAsync("shown");
        Succeed("New-EphemeralContainer shown -Name probe -- sleep 600");
        Assert.Matches(@"shown\s+probe\s+Error \(137\), Kill\s+busybox", Engine.Print("Stop-EphemeralContainer shown probe -GraceSec 0"));
    }

    [Fact]
    public async Task A_shell_of_its_own_is_told_to_exit()
    {
        await Cluster.RunPodAsync("shell");
        RunResult result = Succeed("New-EphemeralContainer shell -Name probe -Stdin -Tty -NoTarget -- sh; Stop-EphemeralContainer shell -Name probe");
        Assert.Equal(["", "Exit"], result.Values("StoppedBy").Select(way => way ?? ""));
    }

    [Fact]
    public async Task Many_are_stopped_at_once()
    {
        for (int i = 0; i < 6; i++) await Cluster.RunPodAsync($"many-{i}");
        Succeed("Get-Pod many-* | New-EphemeralContainer -Name probe -- sleep 600");

        SandboxFault held = Cluster.Sandbox.Faults.Delay(IsStream);
        using RunningPipeline pipeline = Engine.Start("Get-Pod many-* | Get-EphemeralContainer -State Running | Stop-EphemeralContainer");
        for (int i = 0; i < 6; i++) await Cluster.Sandbox.RequestAsync(request => IsStream(request) && request.Path.Contains($"/many-{i}/", StringComparison.Ordinal), Cancel);
        Assert.Empty(pipeline.Output.ToArray());
        held.Release();

        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Empty(result.Errors);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"many-{i}"), result.Values("Pod").Order());
        Assert.All(result.Values("StoppedBy"), way => Assert.Equal("Hup", way));
    }

    [Fact]
    public async Task WhatIf_sends_nothing_at_all()
    {
        await Cluster.RunPodAsync("spared");
        Succeed("New-EphemeralContainer spared -Name probe -- sleep 600");
        Cluster.Sandbox.ClearRequests();
        RunResult result = Succeed("Stop-EphemeralContainer spared probe -WhatIf; Stop-EphemeralContainer pod/spared -Namespace default -WhatIf");

        Assert.Empty(result.Output);
        Assert.Empty(Cluster.Sandbox.Requests);
        Assert.Contains("\"Stop the ephemeral container probe\" on target \"pod/spared\"", result.Text, StringComparison.Ordinal);
        Assert.Contains("\"Stop the ephemeral container that was added last\" on target \"pod/default/spared\"", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_asks_where_questions_are_wanted()
    {
        await Cluster.RunPodAsync("asked");
        Succeed("New-EphemeralContainer asked -Name probe -- sleep 600");

        Engine.UI.Choices.Enqueue("No");
        Assert.Empty(Succeed("Stop-EphemeralContainer asked probe -Confirm").Output);
        Assert.Single(Engine.UI.Asked);
        Assert.Equal(["Hup"], Succeed("$ConfirmPreference = 'Low'; Stop-EphemeralContainer asked probe -Confirm:$false").Values("StoppedBy"));
        Assert.Single(Engine.UI.Asked);
    }

    [Fact]
    public async Task What_has_ended_comes_out_as_it_is()
    {
        await Cluster.RunPodAsync("over");
        Succeed("New-EphemeralContainer over -Name probe -- sh -c 'exit 3' | Wait-EphemeralContainer -For Terminated");
        Cluster.Sandbox.ClearRequests();
        RunResult result = Succeed("Get-EphemeralContainer over | Stop-EphemeralContainer");

        Assert.Equal(["3"], result.Values("ExitCode"));
        Assert.Equal([null], result.Values("StoppedBy"));
        Assert.Empty(result.Warnings);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, IsStream);
    }

    [Fact]
    public async Task One_that_cannot_be_stopped_does_not_stop_the_others()
    {
        await Cluster.RunPodAsync("stuck");
        await Cluster.RunPodAsync("free");
        Succeed("New-EphemeralContainer stuck -Name probe -NoTarget -- sleep 600; New-EphemeralContainer free -Name probe -- sleep 600");
        RunResult result = Run("'stuck', 'free', 'nobody' | Stop-EphemeralContainer -Name probe");

        Assert.Equal(["free"], result.Values("Pod"));
        Assert.Equal(["ContainerNotStopped", "PodNotFound"], result.ErrorIds.Order(StringComparer.Ordinal));
        Assert.Contains("kubectl delete pod stuck -n default", result.Errors.Single(error => error.FullyQualifiedErrorId.StartsWith("ContainerNotStopped", StringComparison.Ordinal)).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Stop-EphemeralContainer", "PodRequired")]
    [InlineData("Stop-EphemeralContainer no-such-pod", "PodNotFound")]
    [InlineData("Stop-EphemeralContainer Bad_Name", "InvalidPodName")]
    [InlineData("Stop-EphemeralContainer waits probe", "ContainerNotStarted")]
    [InlineData("Stop-EphemeralContainer waits nobody", "EphemeralContainerNotFound")]
    [InlineData("Stop-EphemeralContainer empty", "NoEphemeralContainer")]
    [InlineData("Stop-EphemeralContainer waits -GraceSec -1", "ParameterArgumentValidationError")]
    public async Task What_cannot_be_is_an_error(string script, string errorId)
    {
        if (Cluster.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "default", "empty") is null)
        {
            await Cluster.RunPodAsync("waits");
            Succeed("New-EphemeralContainer waits -Name probe -Image nosuch -NoWait");
            await Cluster.RunPodAsync("empty");
        }

        Assert.Equal([errorId], Run(script).ErrorIds);
    }
}
