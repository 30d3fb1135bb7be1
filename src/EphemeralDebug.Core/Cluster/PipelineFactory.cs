using System.Net;
using System.Net.Security;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Makes the connection pool for one cluster and one client certificate.</summary>
internal static class PipelineFactory
{
    internal static HttpMessageInvoker Create(KubeCluster cluster, ClientCertificate? certificate, string owner, ClusterEnvironment environment)
    {
        SslClientAuthenticationOptions trust = TlsTrust.Options(cluster.CertificateAuthority, cluster.InsecureSkipTlsVerify, owner);
        trust.ClientCertificateContext = certificate?.Context;
        Uri? proxy = ProxyFor(cluster, environment);
        string? name = cluster.TlsServerName;
        return new(new SocketsHttpHandler
        {
            SslOptions = trust,
            Proxy = proxy is null ? null : new ProxyChoice(_ => proxy),
            UseProxy = proxy is not null,
            // Credentials must not follow to another host.
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = cluster.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            // The dialer's own limit comes first; this one covers a handshake that stalls.
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            RequestHeaderEncodingSelector = static (header, _) => header.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase) ? new RepeatedHeader(header) : Encoding.UTF8,
            ConnectCallback = (context, cancellationToken) => name is not null && proxy is null && cluster.Server.Scheme == Uri.UriSchemeHttps
                ? Dialer.TlsAsync(context.DnsEndPoint, trust, name, context.InitialRequestMessage.Version.Major >= 2, cancellationToken)
                : Dialer.TcpAsync(context.DnsEndPoint, cancellationToken),
        });
    }

    /// <summary>
    /// The Host header that makes the handler verify tls-server-name behind a proxy, where it alone does the TLS; null where the dialer does it.
    /// </summary>
    internal static string? HostHeader(KubeCluster cluster, ClusterEnvironment environment) =>
        ProxyFor(cluster, environment) is null ? null : cluster.TlsServerName;

    private static Uri? ProxyFor(KubeCluster cluster, ClusterEnvironment environment) => cluster.ProxyUrl ?? new EnvironmentProxy(environment).For(cluster.Server);
}
