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

    private sealed class InMemory(byte[] json) : IClusterTransport
    {
        public string? Context => null;

        public string? KubeConfig => null;

        public string DefaultNamespace => "default";

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(json) });
    }
}
