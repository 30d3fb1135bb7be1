using EphemeralDebug.Tour.Hosting;
using EphemeralDebug.Tour.Tutorial;

namespace EphemeralDebug.Module.Tests.Docs;

/// <summary>The tutorial that is read and the one that runs are the same.</summary>
public sealed class TutorialPageTests
{
    private const string Indent = "    ";

    [Fact]
    public void The_page_has_the_command_of_each_step_in_the_order_of_the_steps()
    {
        string[] typed = [.. File.ReadLines(Path.Combine(BuiltModule.RepositoryRoot, "docs", "tutorial.md"))
            .Where(line => line.StartsWith(Indent, StringComparison.Ordinal)).Select(line => line[Indent.Length..])];

        int next = 0;
        foreach (TutorialStep step in TutorialSteps.All)
        {
            int found = Array.IndexOf(typed, step.Command, next);
            Assert.True(found >= 0, $"docs/tutorial.md does not have, behind the steps before it, the line: {step.Command}");
            next = found + 1;
        }
    }
}
