namespace EphemeralDebug.Tour;

/// <summary>
/// The sandbox as the current cluster of this process: it runs on a free loopback port, and the environment variable KUBECONFIG points
/// to a temporary file that leads to it. Both are gone, and the variable is as before, when this is disposed.
/// </summary>
public sealed class SandboxCluster : IAsyncDisposable
{
    private const string Variable = "KUBECONFIG";
    private readonly string? _previous = Environment.GetEnvironmentVariable(Variable);
    // Only the user may enter it: the kubeconfig in it holds keys.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ephemeraldebug-");

    private SandboxCluster(Sandbox.Sandbox sandbox) => Sandbox = sandbox;

    /// <summary>The running sandbox: its requests, its faults.</summary>
    public Sandbox.Sandbox Sandbox { get; }

    /// <summary>The kubeconfig file of the cluster's administrator.</summary>
    public string KubeConfig => KubeConfigOf("admin");

    /// <summary>Starts a sandbox, by default with the sample world, and makes it the current cluster.</summary>
    public static async Task<SandboxCluster> StartAsync(Sandbox.SandboxOptions? options = null, CancellationToken cancellationToken = default)
    {
        SandboxCluster cluster = new(await EphemeralDebug.Sandbox.Sandbox.StartAsync(options ?? EphemeralDebug.Sandbox.SandboxOptions.Sample, cancellationToken));
        Environment.SetEnvironmentVariable(Variable, cluster.KubeConfig);
        return cluster;
    }

    /// <summary>A kubeconfig file for one of the sandbox's users; written when it is first asked for.</summary>
    public string KubeConfigOf(string user)
    {
        string file = Path.Combine(_folder.FullName, $"{user}.kubeconfig");
        if (!File.Exists(file)) Sandbox.WriteKubeConfig(file, user);
        return file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, _previous);
        _folder.Delete(recursive: true);
        await Sandbox.DisposeAsync();
    }
}
