using System.Globalization;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>A sandbox in a process of its own, so that its work is counted as neither side's.</summary>
internal sealed class SimulatedCluster : ComparedCluster
{
    internal const string Mode = "compare-server";

    private readonly SandboxProcess _process;

    private SimulatedCluster(SandboxProcess process, KubernetesApi api, int pods) : base(api, "default", [.. Enumerable.Range(0, pods).Select(i => $"web-{i}")]) => _process = process;

    /// <param name="pods">How many pods live there.</param>
    /// <param name="listed">How many are there to be listed only, in another namespace.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<SimulatedCluster> StartAsync(int pods, int listed, CancellationToken cancellationToken)
    {
        SandboxProcess process = await SandboxProcess.StartAsync(Mode, pods.ToString(CultureInfo.InvariantCulture), listed.ToString(CultureInfo.InvariantCulture));
        return new SimulatedCluster(process, await ConnectAsync(process.KubeConfig, null, cancellationToken), pods);
    }

    /// <summary>In the child: serves until its input ends; a line is answered with the number of requests so far.</summary>
    internal static Task ServeAsync(int pods, int listed) => SandboxProcess.ServeAsync(pods, RealisticKubelet.Options, async sandbox =>
    {
        while (await Console.In.ReadLineAsync() is not null) Console.WriteLine(sandbox.Requests.Count);
    }, listed);

    /// <summary>How many requests it has received.</summary>
    internal async Task<int> RequestsAsync()
    {
        await _process.WriteLineAsync("requests");
        return int.Parse((await _process.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    public override ValueTask DisposeAsync()
    {
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
