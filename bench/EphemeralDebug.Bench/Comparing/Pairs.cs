using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>Both sides at the same work, in turns, so that what else the machine does hits both.</summary>
internal sealed class Pairs
{
    private readonly List<Cost> _ours = [], _theirs = [];
    private int _ourLost, _theirLost;

    internal Cost Ours => _ours.Median();

    internal Cost Theirs => _theirs.Median();

    internal double WallRatio => Ours.Wall / Theirs.Wall;

    internal double ProcessorRatio => Ours.Processor / Theirs.Processor;

    internal double MemoryRatio => (double)Ours.Memory / Theirs.Memory;

    /// <summary>How many outputs each side has lost in all turns.</summary>
    internal (int Ours, int Theirs) Lost => (_ourLost, _theirLost);

    internal void AddOurs(Cost cost, int lost = 0)
    {
        _ours.Add(cost);
        _ourLost += lost;
    }

    internal void AddTheirs(Cost cost, int lost = 0)
    {
        _theirs.Add(cost);
        _theirLost += lost;
    }

    /// <summary>Runs both so many times, who is first changing each time; one turn more goes before, and is forgotten.</summary>
    internal static async Task<Pairs> RunAsync(int turns, Func<Task<Cost>> ours, Func<Task<Cost>> theirs)
    {
        Pairs pairs = new();
        for (int turn = -1; turn < turns; turn++)
        {
            Cost? other = turn % 2 == 0 ? null : await theirs();
            Cost own = await ours();
            other ??= await theirs();
            if (turn < 0) continue;
            pairs.AddOurs(own);
            pairs.AddTheirs(other.Value);
        }
        return pairs;
    }
}
