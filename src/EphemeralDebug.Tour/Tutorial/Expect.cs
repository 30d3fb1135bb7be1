using System.Management.Automation;

namespace EphemeralDebug.Tour.Tutorial;

/// <summary>Checks on the outcome of a step: null where it holds, else what is wrong.</summary>
internal static class Expect
{
    /// <summary>No errors, and at least so many objects.</summary>
    public static Func<StepOutcome, string?> Objects(int atLeast) => outcome =>
        outcome.Result.HadErrors ? $"there was an error: {outcome.Result.Errors[0].FullyQualifiedErrorId}"
        : outcome.Output.Count < atLeast ? $"{outcome.Output.Count} objects came out, at least {atLeast} should"
        : null;

    /// <summary>No errors, at least one object, and every object has this value.</summary>
    public static Func<StepOutcome, string?> Every(string property, string value) => outcome =>
        Objects(1)(outcome)
        ?? outcome.Output.Where(item => StepOutcome.Property(item, property) != value)
            .Select(item => $"{property} of {item} is '{StepOutcome.Property(item, property)}', not '{value}'").FirstOrDefault();

    /// <summary>No errors, and a line of the output that holds this text.</summary>
    public static Func<StepOutcome, string?> Line(string text) => outcome =>
        Objects(1)(outcome)
        ?? (outcome.Output.Any(item => item.ToString().Contains(text, StringComparison.Ordinal)) ? null : $"no line holds '{text}'");

    /// <summary>No errors, and no line of the output that holds this text.</summary>
    public static Func<StepOutcome, string?> NoLine(string text) => outcome =>
        Objects(0)(outcome)
        ?? (outcome.Output.Any(item => item.ToString().Contains(text, StringComparison.Ordinal)) ? $"a line holds '{text}'" : null);

    /// <summary>No errors, and exactly so many objects.</summary>
    public static Func<StepOutcome, string?> Count(int count) => outcome =>
        Objects(0)(outcome)
        ?? (outcome.Output.Count == count ? null : $"{outcome.Output.Count} objects came out, {count} should");

    /// <summary>No errors, no objects, and this text printed.</summary>
    public static Func<StepOutcome, string?> OnlyText(string text) => outcome =>
        Objects(0)(outcome)
        ?? (outcome.Output.Count > 0 ? $"{outcome.Output.Count} objects came out, none should" : null)
        ?? (outcome.Text.Contains(text, StringComparison.Ordinal) ? null : $"'{text}' was not printed");

    /// <summary>No objects, and exactly this error, with an advice.</summary>
    public static Func<StepOutcome, string?> Error(string errorId) => outcome =>
    {
        if (outcome.Output.Count > 0) return $"{outcome.Output.Count} objects came out, none should";
        if (outcome.Result.Errors.Count != 1) return $"{outcome.Result.Errors.Count} errors were written, one should be";
        ErrorRecord error = outcome.Result.Errors[0];
        if (error.FullyQualifiedErrorId.Split(',')[0] != errorId) return $"the error is {error.FullyQualifiedErrorId}, not {errorId}";
        return string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction) ? "the error does not say what to do" : null;
    };

    /// <summary>All of these.</summary>
    public static Func<StepOutcome, string?> All(params Func<StepOutcome, string?>[] checks) => outcome =>
        checks.Select(check => check(outcome)).FirstOrDefault(problem => problem is not null);
}
