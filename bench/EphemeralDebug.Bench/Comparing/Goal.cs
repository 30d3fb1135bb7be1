using System.Globalization;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>Something that is to be reached, and what was.</summary>
/// <param name="What">What is meant: <c>CPU</c>.</param>
/// <param name="Reached">What was measured.</param>
/// <param name="Limit">What it is to be at most.</param>
/// <param name="Unit">What both are counted in; <c>x</c> for a ratio.</param>
internal sealed record Goal(string What, double Reached, double Limit, string Unit = "x")
{
    /// <summary>Whether the limit is the least, and not the most.</summary>
    internal bool AtLeast { get; init; }

    internal bool IsMet => AtLeast ? Reached >= Limit : Reached <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{What} {Reached:0.##}{Unit} ({(AtLeast ? "at least" : "at most")} {Limit:0.##}{Unit})");
}
