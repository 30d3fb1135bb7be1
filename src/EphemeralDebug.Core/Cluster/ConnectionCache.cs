namespace EphemeralDebug.Core.Cluster;

/// <summary>Keeps connections between calls, and notices when a file behind one has changed.</summary>
internal sealed class ConnectionCache(ClusterEnvironment environment)
{
    private static readonly string[] s_variables =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "POD_NAMESPACE"];

    private readonly object _lock = new();
    private readonly Dictionary<string, Opened> _opened = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerChannel> _channels = new(StringComparer.Ordinal);

    internal ClusterConnection Open(ConnectionRequest request)
    {
        KubeConfigSources sources = KubeConfigSources.Find(request.KubeConfig, environment);
        string key = string.Join('\0', [request.KubeConfig ?? "", request.Context ?? "", .. sources.Paths, "", .. s_variables.Select(Variable)]);
        lock (_lock)
        {
            if (_opened.TryGetValue(key, out Opened? known) && known.Stamps.SequenceEqual(known.Stamps.Select(stamp => FileStamp.Of(stamp.Path)))) return known.Connection;
            SystemCertificates.ReadAhead();
            // Stamps of the kubeconfig come first: a change while it is read is then seen at the next call.
            List<FileStamp> stamps = [.. sources.Paths.Select(FileStamp.Of)];
            ClusterTarget target = ClusterTarget.Resolve(sources, request.Context, environment);
            stamps.AddRange(target.Files.Select(FileStamp.Of));
            ClusterConnection connection = new(ChannelFor(target), request.KubeConfig, target);
            _opened[key] = new(connection, stamps);
            return connection;
        }
    }

    internal static IReadOnlyList<string> ListContexts(string? kubeConfig, ClusterEnvironment environment)
    {
        try
        {
            return [.. KubeConfigFile.Load(KubeConfigSources.Find(kubeConfig, environment)).Contexts.Keys.Order(StringComparer.Ordinal)];
        }
        catch (Exception unreadable) when (unreadable is DebugException or ArgumentException or NotSupportedException or IOException)
        {
            return [];
        }
    }

    private ServerChannel ChannelFor(ClusterTarget target)
    {
        string key = ClusterTarget.Hash([target.Fingerprint, .. s_variables.Select(Variable)]);
        if (!_channels.TryGetValue(key, out ServerChannel? channel))
            _channels[key] = channel = new(target.Cluster, target.User, target.ClusterName, environment);
        return channel;
    }

    private string Variable(string name) => environment.Value(name) ?? "";

    private sealed record Opened(ClusterConnection Connection, IReadOnlyList<FileStamp> Stamps);
}
