using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using EphemeralDebug.Bench.Comparing;
using EphemeralDebug.Bench.Measuring;
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
        await server.Streams.ReadAsync(64L << 20);
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0, received = 0, next = 0;
        bool zeros = true;
        await using IProcessStreams streams = await server.Streams.OpenAsync("head", "-c", $"{Gibibyte}", "/dev/zero");
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
        if (!ChildProcess.Exists("kubectl"))
        {
            await server.Streams.ReadAsync(Gibibyte / 4);
            Console.WriteLine($"kubectl is not on PATH: there is nothing to compare with; 1 GiB through exec, MiB/s: {1024 / (await server.Streams.ReadAsync(Gibibyte)).Wall.TotalSeconds:F0}");
            return;
        }

        Pairs pairs = await server.Streams.ThroughputAsync(Gibibyte);
        double own = 1024 / pairs.Ours.Wall.TotalSeconds, other = 1024 / pairs.Theirs.Wall.TotalSeconds;
        Console.WriteLine($"1 GiB through exec, MiB/s, median of 5: ours {own:F0}, kubectl {other:F0}, ratio {own / other:F2} (at least 1)");
        Console.WriteLine($"its processor time in the client, ms, median of 5: ours {pairs.Ours.Processor.TotalMilliseconds:F0}, kubectl {pairs.Theirs.Processor.TotalMilliseconds:F0}");
    }

    [SuppressMessage("Security", "CA5359", Justification = "The server is a child of this process, on the loopback address.")]
    private static async Task EchoAsync(Server server)
    {
        const int Keys = 2000;
        List<double> ours = [], bare = [];
        await using IProcessStreams streams = await server.Streams.OpenAsync("cat");
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
        Console.WriteLine($"from a key to its echo, ms: median {ours.Median():F3}, 99% {ours[Keys * 99 / 100]:F3}; the server and a bare WebSocket alone {bare.Median():F3}, 99% {bare[Keys * 99 / 100]:F3}; "
            + $"over it {ours.Median() - bare.Median():F3} (at most 2)");
    }

    private static async Task FirstBytesAsync(Server server)
    {
        const int Count = 500;
        int threads = ThreadPool.ThreadCount;
        Stopwatch clock = Stopwatch.StartNew();
        IProcessStreams[] streams = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => server.Streams.OpenAsync("cat")));
        double opened = clock.Elapsed.TotalMilliseconds;
        Task<StreamPiece?>[] first = [.. streams.Select(stream => stream.ReadAsync(CancellationToken.None).AsTask())];
        int idle = ThreadPool.ThreadCount - threads;
        clock.Restart();
        foreach (IProcessStreams stream in streams) await stream.WriteAsync(new byte[] { 120 }, CancellationToken.None);
        await Task.WhenAll(first);
        Console.WriteLine($"{Count} streams: opened in {opened:F0} ms; from the first key to the last echo {clock.Elapsed.TotalMilliseconds:F0} ms (at most 1000); {idle} more pool threads while all waited");
        foreach (IProcessStreams stream in streams) await stream.DisposeAsync();
    }

    /// <summary>The sandbox in a child process, and the way to it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly SandboxProcess _process;

        private Server(SandboxProcess process, ClusterConnection connection)
        {
            _process = process;
            Streams = new ExecStreams(new KubernetesApi(connection), ("kubectl", ["--kubeconfig", process.KubeConfig]), "default", "web-0");
            Address = connection.Server;
            Token = (string)JsonNode.Parse(File.ReadAllText(process.KubeConfig))!["users"]![0]!["user"]!["token"]!;
        }

        internal ExecStreams Streams { get; }

        internal Uri Address { get; }

        internal string Token { get; }

        internal static async Task<Server> StartAsync()
        {
            SandboxProcess process = await SandboxProcess.StartAsync("streams-server");
            return new Server(process, await ClusterConnection.OpenAsync(new ConnectionRequest(process.KubeConfig, null), CancellationToken.None));
        }

        public void Dispose() => _process.Dispose();
    }
}
