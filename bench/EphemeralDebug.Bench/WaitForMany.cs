using System.Diagnostics;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench;

/// <summary>
/// One pipeline that adds an ephemeral container to 500 pods and waits for all at once. The sandbox is a process of its own and
/// lets no container start until all are waited for, so that the threads counted are the client's at its busiest.
/// </summary>
internal static class WaitForMany
{
    private const int Pods = 500;

    public static async Task RunAsync()
    {
        using SandboxProcess server = await SandboxProcess.StartAsync("wait-server");
        using EngineSession engine = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(TextWriter.Null, TextReader.Null, terminal: false, () => 120)), BuiltModule.Manifest);
        int before = Process.GetCurrentProcess().Threads.Count;
        Stopwatch clock = Stopwatch.StartNew();
        Task<PipelineResult> pipeline = Task.Factory.StartNew(
            () => engine.Run($"Get-Pod -KubeConfig '{server.KubeConfig}' | New-EphemeralContainer -TimeoutSec 0 -- sleep 600"), TaskCreationOptions.LongRunning);

        Task<string?> allPatched = server.ReadLineAsync();
        int most = 0;
        // Counting is all this thread does; the figure is the highest of what it saw until two seconds after the last patch.
        while (!allPatched.IsCompleted) most = await CountAsync(most);
        double patched = clock.Elapsed.TotalMilliseconds;
        for (int i = 0; i < 100; i++) most = await CountAsync(most);

        clock.Restart();
        await server.WriteLineAsync("go");
        PipelineResult result = await pipeline;
        Console.WriteLine($"{result.Output.Count} containers, {result.Errors.Count} errors; all patched after {patched:F0} ms; "
            + $"all running {clock.Elapsed.TotalMilliseconds:F0} ms after the kubelet began to start them");
        Console.WriteLine($"threads: {before} before, {most} at most while {Pods} were waited for, so {most - before} more (at most 20)");
    }

    /// <summary>In the child: serves until its input ends.</summary>
    public static async Task ServeAsync()
    {
        TaskCompletionSource go = new();
        KubeletOptions kubelet = new() { BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : go.Task.WaitAsync(token) };
        await SandboxProcess.ServeAsync(Pods, kubelet, async sandbox =>
        {
            while (sandbox.Requests.Count(request => request is { Method: "PATCH", Status: 200 }) < Pods) await Task.Delay(5);
            Console.WriteLine("patched");
            await Console.In.ReadLineAsync();
            go.SetResult();
        });
    }

    private static async Task<int> CountAsync(int most)
    {
        using Process self = Process.GetCurrentProcess();
        most = Math.Max(most, self.Threads.Count);
        await Task.Delay(20);
        return most;
    }
}
