using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class GetEphemeralContainerLogTests : ClusterTests, IClassFixture<TestCluster>, IAsyncLifetime
{
    public GetEphemeralContainerLogTests(TestCluster cluster) : base(cluster)
    {
    }

    private SandboxRequest LogRequest => Assert.Single(Cluster.Sandbox.Requests, IsLog);

    private static bool IsLog(SandboxRequest request) => request.Path.EndsWith("/log", StringComparison.Ordinal);

    public async ValueTask InitializeAsync()
    {
        if (Cluster.Store.Get(ResourceType.Pods, "default", "ended") is not null) return;
        await Cluster.RunPodAsync("ended");
        await Cluster.RunPodAsync("runs");
        await Cluster.RunPodAsync("plain");
        Succeed("New-EphemeralContainer ended -Name first -- sh -c 'echo older' | Wait-EphemeralContainer -For Terminated");
        Succeed("New-EphemeralContainer ended -Name probe -- sh -c 'echo one; echo two; echo three' | Wait-EphemeralContainer -For Terminated");
        Succeed("New-EphemeralContainer runs -Name probe -- sh -c 'echo hello; echo again; sleep 600'");
        Cluster.Sandbox.ClearRequests();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("Get-EphemeralContainerLog ended", "one two three")]
    [InlineData("Get-EphemeralContainerLog ended first", "older")]
    [InlineData("Get-EphemeralContainerLog -Pod ended -Name first", "older")]
    [InlineData("Get-EphemeralContainerLog ended -c first", "older")]
    [InlineData("Get-EphemeralContainer ended first | Get-EphemeralContainerLog", "older")]
    [InlineData("Get-EphemeralContainer ended | Get-EphemeralContainerLog", "older one two three")]
    [InlineData("Get-Pod ended | Get-EphemeralContainerLog", "one two three")]
    [InlineData("Get-Pod ended | Get-EphemeralContainerLog first", "older")]
    [InlineData("Get-EphemeralContainerLog ended -Tail 1", "three")]
    [InlineData("Get-EphemeralContainerLog ended -TailLines 2", "two three")]
    [InlineData("Get-EphemeralContainerLog ended -Tail 0", "")]
    [InlineData("Get-EphemeralContainerLog ended -Follow", "one two three")]
    [InlineData("Get-EphemeralContainerLog ended -f -Tail 1", "three")]
    [InlineData("Get-EphemeralContainerLog ended -Since 1h", "one two three")]
    public void It_gives_the_lines_as_strings(string script, string expected)
    {
        RunResult result = Succeed(script);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), result.As<string>());
    }

    [Theory]
    [InlineData("-Since 90s", "sinceSeconds=90")]
    [InlineData("-Since 5m", "sinceSeconds=300")]
    [InlineData("-Since 1h30m", "sinceSeconds=5400")]
    [InlineData("-Since 2d", "sinceSeconds=172800")]
    [InlineData("-Since 10", "sinceSeconds=10")]
    [InlineData("-Since 0.5", "sinceSeconds=1")]
    [InlineData("-Since '00:02:00'", "sinceSeconds=120")]
    [InlineData("-Since ([timespan]::FromMinutes(3))", "sinceSeconds=180")]
    [InlineData("-Tail 5", "tailLines=5")]
    [InlineData("-Timestamps", "timestamps=true")]
    [InlineData("-Follow", "follow=true")]
    [InlineData("", "container=probe")]
    public void A_parameter_asks_the_server(string parameters, string query)
    {
        Succeed($"Get-EphemeralContainerLog ended probe {parameters}");
        Assert.Contains(query, LogRequest.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void Timestamps_begin_the_lines() =>
        Assert.All(Succeed("Get-EphemeralContainerLog ended -Timestamps").As<string>(), line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (one|two|three)$", line));

    [Fact]
    public async Task Follow_gives_lines_as_they_come_and_ends_when_nobody_reads()
    {
        Assert.Equal(["hello", "again"], Succeed("Get-EphemeralContainerLog runs -Follow | Select-Object -First 2").As<string>());
        Assert.True(await LogRequest.Ended.WaitAsync(Cancel));
    }

    [Fact]
    public async Task Follow_listens_to_many_at_once()
    {
        using RunningPipeline pipeline = Engine.Start("Get-Pod runs | ForEach-Object { $_; $_ } | Get-EphemeralContainerLog -Follow");
        await pipeline.OutputReachesAsync(4, Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);
        Assert.Equal(["again", "again", "hello", "hello"], result.As<string>().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Get-EphemeralContainerLog plain", "NoEphemeralContainer")]
    [InlineData("Get-EphemeralContainerLog ended nobody", "BadRequest")]
    [InlineData("Get-EphemeralContainerLog missing", "PodNotFound")]
    [InlineData("Get-EphemeralContainerLog Bad_Name", "InvalidPodName")]
    public void What_has_no_log_is_an_error(string script, string errorId)
    {
        RunResult result = Run(script);
        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_container_that_has_not_started_has_no_log_yet()
    {
        await Cluster.RunPodAsync("held");
        using KubeletHold hold = Cluster.Hold("held");
        Succeed("New-EphemeralContainer held -NoWait");
        await hold.Reached.WaitAsync(Cancel);
        RunResult result = Run("Get-EphemeralContainerLog held");
        Assert.Equal(["BadRequest"], result.ErrorIds);
        Assert.Contains("is waiting to start", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escape_sequences_are_cleaned_and_Raw_keeps_them()
    {
        await Cluster.RunPodAsync("colourful");
        Succeed("New-EphemeralContainer colourful -- sh -c \"echo 'a`e[31mred`e[0m`tb`e]0;title`ac'\" | Wait-EphemeralContainer -For Terminated");

        Assert.Equal(["ared\tbc"], Succeed("Get-EphemeralContainerLog colourful").As<string>());
        Assert.Equal(["a\e[31mred\e[0m\tb\e]0;title\ac"], Succeed("Get-EphemeralContainerLog colourful -Raw").As<string>());
    }

    [Fact]
    public void A_log_that_breaks_off_is_an_error()
    {
        Cluster.Sandbox.Faults.CutBody(IsLog, afterBytes: 4);
        RunResult result = Run("Get-EphemeralContainerLog ended");
        Assert.Equal(["ResponseTruncated"], result.ErrorIds);
    }
}
