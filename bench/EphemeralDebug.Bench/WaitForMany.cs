using System.Diagnostics;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using EphemeralDebug.Tour.Hosting;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

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
        using Process server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["wait-server"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            string kubeConfig = (await server.StandardOutput.ReadLineAsync())!;
            using EngineSession engine = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(TextWriter.Null, TextReader.Null, terminal: false, () => 120)), BuiltModule.Manifest);
            int before = Process.GetCurrentProcess().Threads.Count;
            Stopwatch clock = Stopwatch.StartNew();
            Task<PipelineResult> pipeline = Task.Factory.StartNew(
                () => engine.Run($"Get-Pod -KubeConfig '{kubeConfig}' | New-EphemeralContainer -TimeoutSec 0 -- sleep 600"), TaskCreationOptions.LongRunning);

            Task<string?> allPatched = server.StandardOutput.ReadLineAsync();
            int most = 0;
            // Counting is all this thread does; the figure is the highest of what it saw until two seconds after the last patch.
            while (!allPatched.IsCompleted) most = await CountAsync(most);
            double patched = clock.Elapsed.TotalMilliseconds;
            for (int i = 0; i < 100; i++) most = await CountAsync(most);

            clock.Restart();
            await server.StandardInput.WriteLineAsync("go");
            PipelineResult result = await pipeline;
            Console.WriteLine($"{result.Output.Count} containers, {result.Errors.Count} errors; all patched after {patched:F0} ms; "
                + $"all running {clock.Elapsed.TotalMilliseconds:F0} ms after the kubelet began to start them");
            Console.WriteLine($"threads: {before} before, {most} at most while {Pods} were waited for, so {most - before} more (at most 20)");
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>In the child: serves until its input ends.</summary>
    public static async Task ServeAsync()
    {
        TaskCompletionSource go = new();
        await using ApiSandbox sandbox = await ApiSandbox.StartAsync(new SandboxOptions
        {
            AgentFactory = store => new NodeAgent(store, new KubeletOptions
            {
                BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : go.Task.WaitAsync(token),
            }),
            World = Fill,
        });
        string folder = Directory.CreateTempSubdirectory("ephemeraldebug-bench-").FullName;
        Console.WriteLine(sandbox.WriteKubeConfig(Path.Combine(folder, "config")));
        while (sandbox.Requests.Count(request => request is { Method: "PATCH", Status: 200 }) < Pods) await Task.Delay(5);
        Console.WriteLine("patched");
        await Console.In.ReadLineAsync();
        go.SetResult();
        await Console.In.ReadLineAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> CountAsync(int most)
    {
        using Process self = Process.GetCurrentProcess();
        most = Math.Max(most, self.Threads.Count);
        await Task.Delay(20);
        return most;
    }

    private static void Fill(ObjectStore store)
    {
        store.Create(ResourceType.Nodes, JsonNode.Parse("""{"apiVersion":"v1","kind":"Node","metadata":{"name":"node-1","uid":"1"},"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""")!.AsObject());
        for (int i = 0; i < Pods; i++)
        {
            JsonObject pod = JsonNode.Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default"},"spec":{"nodeName":"node-1","containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]}]},"status":{"phase":"Pending"}}""")!.AsObject();
            pod["metadata"]!["name"] = $"web-{i}";
            pod["metadata"]!["uid"] = $"uid-{i}";
            store.Create(ResourceType.Pods, pod);
        }
    }
}
