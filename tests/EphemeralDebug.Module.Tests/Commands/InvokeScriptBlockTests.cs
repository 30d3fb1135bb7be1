using System.Management.Automation;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>PowerShell in containers, and commands in jobs.</summary>
public sealed class InvokeScriptBlockTests(TestCluster cluster) : ClusterTests(cluster), IClassFixture<TestCluster>
{
    [Fact]
    public async Task Objects_come_back_as_objects_with_the_pod_that_they_are_from()
    {
        await Cluster.RunPodAsync("objects");
        RunResult result = Succeed("Get-Pod objects | Invoke-DebugCommand -ScriptBlock { [pscustomobject]@{ Number = 42; Names = 'a', 'b' }; 'text'; $null; 7 }");

        Assert.Equal(4, result.Output.Count);
        Assert.Equal(42, result.Output[0].Properties["Number"].Value);
        Assert.Equal(("objects", "default"), (result.Output[0].Properties["PodName"].Value, result.Output[0].Properties["PodNamespace"].Value));
        Assert.Equal("text", result.Output[1].BaseObject);
        Assert.Equal(7, result.Output[3].BaseObject);
        Assert.Equal("mcr.microsoft.com/powershell", (string?)ContainerOf(Assert.Single(Cluster.Patches))["image"]);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        await Cluster.RunPodAsync("arguments");
        RunResult result = Succeed("Invoke-DebugCommand arguments -ScriptBlock { param($text, $numbers) $text; $numbers | ForEach-Object { $_ * 2 } } -ArgumentList \"it's `n 'two' lines\", (1, 2)");
        Assert.Equal(["it's \n 'two' lines", "2", "4"], result.Output.Select(item => item.ToString()));
    }

    [Fact]
    public async Task Errors_warnings_and_verbose_lines_come_on_their_own_streams()
    {
        await Cluster.RunPodAsync("streams");
        RunResult result = Run("Invoke-DebugCommand streams -Verbose -ScriptBlock { [CmdletBinding()] param() $PSCmdlet.WriteWarning('mind'); Get-NoSuchCommand; 'after' }");

        Assert.Equal(["after"], result.Output.Select(item => item.ToString()));
        Assert.Equal(["default/streams: mind"], result.Warnings);
        Assert.Equal("CommandNotFoundException", Assert.Single(result.ErrorIds));

        Assert.Equal("the end", Assert.Single(Run("Invoke-DebugCommand streams -ScriptBlock { throw 'the end' }").Errors).ToString());
    }

    [Fact]
    public async Task A_job_reads_the_files_that_are_named_here()
    {
        await Cluster.RunPodAsync("profile");
        Cluster.Write("profile.json", """{"env":[{"name":"LEVEL","value":"high"}]}""");
        Job job = (Job)Assert.Single(Succeed("$null = $ExecutionContext.SessionState.Path.SetLocation($here); Invoke-DebugCommand profile -AsJob -CustomProfile profile.json -- sh -c 'echo $LEVEL'", ("here", Cluster.Folder)).Output).BaseObject;
        await UntilAsync(job, JobState.Completed);
        Assert.Equal("high\n", job.Output[0].Properties["StdOut"].Value);
        job.Dispose();
    }

    [Fact]
    public async Task An_image_without_PowerShell_is_said_so()
    {
        await Cluster.RunPodAsync("none");
        RunResult result = Run("Invoke-DebugCommand none -Image busybox -ScriptBlock { 1 }");

        Assert.Equal(["PowerShellNotFound"], result.ErrorIds);
        Assert.Empty(result.Output);
        Assert.Contains("mcr.microsoft.com/powershell", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_that_were_cut_are_not_guessed_at()
    {
        await Cluster.RunPodAsync("cut");
        Assert.Equal(["RemoteOutputTruncated"], Run("Invoke-DebugCommand cut -MaxOutput 100 -ScriptBlock { 'x' * 1000 }").ErrorIds);
    }

    [Theory]
    [InlineData("-ScriptBlock { 1 } -- ls", "ParametersExclude")]
    [InlineData("-ScriptBlock { 1 } -ArgumentsOnly", "ParametersExclude")]
    [InlineData("-ArgumentList 1 -- ls", "ParameterNeeds")]
    public void What_means_nothing_together_is_refused(string parameters, string errorId) => Assert.Equal([errorId], Run($"Invoke-DebugCommand web-0 {parameters}").ErrorIds);

    [Fact]
    public async Task A_job_runs_beside_the_prompt_and_gives_the_results()
    {
        foreach (string name in new[] { "job-1", "job-2" }) await Cluster.RunPodAsync(name);
        Job job = Assert.IsAssignableFrom<Job>(Assert.Single(Succeed("Get-Pod job-* | Invoke-DebugCommand -AsJob -- hostname").Output).BaseObject);
        await UntilAsync(job, JobState.Completed);

        Assert.Equal(["job-1", "job-2"], job.Output.Select(item => (string)item.Properties["Pod"].Value).Order());
        Assert.Empty(job.Error);
        Assert.Equal("Kubernetes", job.Location);
        job.Dispose();
    }

    [Fact]
    public async Task A_job_can_be_stopped()
    {
        await Cluster.RunPodAsync("stopjob");
        Job job = (Job)Assert.Single(Succeed("Invoke-DebugCommand stopjob -AsJob -- sleep 1000").Output).BaseObject;
        await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/pods/stopjob/attach", StringComparison.Ordinal), Cancel);
        job.StopJob();

        await UntilAsync(job, JobState.Stopped);
        await Cluster.UntilPodAsync("stopjob", pod => pod["status"]!["ephemeralContainerStatuses"]![0]!["state"]!["terminated"] is not null);
        job.Dispose();
    }

    private static async Task UntilAsync(Job job, JobState state)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        job.StateChanged += (_, change) =>
        {
            if (change.JobStateInfo.State == state) reached.TrySetResult();
        };
        if (job.JobStateInfo.State == state) return;
        await reached.Task.WaitAsync(Cancel);
    }
}
