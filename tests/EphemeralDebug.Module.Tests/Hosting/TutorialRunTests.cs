using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Tour.Hosting;
using EphemeralDebug.Tour.Tutorial;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class TutorialRunTests
{
    [Fact]
    public void A_command_is_printed_with_what_PowerShell_prints_for_it()
    {
        (bool good, string text) = Walk(new TutorialStep("Count", "It counts.", "[pscustomobject]@{ Name = 'web' }", Expect.Every("Name", "web")));

        Assert.True(good);
        Assert.Contains("1. Count\nIt counts.\n\nPS> [pscustomobject]@{ Name = 'web' }\n\nName\n----\nweb\n\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n1 of 1 steps did what they say.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_fails_is_told_and_the_next_one_runs()
    {
        (bool good, string text) = Walk(
            new TutorialStep("a", "b", "Write-Error no -ErrorId Sad", Expect.Objects(atLeast: 0)),
            new TutorialStep("c", "d", "1", Expect.Objects(atLeast: 1)));

        Assert.False(good);
        Assert.Contains("This step did not do what it says: there was an error: Sad", text, StringComparison.Ordinal);
        Assert.EndsWith("\n1 of 2 steps did what they say.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_share_one_session() =>
        Assert.True(Walk(new TutorialStep("", "", "$x = 5", Expect.Objects(0)), new TutorialStep("", "", "$x", Expect.Line("5"))).Good);

    [Theory]
    [InlineData("1, 2", true)]
    [InlineData("1", false)]
    [InlineData("1; 2; Write-Error no", false)]
    public void Objects_must_come_without_errors(string command, bool good) => AssertCheck(good, command, Expect.Objects(atLeast: 2));

    [Theory]
    [InlineData("[pscustomobject]@{ S = 'up' }, [pscustomobject]@{ S = 'up' }", true)]
    [InlineData("[pscustomobject]@{ S = 'up' }, [pscustomobject]@{ S = 'down' }", false)]
    [InlineData("", false)]
    public void Every_object_must_have_the_value(string command, bool good) => AssertCheck(good, $"{command};", Expect.Every("S", "up"));

    [Theory]
    [InlineData("Write-Error no -ErrorId Mine -RecommendedAction try", true)]
    [InlineData("Write-Error no -ErrorId Mine", false)]
    [InlineData("Write-Error no -ErrorId Other -RecommendedAction try", false)]
    [InlineData("Write-Error no -ErrorId Mine -RecommendedAction try; 1", false)]
    [InlineData("1", false)]
    public void Exactly_the_error_must_come_with_its_advice(string command, bool good) => AssertCheck(good, command, Expect.Error("Mine"));

    [Theory]
    [InlineData("Write-Host 'What if: yes'", true)]
    [InlineData("Write-Host 'no'", false)]
    [InlineData("Write-Host 'What if: yes'; 1", false)]
    public void Only_the_text_must_come(string command, bool good) => AssertCheck(good, command, Expect.OnlyText("What if:"));

    [Theory]
    [InlineData("'one', 'two'", true)]
    [InlineData("'one'", false)]
    public void A_line_must_come(string command, bool good) => AssertCheck(good, command, Expect.Line("tw"));

    [Theory]
    [InlineData("'one'", true)]
    [InlineData("'one', 'two'", false)]
    [InlineData("'one'; Write-Error no", false)]
    public void A_line_must_not_come(string command, bool good) => AssertCheck(good, command, Expect.NoLine("tw"));

    [Theory]
    [InlineData("1, 2", true)]
    [InlineData("1, 2, 3", false)]
    [InlineData("1", false)]
    public void Exactly_so_many_objects_must_come(string command, bool good) => AssertCheck(good, command, Expect.Count(2));

    private static void AssertCheck(bool good, string command, Func<StepOutcome, string?> check) =>
        Assert.Equal(good, Walk(new TutorialStep("", "", command, check)).Good);

    private static (bool Good, string Text) Walk(params TutorialStep[] steps)
    {
        TestHostUI ui = TestHostUI.Create();
        using EngineSession session = EngineSession.Open(new TextHost("test", ui), manifest: null);
        bool good = new TutorialRun(session, ui).Run(steps, TestContext.Current.CancellationToken);
        return (good, ui.Text);
    }
}
