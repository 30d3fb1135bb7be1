using System.Globalization;
using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>One comparison, as a row of the table.</summary>
/// <param name="Part">Its number in the list of parts.</param>
/// <param name="What">The work, and how the other side did it.</param>
/// <param name="Ours">What it took us; medians.</param>
/// <param name="Theirs">What it took the other side; null where there is none.</param>
/// <param name="Goals">What is to be reached.</param>
internal sealed record Row(int Part, string What, Cost Ours, Cost? Theirs, params Goal[] Goals)
{
    internal const string Header = """
        | part | what | ours, ms | kubectl, ms | ratio | CPU, s: ours / kubectl | memory, MiB: ours / kubectl | goals | met |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """;

    /// <summary>The ratio of both times.</summary>
    internal double Ratio => Ours.Wall / Theirs!.Value.Wall;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Part} | {What} | {Milliseconds(Ours)} | {Milliseconds(Theirs)} | {(Theirs is null ? null : Ratio):F2} | {Pair(cost => cost.Processor.TotalSeconds, "F2")} | {Pair(cost => cost.Memory / 1048576.0, "F0")} | {string.Join("; ", Goals.AsEnumerable())} | {Met} |");

    private string Met => Goals.Length == 0 ? "" : Goals.All(goal => goal.IsMet) ? "yes" : "no: " + string.Join(", ", Goals.Where(goal => !goal.IsMet).Select(goal => goal.What));

    private static string Milliseconds(Cost? cost) => cost?.Wall.TotalMilliseconds is { } time ? time.ToString(time < 10 ? "F2" : "F0", CultureInfo.InvariantCulture) : "";

    // What was not measured is 0, and told as nothing.
    private string Pair(Func<Cost, double> figure, string format)
    {
        string Text(Cost? cost) => cost is { } known && figure(known) is > 0 and var value ? value.ToString(format, CultureInfo.InvariantCulture) : "";
        return Theirs is null ? Text(Ours) : $"{Text(Ours)} / {Text(Theirs)}".Trim(' ', '/');
    }
}
