using System.Diagnostics;
using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Tests.Api;
using k8s;

namespace EphemeralDebug.Bench;

/// <summary>
/// 10,000 pods over HTTPS on the loopback interface, our rows against KubernetesClient's typed list, turn by turn in one
/// process. The server sends prepared bytes, so that the clients are measured.
/// </summary>
internal static class ListsEndToEnd
{
    public static async Task RunAsync()
    {
        var json = RealisticPods.List(10_000);
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = json.Length;
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        });
        using var typed = new Kubernetes(new KubernetesClientConfiguration { Host = server.Uri.ToString(), SkipTlsVerify = true });

        Console.WriteLine($"{json.Length / 1048576.0:F1} MiB of JSON, 10,000 pods, HTTPS loopback");
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < 6; turn++)
        {
            var (time, bytes) = await MeasureAsync(async () =>
            {
                var count = 0;
                await foreach (var _ in new KubernetesApi(server).ListPodsAsync(new PodQuery { PageSize = 20_000 })) count++;
                return count;
            });
            var (typedTime, typedBytes) = await MeasureAsync(async () => (await typed.CoreV1.ListPodForAllNamespacesAsync()).Items.Count);
            Console.WriteLine($"turn {turn}: rows {time,6:F0} ms {bytes / 1048576.0,7:F1} MiB   typed {typedTime,6:F0} ms {typedBytes / 1048576.0,7:F1} MiB   ratio {time / typedTime:F2}");
            if (turn == 0) continue;
            ours.Add(time);
            theirs.Add(typedTime);
        }
        Console.WriteLine($"median after the first turn: rows {ours.Median():F0} ms, typed {theirs.Median():F0} ms, ratio {ours.Median() / theirs.Median():F2} (at most 0.25)");
    }

    // The allocations are those of the whole process, so that the server's are in both figures.
    private static async Task<(double Milliseconds, long Bytes)> MeasureAsync(Func<Task<int>> read)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        if (await read() != 10_000) throw new InvalidOperationException("Not all pods came.");
        return (clock.Elapsed.TotalMilliseconds, GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
