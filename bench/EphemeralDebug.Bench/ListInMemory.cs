using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Tests.Api;

namespace EphemeralDebug.Bench;

/// <summary>10,000 realistic pods (some 80 MiB of JSON, in memory) become rows: at most 0.35 s and 10 MiB allocated.</summary>
[MemoryDiagnoser]
[Config(typeof(FewRuns))]
public class ListInMemory
{
    // An operation takes a good part of a second: ten are enough, and need no process of their own.
    private sealed class FewRuns : ManualConfig
    {
        public FewRuns() => AddJob(Job.InProcess.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(3).WithIterationCount(10));
    }

    private byte[] _json = [];

    [GlobalSetup]
    public void Setup()
    {
        _json = RealisticPods.List(10_000);
        Console.WriteLine($"// {_json.Length / 1048576.0:F1} MiB of JSON");
    }

    [Benchmark(Baseline = true)]
    public async Task<int> Rows()
    {
        var count = 0;
        await foreach (var _ in new KubernetesApi(new InMemory(_json)).ListPodsAsync(new PodQuery())) count++;
        return count;
    }

    [Benchmark]
    public int TypedList() => k8s.KubernetesJson.Deserialize<k8s.Models.V1PodList>(new MemoryStream(_json)).Items.Count;

    /// <summary>The floor: to walk through the tokens once.</summary>
    [Benchmark]
    public int TokensOnly()
    {
        var reader = new System.Text.Json.Utf8JsonReader(_json);
        var count = 0;
        while (reader.Read()) count++;
        return count;
    }

    /// <summary>Processor time of the same, turn by turn: on a machine that does other work, time on the clock says little.</summary>
    public static async Task RunAsync()
    {
        var bench = new ListInMemory();
        bench.Setup();
        await ReportAsync("rows", bench.Rows);
        await ReportAsync("typed list", () => Task.FromResult(bench.TypedList()));
        await ReportAsync("tokens only", () => Task.FromResult(bench.TokensOnly()));
    }

    private static async Task ReportAsync(string what, Func<Task<int>> read)
    {
        var times = new List<double>();
        long allocated = 0;
        for (var turn = 0; turn < 15; turn++)
        {
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var start = Environment.CpuUsage.TotalTime;
            await read();
            times.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        }
        times.Sort();
        Console.WriteLine($"{what,-12} processor time: best {times[0],6:F0} ms, median {times[7],6:F0} ms, {allocated / 1048576.0:F1} MiB allocated");
    }

    private sealed class InMemory(byte[] json) : IClusterTransport
    {
        public string? Context => null;

        public string? KubeConfig => null;

        public string DefaultNamespace => "default";

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(json) });
    }
}
