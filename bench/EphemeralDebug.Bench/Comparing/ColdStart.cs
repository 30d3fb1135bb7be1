using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>The first list of a PowerShell that has just been started, less the start of an empty one.</summary>
internal static class ColdStart
{
    private const int Turns = 7;

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest, Pwsh pwsh)
    {
        string list = $"Get-Pod -Namespace {contest.Cluster.Namespace} {contest.Cluster.CmdletParameters}";
        if (pwsh.Exists)
        {
            Pairs pairs = await AgainstKubectlAsync(contest, () => pwsh.OverEmptyAsync($"Import-Module '{BuiltModule.Manifest}'; {list}"));
            yield return Row("`pwsh -NoProfile -c 'Import-Module EphemeralDebug; Get-Pod'` less an empty one", pairs);
        }
        else
        {
            Console.Error.WriteLine("There is no pwsh, so the cold start is measured in a fresh process that hosts the engine; with pwsh: -Pwsh PATH");
        }

        List<FreshRun> runs = [];
        Pairs fresh = await AgainstKubectlAsync(contest, async () =>
        {
            Cost empty = (await FreshEngine.RunAsync(null, null, contest.Stop)).Cost;
            FreshRun run = await FreshEngine.RunAsync(BuiltModule.Manifest, list, contest.Stop);
            runs.Add(run);
            return run.Cost - empty;
        });
        string phases = FormattableString.Invariant($"import {Median(run => run.Import):F0} ms, to the first output {Median(run => run.FirstOutput!.Value):F0} ms; for that the runtime compiled {runs[^1].Methods} methods in {Median(run => run.Compilation):F0} ms");
        yield return Row($"a fresh process that hosts the engine, imports and shows `Get-Pod` ({phases}), less one that does neither", fresh);

        List<Cost> least = [];
        for (int turn = 0; turn < Turns; turn++) least.Add(await FreshRequest.RunAsync(((ClusterConnection)contest.Cluster.Api.Transport).Server, contest.Stop));
        yield return new Row(5, "the first request over TLS of a fresh precompiled process, without PowerShell and without this module: .NET's own share of the above", least.Median(), Theirs: null);

        double Median(Func<FreshRun, TimeSpan> phase) => runs.Skip(1).Select(run => phase(run).TotalMilliseconds).Median();
    }

    private static Task<Pairs> AgainstKubectlAsync(Contest contest, Func<Task<Cost>> ours) => Pairs.RunAsync(Turns, ours,
        async () => (await contest.Kubectl.RunAsync(["get", "pods"], discard: false, contest.Stop)).Cost);

    private static Row Row(string what, Pairs pairs) => new(5, what + "; `kubectl get pods`", pairs.Ours, pairs.Theirs, new Goal("time", pairs.WallRatio, 2));
}
