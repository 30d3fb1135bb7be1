using System.Diagnostics;
using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>An image that does not exist: the time until whoever asked for it knows that.</summary>
internal static class BadImage
{
    // The top-level domain is reserved for names that never exist.
    private const string Name = "registry.invalid/no-such-image:1";

    // kubectl says it once the pod's status does, after some 15 s.
    private const int Turns = 5, TheirTurns = 3;

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest)
    {
        await using EventTimes events = new(contest.Cluster);
        List<double> told = [];
        Pairs pairs = new();
        bool theySay = true;
        for (int turn = 0; turn < Turns; turn++)
        {
            // These pods are not given back: their kubelet goes on trying.
            string[] pods = await contest.Cluster.TakeIdleAsync(turn < TheirTurns ? 2 : 1, contest.Stop);
            EngineRun run = await contest.CmdletAsync("Invoke-DebugCommand", [pods[0]], $"-Image {Name} -- hostname");
            if (run.Output is not [{ } result] || result.Properties["ErrorId"].Value is null) throw new InvalidOperationException("The image was to fail.");
            pairs.AddOurs(run.Cost with { Wall = run.First!.Value });
            long heard = await events.HeardAsync(pods[0], (string)result.Properties["Container"].Value, "Failed", contest.Stop);
            told.Add(Stopwatch.GetElapsedTime(run.Started, heard).TotalMilliseconds);
            if (turn >= TheirTurns) continue;
            (Cost cost, bool found) = await contest.Kubectl.UntilCauseAsync(pods[1], Name, contest.Stop);
            pairs.AddTheirs(cost);
            theySay &= found;
        }

        string theirs = theySay ? "`kubectl debug --attach`" : "`kubectl debug --attach`, which ended without a word of it";
        yield return new Row(3, FormattableString.Invariant($"an image that does not exist, until the cause is known; {theirs}; the `Failed` event came after {told.Median():F0} ms"),
            pairs.Ours, pairs.Theirs, new Goal("time", pairs.Ours.Wall.TotalSeconds, 1.5, " s"));
    }
}
