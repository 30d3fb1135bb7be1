using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Core;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>This module and kubectl at the same work in one run; a table of what each took, and of what was to be reached.</summary>
internal static class Comparison
{
    /// <returns>The exit code: 0 also where goals were missed, since a busy machine misses them.</returns>
    internal static async Task<int> RunAsync(ReadOnlyMemory<string> args)
    {
        (CompareArguments? arguments, string? problem) = CompareArguments.Parse(args.Span);
        if (arguments is null)
        {
            Console.Error.WriteLine(problem);
            Console.Error.WriteLine(CompareArguments.Usage);
            return 2;
        }

        if (!ChildProcess.Exists(arguments.Kubectl))
        {
            Console.Error.WriteLine($"There is no {arguments.Kubectl} to compare with; where it is elsewhere: -Kubectl PATH");
            return 2;
        }

        using CancellationTokenSource stop = new();
        // The second Ctrl+C too: what was made in the cluster is taken away before this ends, and that takes 10 s at most.
        ConsoleCancelEventHandler cancel = (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += cancel;
        try
        {
            await CompareAsync(arguments, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("Stopped.");
            return 130;
        }
        catch (DebugException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            Console.CancelKeyPress -= cancel;
        }
    }

    private static async Task CompareAsync(CompareArguments arguments, CancellationToken stop)
    {
        using WarmEngine engine = new();
        Pwsh pwsh = new(arguments.Pwsh, stop);
        Console.WriteLine(FormattableString.Invariant($"{Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB of memory, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}"));
        Console.WriteLine($"kubectl: {await Kubectl.VersionAsync(arguments.Kubectl, stop)}");
        Console.WriteLine($"cluster: {(arguments.OwnCluster ? "your own" : "simulated, in a process of its own on this machine")}");
        Console.WriteLine($"load average before: {LoadAverage()}");
        Console.WriteLine();
        if (arguments.Only.Any(part => part is not (4 or 7)) || arguments.OwnCluster)
        {
            await using ComparedCluster cluster = arguments.OwnCluster ? await OwnCluster.StartAsync(arguments, stop) : await SimulatedCluster.StartAsync(arguments.Pods ?? 100, 0, stop);
            Contest contest = NewContest(cluster);
            Console.WriteLine(Row.Header);
            await PartAsync(1, "one command in one pod", () => OneCommand.RunAsync(contest));
            await PartAsync(2, "one command in many pods", () => ManyCommands.RunAsync(contest));
            await PartAsync(3, "an image that does not exist", () => BadImage.RunAsync(contest));
            if (arguments.OwnCluster) await PartAsync(4, "lists", () => Lists.RunAsync(contest, pwsh));
            await PartAsync(5, "cold start", () => ColdStart.RunAsync(contest, pwsh));
            await PartAsync(6, "streams", () => Streams.RunAsync(contest));
        }
        else
        {
            Console.WriteLine(Row.Header);
        }

        if (!arguments.OwnCluster && arguments.Only.Contains(4))
        {
            foreach (int pods in (int[])[1_000, 10_000])
            {
                await using SimulatedCluster cluster = await SimulatedCluster.StartAsync(0, pods, stop);
                await PartAsync(4, FormattableString.Invariant($"lists of {pods:N0} pods"), () => Lists.RunAsync(NewContest(cluster), pwsh));
            }
        }

        if (!arguments.OwnCluster && arguments.Only.Contains(7))
        {
            Console.Error.WriteLine("7: growth");
            await using SimulatedCluster cluster = await SimulatedCluster.StartAsync(Growth.Most, 0, stop);
            await Growth.RunAsync(NewContest(cluster), cluster);
        }

        Console.WriteLine();
        Console.WriteLine($"load average after: {LoadAverage()}");

        Contest NewContest(ComparedCluster cluster) => new(engine, new Kubectl(arguments.Kubectl, arguments.Image, cluster), cluster, arguments.Image, stop);

        async Task PartAsync(int part, string name, Func<IAsyncEnumerable<Row>> run)
        {
            if (!arguments.Only.Contains(part)) return;
            Console.Error.WriteLine($"{part}: {name}");
            await foreach (Row row in run()) Console.WriteLine(row);
        }
    }

    private static string LoadAverage() => OperatingSystem.IsLinux()
        ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) + " (this run's own work is in it; much more than 1 at the start is a machine that does other work)"
        : "not told by this system";
}
