using System.Management.Automation;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Hosting;

/// <summary>The harness itself: what a test sees is what happened.</summary>
public sealed class HarnessTests
{
    [Fact]
    public void Every_stream_is_kept_apart()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("1; Write-Error no -ErrorId Mine; Write-Warning careful; Write-Verbose more -Verbose; Write-Host hi; 2");

        Assert.Equal([1, 2], result.As<int>());
        Assert.Equal(["Mine"], result.ErrorIds);
        Assert.Equal(["careful"], result.Warnings);
        Assert.Equal(["more"], result.Verbose);
        Assert.Equal(["hi"], result.Information.Select(record => record.MessageData.ToString()));
        Assert.Equal(PSInvocationState.Completed, result.State);
    }

    [Theory]
    [InlineData("1; throw 'over'", "over")]
    [InlineData("1; Write-Error over -ErrorId over -ErrorAction Stop", "over")]
    public void An_error_that_ends_the_pipeline_is_there_once(string script, string errorId)
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run(script);

        Assert.Equal([1], result.As<int>());
        Assert.Equal([errorId], result.ErrorIds);
        Assert.Equal(PSInvocationState.Failed, result.State);
    }

    [Fact]
    public void What_is_asked_is_answered_from_the_list()
    {
        using ModuleEngine engine = new(import: false);
        engine.UI.Choices.Enqueue("Yes");
        engine.UI.Choices.Enqueue("No");
        const string Script = """
            function Remove-Thing { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param($Name) if ($PSCmdlet.ShouldProcess($Name, 'Remove')) { "removed $Name" } }
            Remove-Thing a; Remove-Thing b
            """;

        Assert.Equal(["removed a"], engine.Run(Script).As<string>());
        Assert.Equal(2, engine.UI.Asked.Count);
        Assert.Contains("\"a\"", engine.UI.Asked[0].Message, StringComparison.Ordinal);
        Assert.Contains("Yes to All", engine.UI.Asked[0].Labels);
    }

    [Fact]
    public void A_question_without_an_answer_is_an_error_and_not_a_yes()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("function f { [CmdletBinding(SupportsShouldProcess)] param() if ($PSCmdlet.ShouldProcess('x')) { 'done' } }; f -Confirm");
        Assert.Empty(result.Output);
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public void WhatIf_is_shown()
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run("function f { [CmdletBinding(SupportsShouldProcess)] param() if ($PSCmdlet.ShouldProcess('x', 'Do')) { 'done' } }; f -WhatIf");
        Assert.Empty(result.Output);
        Assert.Equal("What if: Performing the operation \"Do\" on target \"x\".\n", result.Text);
    }

    [Fact]
    public void Errors_look_as_in_pwsh_with_their_advice()
    {
        using ModuleEngine engine = new(import: false);
        Assert.Equal("Write-Error: no such pod\n  Recommendation: Look with Get-Pod.\n", engine.Print("Write-Error 'no such pod' -RecommendedAction 'Look with Get-Pod.'"));
    }

    [Fact]
    public void Tab_offers_commands()
    {
        using ModuleEngine engine = new(import: false);
        Assert.Contains("Start-Sleep", engine.Complete("Start-Sl"));
    }
}
