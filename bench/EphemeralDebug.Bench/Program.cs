using System.Globalization;
using BenchmarkDotNet.Running;
using EphemeralDebug.Bench;
using EphemeralDebug.Bench.Comparing;
using EphemeralDebug.Bench.Measuring;

// Without arguments: all benchmarks of BenchmarkDotNet. "memory": the list in memory, as processor
// time. "lists": the end-to-end comparison in one process, quick.
// "import": what Import-Module costs. "wait": the threads that waiting for 500 pods takes.
// "first-row": how the size of the first page changes the wait. "cancel": how long Ctrl+C takes in a body that stalls.
// "attach": from New-EphemeralContainer -Interactive to the first byte, beside kubectl debug --attach.
// "compare": this module and kubectl at the same work, on a cluster of yours or on the sandbox: docs/performance.md.
// "streams": exec beside kubectl's: bytes per second, key to echo, 500 streams. "stream-memory": what a slow reader of 1 GiB holds.
switch (args.FirstOrDefault())
{
    case "memory":
        await ListInMemory.RunAsync();
        break;
    case "lists":
        await ListsEndToEnd.RunAsync();
        break;
    case "first-row":
        await FirstRow.RunAsync();
        break;
    case "import":
        await ImportModule.RunAsync();
        break;
    case FreshEngine.Mode:
        FreshEngine.Measure(args[1], args[2]);
        break;
    case FreshRequest.Mode:
        await FreshRequest.MeasureAsync(args[1]);
        break;
    case "wait":
        await WaitForMany.RunAsync();
        break;
    case "wait-server":
        await WaitForMany.ServeAsync();
        break;
    case "cancel":
        await CancelInBody.RunAsync();
        break;
    case "attach":
        await AttachToFirstByte.RunAsync();
        break;
    case "attach-server":
        await AttachToFirstByte.ServeAsync();
        break;
    case "compare":
        return await Comparison.RunAsync(args.AsMemory(1));
    case SimulatedCluster.Mode:
        await SimulatedCluster.ServeAsync(int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
        break;
    case "streams":
        await ProcessStreams.RunAsync();
        break;
    case "stream-memory":
        await ProcessStreams.RunMemoryAsync();
        break;
    case "streams-server":
        await ProcessStreams.ServeAsync();
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ListInMemory).Assembly).Run(args);
        break;
}

return 0;
