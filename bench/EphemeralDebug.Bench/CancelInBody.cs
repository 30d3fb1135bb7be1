using System.Diagnostics;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Tests.Api;

namespace EphemeralDebug.Bench;

/// <summary>How long it takes that a list whose body stalls ends after its token was cancelled: at most 100 ms.</summary>
internal static class CancelInBody
{
    public static async Task RunAsync()
    {
        var json = RealisticPods.List(3);
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            await http.Response.Body.WriteAsync(json.AsMemory(0, 10_000), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var times = new List<double>();
        for (var turn = 0; turn < 20; turn++)
        {
            using var stop = new CancellationTokenSource();
            var clock = new Stopwatch();
            var stopping = Task.CompletedTask;
            try
            {
                await foreach (var _ in new KubernetesApi(server).ListPodsAsync(new PodQuery(), stop.Token))
                {
                    stopping = StopSoonAsync(stop, clock);
                }
            }
            catch (OperationCanceledException)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
            await stopping;
        }
        Console.WriteLine($"cancelled {times.Count} of 20: median {times.Order().ElementAt(times.Count / 2):F1} ms, longest {times.Max():F1} ms");
    }

    private static async Task StopSoonAsync(CancellationTokenSource stop, Stopwatch clock)
    {
        await Task.Delay(50);
        clock.Start();
        await stop.CancelAsync();
    }
}
