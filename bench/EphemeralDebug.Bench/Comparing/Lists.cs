using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>Lists over all pods of a cluster.</summary>
internal static class Lists
{
    private const int Turns = 5;

    private const string EphemeralContainers = "jsonpath={range .items[*]}{range .spec.ephemeralContainers[*]}{.name}{\"\\n\"}{end}{end}";

    internal static async IAsyncEnumerable<Row> RunAsync(Contest contest, Pwsh pwsh)
    {
        int count = (await OursAsync(contest, "Get-Pod")).Output.Count;
        string listed = $"-AllNamespaces {contest.Cluster.CmdletParameters}";

        List<double> first = [];
        Pairs objects = await Pairs.RunAsync(Turns, async () =>
        {
            EngineRun run = await OursAsync(contest, "Get-Pod");
            first.Add(run.First!.Value.TotalMilliseconds);
            return run.Cost;
        }, () => TheirsAsync());
        yield return Row("`Get-Pod` as objects", "`kubectl get pods -A`", objects, new Goal("time", objects.WallRatio, 0.5), new Goal("first row", first.Median(), 150, " ms"));

        Pairs shown = await Pairs.RunAsync(Turns, async () => (await OursAsync(contest, "Get-Pod", " | Out-Default")).Cost, () => TheirsAsync());
        yield return Row("`Get-Pod` shown as a table", "`kubectl get pods -A`", shown);

        Pairs json = await Pairs.RunAsync(Turns, async () => (await OursAsync(contest, "Get-Pod")).Cost, () => TheirsAsync("-o", "json"));
        yield return Row("`Get-Pod` as objects", "`kubectl get pods -A -o json`", json);

        Pairs containers = await Pairs.RunAsync(Turns, async () => (await OursAsync(contest, "Get-EphemeralContainer")).Cost, () => TheirsAsync("-o", EphemeralContainers));
        yield return Row("`Get-EphemeralContainer`", "`kubectl get pods -A -o jsonpath` with the names of ephemeral containers", containers, new Goal("time", containers.WallRatio, 0.15));

        // A process that has listed before holds memory that it uses again: only a fresh one tells how much a list takes.
        if (pwsh.Exists)
        {
            Pairs whole = await Pairs.RunAsync(3, () => pwsh.OverEmptyAsync($"Import-Module '{BuiltModule.Manifest}'; Get-Pod {listed} | Out-Null"), () => TheirsAsync());
            yield return Row("`pwsh -NoProfile -c 'Import-Module EphemeralDebug; Get-Pod'`, piped to `Out-Null`, over an empty one", "`kubectl get pods -A`", whole, new Goal("memory", whole.MemoryRatio, 0.2));
        }

        Pairs fresh = await Pairs.RunAsync(3, async () =>
        {
            FreshRun run = await FreshEngine.RunAsync(BuiltModule.Manifest, $"Get-Pod {listed} | Out-Null", contest.Stop);
            return new Cost(run.Script, run.Cost.Processor, run.Memory);
        }, () => TheirsAsync());
        yield return Row("`Get-Pod` in a fresh process, memory over its engine's; CPU with that of its start", "`kubectl get pods -A`", fresh, new Goal("memory", fresh.MemoryRatio, 0.2));

        async Task<Cost> TheirsAsync(params string[] output) => (await contest.Kubectl.RunAsync(["get", "pods", "--all-namespaces", .. output], discard: true, contest.Stop)).Cost;

        Row Row(string ours, string theirs, Pairs pairs, params Goal[] goals) => new(4, FormattableString.Invariant($"{count:N0} pods: {ours}; {theirs}"), pairs.Ours, pairs.Theirs, goals);
    }

    private static async Task<EngineRun> OursAsync(Contest contest, string cmdlet, string then = "") =>
        (await contest.Engine.RunAsync($"{cmdlet} -AllNamespaces {contest.Cluster.CmdletParameters}{then}", cancellationToken: contest.Stop)).Checked();
}
