using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>A command in one pod: in one where nothing has happened before, and at once again in the same.</summary>
internal static class OneCommand
{
    private const int Turns = 7;

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest)
    {
        Pairs idle = new(), busy = new();
        for (int turn = -1; turn < Turns; turn++)
        {
            string[] pods = await contest.Cluster.TakeIdleAsync(2, contest.Stop);
            if (turn % 2 != 0) await TheirsAsync();
            (Cost first, int lost) = await contest.HostnameAsync([pods[0]]);
            (Cost second, int lostThen) = await contest.HostnameAsync([pods[0]]);
            if (turn >= 0)
            {
                idle.AddOurs(first, lost);
                busy.AddOurs(second, lostThen);
            }
            if (turn % 2 == 0) await TheirsAsync();
            contest.Cluster.GiveBack(pods);

            async Task TheirsAsync()
            {
                (Cost before, int lostBefore) = await contest.Kubectl.HostnameAsync(pods[1], contest.Stop);
                (Cost after, int lostAfter) = await contest.Kubectl.HostnameAsync(pods[1], contest.Stop);
                if (turn < 0) return;
                idle.AddTheirs(before, lostBefore);
                busy.AddTheirs(after, lostAfter);
            }
        }

        yield return Row(idle, "an idle pod", 0.7);
        yield return Row(busy, "a pod that just had another", 0.5);
    }

    private static Row Row(Pairs pairs, string pod, double limit) => new(1, $"`hostname` in {pod}; `kubectl debug --attach` lost {pairs.Lost.Theirs} of {Turns} outputs",
        pairs.Ours, pairs.Theirs, new Goal("time", pairs.WallRatio, limit), new Goal("lost", pairs.Lost.Ours, 0, ""));
}
