namespace EphemeralDebug.Bench.Measuring;

/// <summary>The middle of what was measured several times.</summary>
internal static class Medians
{
    internal static double Median(this IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Each part's own median.</summary>
    internal static Cost Median(this IReadOnlyCollection<Cost> costs) => new(
        TimeSpan.FromTicks((long)costs.Select(cost => (double)cost.Wall.Ticks).Median()),
        TimeSpan.FromTicks((long)costs.Select(cost => (double)cost.Processor.Ticks).Median()),
        (long)costs.Select(cost => (double)cost.Memory).Median());
}
