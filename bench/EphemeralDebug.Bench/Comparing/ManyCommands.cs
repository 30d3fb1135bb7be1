using System.Diagnostics;
using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>A command in many pods, against xargs over kubectl, and the least that the kubelet takes for that.</summary>
internal static class ManyCommands
{
    private static readonly int[] s_sizes = [1, 10, 30, 100], s_degrees = [16, 1, 64];

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest)
    {
        await using EventTimes events = new(contest.Cluster);
        // Neither side's first of all counts.
        string[] first = await contest.Cluster.TakeIdleAsync(2, contest.Stop);
        await contest.HostnameAsync([first[0]]);
        await contest.Kubectl.HostnameAsync(first[1], contest.Stop);
        contest.Cluster.GiveBack(first);

        foreach (int size in s_sizes.Where(size => size <= contest.Cluster.Pods.Count))
        {
            int turns = size < 30 ? 5 : 3;
            List<Cost> limits = [];
            Pairs[] pairs = [.. s_degrees.Select(_ => new Pairs())];
            for (int turn = 0; turn < turns; turn++)
            {
                limits.Add(await OnIdleAsync(pods => LimitAsync(contest, events, pods)));
                (Cost ours, int lost) = await OnIdleAsync(pods => contest.HostnameAsync(pods));
                for (int i = 0; i < s_degrees.Length; i++)
                {
                    int degree = s_degrees[i];
                    (Cost theirs, int theirLost) = await OnIdleAsync(pods => contest.Kubectl.HostnameAsync(pods, degree, contest.Stop));
                    pairs[i].AddOurs(ours, lost);
                    pairs[i].AddTheirs(theirs, theirLost);
                }
            }

            Cost limit = limits.Median();
            yield return new Row(2, $"{Pods(size)}: the kubelet's own limit, from the first patch to the last `Started` event", limit, null);
            for (int i = 0; i < s_degrees.Length; i++)
            {
                string against = size == 1 ? "`kubectl debug --attach`" : $"`{Kubectl.Parallel(s_degrees[i])} kubectl debug --attach`";
                if (size == 1 && i > 0) continue;
                yield return new Row(2, $"`hostname` in {Pods(size)}; {against} lost {pairs[i].Lost.Theirs} of {turns * size} outputs", pairs[i].Ours, pairs[i].Theirs, Goals(pairs[i], size, limit));
            }

            async Task<T> OnIdleAsync<T>(Func<string[], Task<T>> work)
            {
                string[] pods = await contest.Cluster.TakeIdleAsync(size, contest.Stop);
                T result = await work(pods);
                contest.Cluster.GiveBack(pods);
                return result;
            }
        }
    }

    private static string Pods(int count) => count == 1 ? "1 pod" : $"{count} pods";

    private static Goal[] Goals(Pairs pairs, int size, Cost limit)
    {
        Goal lost = new("lost", pairs.Lost.Ours, 0, "");
        if (size < 30) return [lost];
        return [new Goal("time", pairs.WallRatio, Math.Max(0.5, limit.Wall / pairs.Theirs.Wall)), new Goal("CPU", pairs.ProcessorRatio, 0.1), lost];
    }

    private static async Task<Cost> LimitAsync(Contest contest, EventTimes events, string[] pods)
    {
        EngineRun run = (await contest.CmdletAsync("New-EphemeralContainer", pods, $"-Image {contest.Image} -NoWait -- hostname")).Checked();
        long[] started = await Task.WhenAll(run.Output.Select(container =>
            events.HeardAsync((string)container.Properties["Pod"].Value, (string)container.Properties["Name"].Value, "Started", contest.Stop)));
        return run.Cost with { Wall = Stopwatch.GetElapsedTime(run.Started, started.Max()) };
    }
}
