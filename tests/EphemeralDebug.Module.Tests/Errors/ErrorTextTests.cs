using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Errors;

/// <summary>How an error reads at the prompt, and what -ErrorAction makes of it.</summary>
public sealed class ErrorTextTests : ClusterTests, IClassFixture<StaticCluster>
{
    public ErrorTextTests(StaticCluster cluster) : base(cluster)
    {
    }

    [Theory]
    [InlineData("Get-Pod nobody")]
    [InlineData("Get-Node nobody")]
    [InlineData("New-EphemeralContainer nobody")]
    [InlineData("New-EphemeralContainer x -Image 'Bad Image'")]
    [InlineData("Wait-EphemeralContainer nobody")]
    [InlineData("Stop-EphemeralContainer nobody")]
    [InlineData("Get-EphemeralContainer nobody")]
    [InlineData("Get-EphemeralContainerLog nobody")]
    [InlineData("Get-Pod -KubeConfig /no/such/file")]
    [InlineData("Get-Pod -Context nowhere")]
    public void It_says_what_happened_and_what_to_do_and_no_more(string script)
    {
        string text = Engine.Print(script);

        Assert.Contains("Recommendation: ", text, StringComparison.Ordinal);
        foreach (string noise in new[] { "   at ", ".cs:", "System.", "Exception", "EphemeralDebug.Core" }) Assert.DoesNotContain(noise, text, StringComparison.Ordinal);
        Assert.StartsWith(script.Split(' ')[0] + ":", text.TrimStart(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_says_where_it_came_from()
    {
        RunResult result = Run("Get-Pod nobody");

        Assert.Equal("PodNotFound,EphemeralDebug.Commands.GetPodCommand", result.Errors[0].FullyQualifiedErrorId);
        Assert.Equal(System.Management.Automation.ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.Equal("Get-Pod", result.Errors[0].InvocationInfo.MyCommand.Name);
    }

    [Theory]
    [InlineData("SilentlyContinue", 1)]
    [InlineData("Ignore", 0)]
    public void Errors_can_be_silenced(string action, int kept)
    {
        RunResult result = Run($"$Error.Clear(); Get-Pod nobody -ErrorAction {action}; $Error.Count");
        Assert.Equal([kept], result.As<int>());
        Assert.Equal("", result.Text);
    }

    [Fact]
    public void Stop_ends_the_pipeline()
    {
        RunResult result = Run("'nobody', 'web' | New-EphemeralContainer -ErrorAction Stop; 'not reached'");
        Assert.Equal(System.Management.Automation.PSInvocationState.Failed, result.State);
        Assert.Equal(["PodNotFound"], result.ErrorIds.Distinct());
        Assert.Empty(result.Output);
    }

    [Fact]
    public void An_error_can_be_caught_and_asked()
    {
        RunResult result = Succeed("try { Get-Pod nobody -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(',')[0]; $_.Exception.GetType().FullName; $_.Exception.StatusCode }");
        Assert.Equal("PodNotFound", result.Output[0].BaseObject);
    }

    [Fact]
    public void ErrorVariable_collects()
    {
        RunResult result = Run("'a', 'b' | Get-Pod -ErrorVariable failed -ErrorAction SilentlyContinue; $failed.Count");
        Assert.Equal([2], result.As<int>());
    }
}
