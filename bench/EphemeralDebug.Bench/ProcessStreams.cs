using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Sandbox.Kubelet;

namespace EphemeralDebug.Bench;

/// <summary>
/// Exec against a sandbox in a process of its own: bytes per second beside <c>kubectl exec</c>, from a key to its echo, the first byte of 500
/// streams, and what a slow reader of 1 GiB holds.
/// </summary>
internal static class ProcessStreams
{
    private const long Gibibyte = 1L << 30;

    public static async Task RunAsync()
    {
        using Server server = await Server.StartAsync();
        await ThroughputAsync(server);
        await EchoAsync(server);
        await FirstBytesAsync(server);
    }

    public static async Task RunMemoryAsync()
    {
        using Server server = await Server.StartAsync();
        // What is made once, for the first stream of all, is no part of what a stream holds.
        await ReadAsync(server, 64L << 20);
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0, received = 0, next = 0;
        bool zeros = true;
        await using IProcessStreams streams = await server.ExecAsync("head", "-c", $"{Gibibyte}", "/dev/zero");
        while (await streams.ReadAsync(CancellationToken.None) is { } piece)
        {
            zeros &= !piece.Bytes.Span.ContainsAnyExcept((byte)0);
            received += piece.Bytes.Length;
            if (received < next) continue;
            next += Gibibyte / 64;
            await Task.Delay(50);
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Console.WriteLine($"{received} of {Gibibyte} bytes through a reader that stops 64 times, {(zeros ? "all of them right" : "NOT all right")}; end: {streams.End!.Kind}; "
            + $"held at most {most / 1024.0:F0} KiB more than before (at most 1024)");
    }

    /// <summary>In the child: serves until its input ends.</summary>
    public static Task ServeAsync() => SandboxProcess.ServeAsync(pods: 1, new KubeletOptions());

    private static async Task ThroughputAsync(Server server)
    {
        bool kubectl = await KubectlAsync(server, 1) is not null;
        if (!kubectl) Console.WriteLine("kubectl is not on PATH: there is nothing to compare with");
        List<Cost> ours = [], theirs = [];
        await ReadAsync(server, Gibibyte / 4);
        for (int turn = 0; turn < 5; turn++)
        {
            // Of both, what one byte takes goes off: connecting, and for kubectl its start.
            Cost little = await ReadAsync(server, 1), much = await ReadAsync(server, Gibibyte);
            ours.Add(much - little);
            if (!kubectl) continue;
            little = (await KubectlAsync(server, 1))!.Value;
            much = (await KubectlAsync(server, Gibibyte))!.Value;
            theirs.Add(much - little);
        }
        double own = Median(ours, cost => cost.Rate), other = kubectl ? Median(theirs, cost => cost.Rate) : 0;
        Console.WriteLine($"1 GiB through exec, MiB/s, median of 5 (best): ours {own:F0} ({ours.Max(cost => cost.Rate):F0})"
            + (kubectl ? $", kubectl {other:F0} ({theirs.Max(cost => cost.Rate):F0}), ratio {own / other:F2} (at least 1)" : ""));
        Console.WriteLine($"its processor time in the client, ms, median of 5: ours {Median(ours, cost => cost.Processor.TotalMilliseconds):F0}"
            + (kubectl ? $", kubectl {Median(theirs, cost => cost.Processor.TotalMilliseconds):F0}" : ""));
    }

    private static async Task<Cost> ReadAsync(Server server, long bytes)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Stopwatch clock = Stopwatch.StartNew();
        await using IProcessStreams streams = await server.ExecAsync("head", "-c", $"{bytes}", "/dev/zero");
        long received = 0;
        while (await streams.ReadAsync(CancellationToken.None) is { } piece) received += piece.Bytes.Length;
        if (received != bytes) throw new InvalidOperationException($"{received} of {bytes} bytes came: {streams.End}");
        return new Cost(clock.Elapsed, Environment.CpuUsage.TotalTime - before);
    }

    private static async Task<Cost?> KubectlAsync(Server server, long bytes)
    {
        Stopwatch clock = Stopwatch.StartNew();
        try
        {
            // To a file descriptor that takes all: a pipe to this process would measure this process. What the shell says is the time of its child.
            string script = $"kubectl --kubeconfig '{server.KubeConfig}' exec web-0 -- head -c {bytes} /dev/zero > /dev/null && times";
            using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
            string times = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode switch
            {
                0 => new Cost(clock.Elapsed, ProcessorTime(times.TrimEnd().Split('\n')[^1])),
                127 => null,
                _ => throw new InvalidOperationException($"kubectl ended with {process.ExitCode}."),
            };
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>What <c>times</c> says of the shell's children, as <c>0m1.25s 0m0.40s</c>.</summary>
    private static TimeSpan ProcessorTime(string times) => times.Split(' ').Select(time => time.TrimEnd('s').Split('m'))
        .Aggregate(TimeSpan.Zero, (sum, time) => sum + TimeSpan.FromSeconds((60 * int.Parse(time[0], CultureInfo.InvariantCulture)) + double.Parse(time[1], CultureInfo.InvariantCulture)));

    [SuppressMessage("Security", "CA5359", Justification = "The server is a child of this process, on the loopback address.")]
    private static async Task EchoAsync(Server server)
    {
        const int Keys = 2000;
        List<double> ours = [], bare = [];
        await using IProcessStreams streams = await server.ExecAsync("cat");
        using ClientWebSocket socket = new();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.SetRequestHeader("Authorization", "Bearer " + server.Token);
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        await socket.ConnectAsync(new UriBuilder(new Uri(server.Address, "api/v1/namespaces/default/pods/web-0/exec?command=cat&container=app&stdin=true&stdout=true")) { Scheme = "wss" }.Uri, CancellationToken.None);
        byte[] buffer = new byte[1024];
        await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        for (int key = 0; key < Keys; key++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            await streams.WriteAsync(new byte[] { 120 }, CancellationToken.None);
            await streams.ReadAsync(CancellationToken.None);
            ours.Add(clock.Elapsed.TotalMilliseconds);
            clock.Restart();
            await socket.SendAsync(new byte[] { 0, 120 }.AsMemory(), WebSocketMessageType.Binary, true, CancellationToken.None);
            await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            bare.Add(clock.Elapsed.TotalMilliseconds);
        }
        ours.Sort();
        bare.Sort();
        Console.WriteLine($"from a key to its echo, ms: median {Median(ours):F3}, 99% {ours[Keys * 99 / 100]:F3}; the server and a bare WebSocket alone {Median(bare):F3}, 99% {bare[Keys * 99 / 100]:F3}; "
            + $"over it {Median(ours) - Median(bare):F3} (at most 2)");
    }

    private static async Task FirstBytesAsync(Server server)
    {
        const int Count = 500;
        int threads = ThreadPool.ThreadCount;
        Stopwatch clock = Stopwatch.StartNew();
        IProcessStreams[] streams = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => server.ExecAsync("cat")));
        double opened = clock.Elapsed.TotalMilliseconds;
        Task<StreamPiece?>[] first = [.. streams.Select(stream => stream.ReadAsync(CancellationToken.None).AsTask())];
        int idle = ThreadPool.ThreadCount - threads;
        clock.Restart();
        foreach (IProcessStreams stream in streams) await stream.WriteAsync(new byte[] { 120 }, CancellationToken.None);
        await Task.WhenAll(first);
        Console.WriteLine($"{Count} streams: opened in {opened:F0} ms; from the first key to the last echo {clock.Elapsed.TotalMilliseconds:F0} ms (at most 1000); {idle} more pool threads while all waited");
        foreach (IProcessStreams stream in streams) await stream.DisposeAsync();
    }

    private static double Median(List<Cost> costs, Func<Cost, double> figure) => Median([.. costs.Select(figure)]);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>What the way of a gibibyte costs.</summary>
    private readonly record struct Cost(TimeSpan Elapsed, TimeSpan Processor)
    {
        /// <summary>Mebibytes a second.</summary>
        internal double Rate => Gibibyte / 1048576.0 / Elapsed.TotalSeconds;

        public static Cost operator -(Cost left, Cost right) => new(left.Elapsed - right.Elapsed, left.Processor - right.Processor);
    }

    /// <summary>The sandbox in a child process, and the way to it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly SandboxProcess _process;
        private readonly KubernetesApi _api;

        private Server(SandboxProcess process, ClusterConnection connection)
        {
            _process = process;
            _api = new KubernetesApi(connection);
            Address = connection.Server;
            Token = (string)JsonNode.Parse(File.ReadAllText(KubeConfig))!["users"]![0]!["user"]!["token"]!;
        }

        internal string KubeConfig => _process.KubeConfig;

        internal Uri Address { get; }

        internal string Token { get; }

        internal static async Task<Server> StartAsync()
        {
            SandboxProcess process = await SandboxProcess.StartAsync("streams-server");
            return new Server(process, await ClusterConnection.OpenAsync(new ConnectionRequest(process.KubeConfig, null), CancellationToken.None));
        }

        internal Task<IProcessStreams> ExecAsync(params string[] command) =>
            _api.OpenStreamsAsync(new StreamRequest { Namespace = "default", Pod = "web-0", Container = "app", Command = command, Stdin = command[0] == "cat", Stderr = false });

        public void Dispose() => _process.Dispose();
    }
}
