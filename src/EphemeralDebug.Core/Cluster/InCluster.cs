namespace EphemeralDebug.Core.Cluster;

/// <summary>The cluster in which this process runs as a pod, reached by the pod's service account.</summary>
internal static class InCluster
{
    /// <summary>Null where this process runs in no pod.</summary>
    internal static ClusterTarget? Find(ClusterEnvironment environment)
    {
        string token = Path.Combine(environment.ServiceAccountFolder, "token");
        string authority = Path.Combine(environment.ServiceAccountFolder, "ca.crt");
        if (environment.Value("KUBERNETES_SERVICE_HOST") is not { } host || environment.Value("KUBERNETES_SERVICE_PORT") is not { } port || !File.Exists(token)) return null;
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')) host = $"[{host}]";
        return new()
        {
            Context = null,
            Namespace = Namespace(environment) ?? "default",
            ClusterName = "in-cluster",
            Cluster = new()
            {
                Server = new Uri($"https://{host}:{port}/"),
                CertificateAuthority = File.Exists(authority) ? File.ReadAllBytes(authority) : null,
            },
            User = new() { TokenFile = token },
            Files = [authority],
            Fingerprint = ClusterTarget.Hash(["in-cluster", host, port, token, FileStamp.Of(authority).ToString()]),
        };
    }

    /// <summary>The pod's own namespace; null where this process runs in no pod.</summary>
    internal static string? Namespace(ClusterEnvironment environment)
    {
        if (environment.Value("KUBERNETES_SERVICE_HOST") is null) return null;
        if (environment.Value("POD_NAMESPACE") is { } given) return given;
        string file = Path.Combine(environment.ServiceAccountFolder, "namespace");
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } name ? name : null;
    }
}
