using System.Diagnostics;
using System.Globalization;
using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>What ever more commands at once cost, on the sandbox: for each target it shall be the same, and the threads shall not follow.</summary>
internal static class Growth
{
    internal const int Most = 1000;
    private const int Turns = 3;

    private const string Header = """
        | targets at once | time, ms | CPU, ms per target | threads more | managed memory, KiB per target | requests per target | outputs lost |
        | --- | --- | --- | --- | --- | --- | --- |
        """;

    private static readonly int[] s_sizes = [10, 100, Most];

    internal static async Task RunAsync(Contest contest, SimulatedCluster cluster)
    {
        await contest.HostnameAsync(await TakeAsync(10), 10);
        Console.WriteLine();
        Console.WriteLine(Header);
        foreach (int size in s_sizes)
        {
            List<Cost> costs = [];
            List<double> threads = [], memory = [], requests = [];
            int lost = 0;
            for (int turn = 0; turn < Turns; turn++)
            {
                string[] pods = await TakeAsync(size);
                int before = await cluster.RequestsAsync();
                using Process self = Process.GetCurrentProcess();
                long threadsBefore = ThreadCount(self), memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
                using Peak threadPeak = new(() => ThreadCount(self), TimeSpan.FromMilliseconds(20));
                using Peak memoryPeak = new(() => GC.GetTotalMemory(forceFullCollection: false), TimeSpan.FromMilliseconds(20));
                (Cost cost, int missing) = await contest.HostnameAsync(pods, Most);
                costs.Add(cost);
                lost += missing;
                // The two threads that look are not its own.
                threads.Add(threadPeak.Most - threadsBefore - 2);
                memory.Add((memoryPeak.Most - memoryBefore) / 1024.0 / size);
                requests.Add((await cluster.RequestsAsync() - before) / (double)size);
            }

            Cost median = costs.Median();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {size} | {median.Wall.TotalMilliseconds:F0} | {median.Processor.TotalMilliseconds / size:F2} | {threads.Median():F0} | {memory.Median():F0} | {requests.Median():F1} | {lost} |"));
        }

        async Task<string[]> TakeAsync(int count)
        {
            string[] pods = await contest.Cluster.TakeIdleAsync(count, contest.Stop);
            contest.Cluster.GiveBack(pods);
            return pods;
        }
    }

    private static long ThreadCount(Process self)
    {
        self.Refresh();
        return self.Threads.Count;
    }
}
