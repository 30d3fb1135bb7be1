using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>Streams of exec: bytes a second, and the way of a key to its echo.</summary>
internal static class Streams
{
    private const int Mebibytes = 1024, Keys = 1000;

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest)
    {
        string pod = (await contest.Cluster.TakeIdleAsync(1, contest.Stop))[0];
        ExecStreams streams = new(contest.Cluster.Api, (contest.Kubectl.Path, contest.Kubectl.Arguments()), contest.Cluster.Namespace, pod);
        Pairs bytes = await streams.ThroughputAsync((long)Mebibytes << 20, contest.Stop);
        double ours = Mebibytes / bytes.Ours.Wall.TotalSeconds, theirs = Mebibytes / bytes.Theirs.Wall.TotalSeconds;
        yield return new Row(6, FormattableString.Invariant($"{Mebibytes} MiB through exec, {ours:F0} MiB/s; `kubectl exec`, {theirs:F0} MiB/s"), bytes.Ours, bytes.Theirs,
            new Goal("rate", ours / theirs, 1) { AtLeast = true });

        (List<double> own, List<double> other) = await streams.EchoAsync(Keys, contest.Stop);
        yield return new Row(6, FormattableString.Invariant($"from a key to its echo, {Keys} keys; `kubectl exec -i`"), Wall(own), Wall(other), new Goal("echo over kubectl's", own.Median() - other.Median(), 2, " ms"));
        contest.Cluster.GiveBack(pod);
    }

    private static Cost Wall(List<double> milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds.Median()), default);
}
