using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Where an API server is, and how it proves that it is the right one.</summary>
internal sealed class KubeCluster
{
    /// <summary>The server's address; its path ends in a slash, so that relative addresses keep a prefix such as Rancher's.</summary>
    internal required Uri Server { get; init; }

    internal string? TlsServerName { get; init; }

    internal bool InsecureSkipTlsVerify { get; init; }

    /// <summary>PEM of the certificate authorities to trust; null for those of the system.</summary>
    internal byte[]? CertificateAuthority { get; init; }

    internal Uri? ProxyUrl { get; init; }

    internal bool DisableCompression { get; init; }

    /// <summary>What the cluster entry has to say to an exec plugin.</summary>
    internal JsonNode? ExecConfig { get; init; }

    internal static KubeCluster From(KubeConfigEntry entry, bool hasClientCertificate, List<string> files)
    {
        byte[]? authority = entry.DataOrFile("certificate-authority", "certificate-authority-data", files);
        bool insecure = entry.Flag("insecure-skip-tls-verify");
        if (insecure && authority is not null)
            throw entry.Wrong("certificate-authority", "cannot be combined with insecure-skip-tls-verify: specifying a root certificates file with the insecure flag is not allowed");
        return new()
        {
            Server = ServerAddress(entry, authority is not null || insecure || hasClientCertificate),
            TlsServerName = entry.Text("tls-server-name"),
            InsecureSkipTlsVerify = insecure,
            CertificateAuthority = authority,
            ProxyUrl = ProxyAddress(entry),
            DisableCompression = entry.Flag("disable-compression"),
            ExecConfig = (entry.List("extensions") ?? []).OfType<JsonObject>()
                .FirstOrDefault(extension => extension["name"] is JsonValue name && name.ToString() == "client.authentication.k8s.io/exec")?["extension"],
        };
    }

    private static Uri ServerAddress(KubeConfigEntry entry, bool tls)
    {
        string text = entry.Text("server") ?? throw entry.Wrong("server", "is missing");
        // kubectl reads an address without a scheme as https only where TLS is configured.
        if (!text.Contains("://", StringComparison.Ordinal)) text = (tls ? "https://" : "http://") + text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? server) || server.Scheme is not ("https" or "http") || server.Host.Length == 0)
            throw entry.Wrong("server", "is not an address such as https://host:6443");
        return new UriBuilder(server.Scheme, server.Host, server.Port, server.AbsolutePath.TrimEnd('/') + "/").Uri;
    }

    private static Uri? ProxyAddress(KubeConfigEntry entry) => entry.Text("proxy-url") is not { } text
        ? null
        : ProxyChoice.Parse(text) ?? throw entry.Wrong("proxy-url", "must begin with http://, https:// or socks5://");
}
