namespace EphemeralDebug.Bench.Measuring;

/// <summary>A PowerShell that is installed, started anew for each script.</summary>
/// <param name="path">Where it is, or its name on the PATH.</param>
/// <param name="cancellationToken">Ends what runs.</param>
internal sealed class Pwsh(string path, CancellationToken cancellationToken)
{
    /// <summary>Whether it is there.</summary>
    internal bool Exists { get; } = ChildProcess.Exists(path);

    /// <summary>What a script takes over an empty one.</summary>
    internal async Task<Cost> OverEmptyAsync(string script)
    {
        Cost empty = await RunAsync("");
        return await RunAsync(script) - empty;
    }

    private async Task<Cost> RunAsync(string script) =>
        (await ChildProcess.RunAsync(path, ["-NoProfile", "-NonInteractive", "-Command", script], cancellationToken: cancellationToken)).Checked(path).Cost;
}
