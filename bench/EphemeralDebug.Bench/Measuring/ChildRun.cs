namespace EphemeralDebug.Bench.Measuring;

/// <summary>A child process that has ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">The lines of its standard output; none where they were thrown away.</param>
/// <param name="Errors">Its standard error.</param>
/// <param name="Cost">What it took, children that it waited for included.</param>
internal sealed record ChildRun(int ExitCode, string[] Output, string Errors, Cost Cost)
{
    /// <summary>This, where it ended with 0.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    internal ChildRun Checked(string what) => ExitCode == 0 ? this : throw new InvalidOperationException($"{what} ended with {ExitCode}: {Errors}");
}
