using System.Diagnostics;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Tests.Api;

namespace EphemeralDebug.Bench;

/// <summary>
/// The wait for the first row, by how many pods the server puts into its first page. The server makes the page before it sends
/// it, as an API server does; making a pod costs it what is printed.
/// </summary>
internal static class FirstRow
{
    public static async Task RunAsync()
    {
        var size = 0;
        await using var server = await LoopbackServer.StartAsync(async http => await http.Response.Body.WriteAsync(RealisticPods.List(size, next: "more"), http.RequestAborted));
        foreach (var next in new[] { 20, 20, 50, 100, 250, 500 })
        {
            size = next;
            var making = Stopwatch.StartNew();
            RealisticPods.List(500);
            var perPod = making.Elapsed.TotalMicroseconds / 500;
            var times = new List<double>();
            for (var turn = 0; turn < 15; turn++)
            {
                var clock = Stopwatch.StartNew();
                await foreach (var _ in new KubernetesApi(server).ListPodsAsync(new PodQuery())) break;
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
            Console.WriteLine($"first page of {size,4}: first row after {times.Order().ElementAt(7),6:F1} ms (a pod costs the server {perPod:F0} µs)");
        }
    }
}
