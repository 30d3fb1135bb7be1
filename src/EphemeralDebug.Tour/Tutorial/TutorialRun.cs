using System.Globalization;
using System.Management.Automation;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Tour.Tutorial;

/// <summary>Walks through steps: shows each, runs it, and checks what came of it.</summary>
internal sealed class TutorialRun(EngineSession session, TextHostUI ui)
{
    /// <summary>Runs the steps in order; a failed one does not end the walk. True where every step did what it says.</summary>
    public bool Run(IReadOnlyList<TutorialStep> steps, CancellationToken cancellationToken)
    {
        int good = 0;
        for (int i = 0; i < steps.Count && !cancellationToken.IsCancellationRequested; i++)
            if (Run(i + 1, steps[i], cancellationToken)) good++;

        ui.WriteLine("");
        ui.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{good} of {steps.Count} steps did what they say."));
        return good == steps.Count;
    }

    private bool Run(int number, TutorialStep step, CancellationToken cancellationToken)
    {
        PSStyle style = PSStyle.Instance;
        ui.WriteLine("");
        ui.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{style.Bold}{number}. {step.Title}{style.Reset}"));
        ui.WriteLine(step.Sentence);
        ui.WriteLine("");
        ui.WriteLine($"PS> {style.Foreground.Yellow}{step.Command}{style.Reset}");

        using StringWriter text = new(CultureInfo.InvariantCulture);
        ui.Transcript = text;
        PipelineResult result = session.Run(step.Command, cancellationToken: cancellationToken);
        ui.Transcript = null;

        string? problem = result.Stopped ? "it was stopped" : step.Check(new StepOutcome(result, text.ToString()));
        if (problem is not null) ui.WriteLine($"{style.Foreground.Red}This step did not do what it says: {problem}.{style.Reset}");
        return problem is null;
    }
}
