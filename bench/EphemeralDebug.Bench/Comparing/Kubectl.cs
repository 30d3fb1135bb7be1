using EphemeralDebug.Bench.Measuring;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>kubectl, and what one scripts with it, on a cluster.</summary>
internal sealed class Kubectl(string path, string image, ComparedCluster cluster)
{
    private static readonly bool s_xargs = ChildProcess.Exists("xargs");

    /// <summary>The program.</summary>
    internal string Path => path;

    /// <summary>How many at once are run in place of <c>xargs -P</c>.</summary>
    internal static string Parallel(int degree) => s_xargs ? $"xargs -P {degree}" : $"{degree} at once (there is no xargs)";

    /// <summary>What this is, in its own words.</summary>
    internal static async Task<string> VersionAsync(string path, CancellationToken cancellationToken)
    {
        string version = (await ChildProcess.RunAsync(path, ["version", "--client"], cancellationToken: cancellationToken)).Checked(path).Output[0];
        return version.Contains("dispatcher", StringComparison.Ordinal)
            ? version + ": this one asks the server for its version and starts another kubectl each time; give that one with -Kubectl"
            : version;
    }

    /// <summary>The command line for a kubectl command in the cluster's namespace.</summary>
    internal string[] Arguments(params string[] command) => [.. cluster.KubectlArguments, "--namespace", cluster.Namespace, .. command];

    internal async Task<ChildRun> RunAsync(string[] command, bool discard, CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(path, Arguments(command), discard: discard, cancellationToken: cancellationToken)).Checked(path);

    /// <summary>Runs <c>hostname</c> in a new ephemeral container of a pod, and whether its output came.</summary>
    internal async Task<(Cost Cost, int Lost)> HostnameAsync(string pod, CancellationToken cancellationToken)
    {
        ChildRun run = await ChildProcess.RunAsync(path, Hostname(pod), cancellationToken: cancellationToken);
        return (run.Cost, run.Output.Contains(pod) ? 0 : 1);
    }

    /// <summary>The same in many pods, so many at once, and how many outputs were lost.</summary>
    internal async Task<(Cost Cost, int Lost)> HostnameAsync(string[] pods, int degree, CancellationToken cancellationToken)
    {
        ChildRun run = s_xargs
            ? await ChildProcess.RunAsync("xargs", ["-P", $"{degree}", "-I{}", path, .. Hostname("{}")], pods, cancellationToken: cancellationToken)
            : await ManyAsync(pods, degree, cancellationToken);
        return (run.Cost, pods.Except(run.Output).Count());
    }

    /// <summary>What it takes until it says that an image cannot be pulled, and whether it ever does.</summary>
    internal Task<(Cost Cost, bool Found)> UntilCauseAsync(string pod, string badImage, CancellationToken cancellationToken) => ChildProcess.UntilAsync(
        path, Arguments("debug", pod, $"--image={badImage}", "--attach", "--", "hostname"), line => line.Contains("pull", StringComparison.OrdinalIgnoreCase), cancellationToken);

    private string[] Hostname(string pod) => Arguments("debug", pod, $"--image={image}", "--attach", "--quiet", "--", "hostname");

    // What xargs does, less its own start. The memory is not that of all at a time.
    private async Task<ChildRun> ManyAsync(string[] pods, int degree, CancellationToken cancellationToken)
    {
        TimeSpan before = ChildrenTime.Total;
        long start = TimeProvider.System.GetTimestamp();
        using SemaphoreSlim room = new(degree);
        ChildRun[] runs = await Task.WhenAll(pods.Select(async pod =>
        {
            await room.WaitAsync(cancellationToken);
            try
            {
                return await ChildProcess.RunAsync(path, Hostname(pod), cancellationToken: cancellationToken);
            }
            finally
            {
                room.Release();
            }
        }));
        Cost cost = new(TimeProvider.System.GetElapsedTime(start), ChildrenTime.Total - before, runs.Max(run => run.Cost.Memory));
        return new ChildRun(runs.Max(run => run.ExitCode), [.. runs.SelectMany(run => run.Output)], string.Concat(runs.Select(run => run.Errors)), cost);
    }
}
