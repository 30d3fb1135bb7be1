namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// The connection to the cluster of one context. Opening reads files only; the first request connects. Connections are kept for the life of the
/// process, one pool for each cluster and credentials, and follow the kubeconfig when it changes.
/// </summary>
public sealed class ClusterConnection : IClusterTransport
{
    private static readonly ConnectionCache s_cache = new(ClusterEnvironment.Process);
    private readonly ServerChannel _channel;

    internal ClusterConnection(ServerChannel channel, string? kubeConfig, ClusterTarget target)
    {
        _channel = channel;
        KubeConfig = kubeConfig;
        Context = target.Context;
        DefaultNamespace = target.Namespace;
        User = target.User.Name;
    }

    /// <inheritdoc/>
    public string? Context { get; }

    /// <inheritdoc/>
    public string? KubeConfig { get; }

    /// <inheritdoc/>
    public string DefaultNamespace { get; }

    /// <summary>The server's address, ending in a slash.</summary>
    public Uri Server => _channel.Server;

    /// <summary>The name of the user in the kubeconfig; null where the context has none.</summary>
    public string? User { get; }

    internal ServerChannel Channel => _channel;

    /// <summary>The connection that is asked for; the same one as before as long as no file behind it has changed.</summary>
    /// <param name="request">Which kubeconfig and context.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="DebugException">There is no kubeconfig, it is broken, or it has no such context.</exception>
    public static ValueTask<ClusterConnection> OpenAsync(ConnectionRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(s_cache.Open(request));
    }

    /// <summary>The names of the contexts, for completion: sorted, empty where no kubeconfig can be read. Reaches no server.</summary>
    /// <param name="kubeConfig">The one kubeconfig to read; null for the default ones.</param>
    public static IReadOnlyList<string> ListContexts(string? kubeConfig) => ConnectionCache.ListContexts(kubeConfig, ClusterEnvironment.Process);

    /// <inheritdoc/>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _channel.SendAsync(request, cancellationToken);
}
