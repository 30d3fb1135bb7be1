using System.Globalization;
using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>Both sides, and the cluster that they meet on.</summary>
/// <param name="Engine">Our side: an open PowerShell.</param>
/// <param name="Kubectl">The other side.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Image">The image of all containers.</param>
/// <param name="Stop">Ends it all.</param>
internal sealed record Contest(WarmEngine Engine, Kubectl Kubectl, ComparedCluster Cluster, string Image, CancellationToken Stop)
{
    /// <summary>Runs a cmdlet in a warm engine; <paramref name="pods"/> are piped to it.</summary>
    internal Task<EngineRun> CmdletAsync(string cmdlet, string[] pods, string arguments) =>
        Engine.RunAsync($"$pods | {cmdlet} {Cluster.CmdletParameters} -Namespace {Cluster.Namespace} {arguments}", pods, Stop);

    /// <summary>Runs <c>hostname</c> in new ephemeral containers of pods, and how many outputs were lost.</summary>
    internal async Task<(Cost Cost, int Lost)> HostnameAsync(string[] pods, int? throttle = null)
    {
        string limit = throttle is { } count ? string.Create(CultureInfo.InvariantCulture, $"-ThrottleLimit {count} ") : "";
        EngineRun run = await CmdletAsync("Invoke-DebugCommand", pods, $"-Image {Image} {limit}-- hostname");
        int lost = pods.Length - run.Output.Count(result => ((string)result.Properties["StdOut"].Value).Trim() == (string)result.Properties["Pod"].Value);
        if (lost > 0) Console.Error.WriteLine($"{lost} of {pods.Length} outputs were lost: {(run.Errors is [var first, ..] ? first.ToString() : "no error says why")}");
        return (run.Cost, lost);
    }
}
