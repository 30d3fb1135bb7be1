using System.Diagnostics;
using EphemeralDebug.Bench.Comparing;
using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Bench;

/// <summary>Exec into a pod's container, through our streams and through kubectl: bytes a second, and the way of a key to its echo.</summary>
/// <param name="api">The cluster.</param>
/// <param name="kubectl">What leads kubectl there: its path, and what comes before a command.</param>
/// <param name="ns">The namespace.</param>
/// <param name="pod">The pod; its container <c>app</c> has head and cat.</param>
internal sealed class ExecStreams(KubernetesApi api, (string Path, string[] Arguments) kubectl, string ns, string pod)
{
    internal Task<IProcessStreams> OpenAsync(params string[] command) =>
        api.OpenStreamsAsync(new StreamRequest { Namespace = ns, Pod = pod, Container = "app", Command = command, Stdin = command[0] == "cat", Stderr = false });

    /// <summary>What so many bytes take on both sides, less what one byte takes: connecting, and for kubectl its start.</summary>
    internal Task<Pairs> ThroughputAsync(long bytes, CancellationToken cancellationToken = default) => Pairs.RunAsync(5,
        async () =>
        {
            Cost little = await ReadAsync(1);
            return await ReadAsync(bytes) - little;
        },
        async () =>
        {
            Cost little = await KubectlAsync(1, cancellationToken);
            return await KubectlAsync(bytes, cancellationToken) - little;
        });

    /// <summary>Our side alone: what it takes to read so many bytes.</summary>
    internal async Task<Cost> ReadAsync(long bytes)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Stopwatch clock = Stopwatch.StartNew();
        await using IProcessStreams streams = await OpenAsync("head", "-c", $"{bytes}", "/dev/zero");
        long received = 0;
        while (await streams.ReadAsync(CancellationToken.None) is { } piece) received += piece.Bytes.Length;
        if (received != bytes) throw new InvalidOperationException($"{received} of {bytes} bytes came: {streams.End}");
        return new Cost(clock.Elapsed, Environment.CpuUsage.TotalTime - before);
    }

    /// <summary>The ways of keys to their echoes, one after the other, in milliseconds: ours and kubectl's.</summary>
    internal async Task<(List<double> Ours, List<double> Theirs)> EchoAsync(int keys, CancellationToken cancellationToken)
    {
        List<double> ours = [], theirs = [];
        await using IProcessStreams streams = await OpenAsync("cat");
        ProcessStartInfo start = new(kubectl.Path, [.. kubectl.Arguments, "exec", "-i", pod, "-c", "app", "--", "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Stream input = process.StandardInput.BaseStream, output = process.StandardOutput.BaseStream;
        byte[] key = [120];
        for (int i = 0; i < keys; i++)
        {
            ours.Add(await TimeAsync(async () =>
            {
                await streams.WriteAsync(key, cancellationToken);
                await streams.ReadAsync(cancellationToken);
            }));
            double time = await TimeAsync(async () =>
            {
                await input.WriteAsync(key, cancellationToken);
                await input.FlushAsync(cancellationToken);
                await output.ReadExactlyAsync(key, cancellationToken);
            });
            // The first waits until kubectl has connected.
            if (i > 0) theirs.Add(time);
        }
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        return (ours, theirs);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        Stopwatch clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalMilliseconds;
    }

    private async Task<Cost> KubectlAsync(long bytes, CancellationToken cancellationToken) => (await ChildProcess.RunAsync(kubectl.Path,
        [.. kubectl.Arguments, "exec", pod, "-c", "app", "--", "head", "-c", $"{bytes}", "/dev/zero"], discard: true, cancellationToken: cancellationToken)).Checked(kubectl.Path).Cost;
}
