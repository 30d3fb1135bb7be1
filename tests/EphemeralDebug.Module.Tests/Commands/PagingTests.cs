using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Long lists are asked for page by page, and only as far as somebody reads.</summary>
public sealed class PagingTests : ClusterTests, IClassFixture<LoadedCluster>
{
    public PagingTests(LoadedCluster cluster) : base(cluster)
    {
    }

    private static bool IsLaterPage(SandboxRequest request) => request.Query.Contains("continue=", StringComparison.Ordinal);

    [Theory]
    [InlineData("Get-Pod -AllNamespaces | Select-Object -First 3", 3)]
    [InlineData("Get-EphemeralContainer -AllNamespaces | Select-Object -First 1", 0)]
    public void Who_takes_the_first_rows_stops_the_requests(string script, int expected)
    {
        Assert.Equal(expected, Succeed(script).Output.Count);
        if (expected > 0) Assert.InRange(Cluster.Sandbox.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task The_first_rows_appear_while_the_second_page_is_awaited()
    {
        SandboxFault fault = Cluster.Sandbox.Faults.Delay(IsLaterPage);
        using RunningPipeline pipeline = Engine.Start("Get-Pod -Namespace load");
        await fault.Hit.WaitAsync(Cancel);
        await pipeline.OutputReachesAsync(100, Cancel);
        Assert.Equal(100, pipeline.Output.Count);

        fault.Release();
        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Empty(result.Errors);
        Assert.Equal(2000, result.Output.Count);
        Assert.Equal(2000, result.Values("Name").Distinct().Count());
        Assert.All(Cluster.Sandbox.Requests, request => Assert.Contains("limit=", request.Query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_appears_before_its_page_has_ended()
    {
        SandboxFault fault = Cluster.Sandbox.Faults.StallBody(_ => true, afterBytes: 60_000, times: 1);
        using RunningPipeline pipeline = Engine.Start("Get-Pod -Namespace load");
        await fault.Hit.WaitAsync(Cancel);
        await pipeline.OutputReachesAsync(3, Cancel);

        fault.Release();
        Assert.Equal(2000, (await pipeline.EndAsync(Cancel)).Output.Count);
    }

    [Fact]
    public async Task A_list_that_has_expired_meanwhile_goes_on()
    {
        SandboxFault fault = Cluster.Sandbox.Faults.Expire(IsLaterPage, times: 1);
        RunResult result = Succeed("Get-Pod -Namespace load");

        await fault.Hit.WaitAsync(Cancel);
        Assert.Equal(2000, result.Values("Name").Distinct().Count());
        Assert.Equal(2000, result.Output.Count);
    }

    [Fact]
    public void A_list_that_breaks_off_is_an_error_after_the_rows_that_came()
    {
        Cluster.Sandbox.Faults.CutBody(IsLaterPage, afterBytes: 60_000, times: int.MaxValue);
        RunResult result = Run("Get-Pod -Namespace load");

        // The first page at least: what the lost connection still held may be lost with it.
        Assert.InRange(result.Output.Count, 100, 599);
        Assert.Equal(["ResponseTruncated"], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
    }
}
