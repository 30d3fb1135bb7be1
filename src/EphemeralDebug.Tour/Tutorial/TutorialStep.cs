namespace EphemeralDebug.Tour.Tutorial;

/// <summary>One thing to learn.</summary>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Sentence">What to look at.</param>
/// <param name="Command">What to type.</param>
/// <param name="Check">What must come of it: null where it did, else what is wrong.</param>
internal sealed record TutorialStep(string Title, string Sentence, string Command, Func<StepOutcome, string?> Check);
