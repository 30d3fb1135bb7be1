using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Which failure it is when there is no answer at all.</summary>
internal static class ConnectionFailure
{
    private const X509ChainStatusFlags OutOfDate = X509ChainStatusFlags.NotTimeValid;

    internal static DebugException From(Exception failure, KubeCluster cluster)
    {
        Uri server = cluster.Server;
        if (Find<DebugException>(failure) is { } known) return known;
        if (Find<UntrustedServerException>(failure) is { } untrusted) return Untrusted(untrusted, cluster, failure);
        if (Find<DialException>(failure) is { } dial) return Undialled(dial, server, failure);
        if (failure is OperationCanceledException || Find<TimeoutException>(failure) is not null) return Failure.ConnectionTimedOut(server, failure);
        if (Find<AuthenticationException>(failure) is not null) return Failure.TlsFailed(server, failure);
        return (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ProxyTunnelError => Failure.ProxyFailed(server, cluster.ProxyUrl, failure.GetBaseException().Message, failure),
            HttpRequestError.SecureConnectionError => Failure.TlsFailed(server, failure),
            HttpRequestError.InvalidResponse => Failure.NotAKubernetesServer(0, null, "", server),
            _ => Failure.ConnectionLost(server, failure),
        };
    }

    internal static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (Exception? one = failure; one is not null; one = one.InnerException)
            if (one is T found)
                return found;
        return null;
    }

    private static DebugException Untrusted(UntrustedServerException untrusted, KubeCluster cluster, Exception failure)
    {
        Uri server = cluster.Server;
        // A stranger's certificate is usually for another host as well; that it is a stranger's matters more.
        if (untrusted.HasChainErrors && (untrusted.ChainFlags & ~OutOfDate) != 0)
            return Failure.CertificateNotTrusted(server, untrusted.Issuer, untrusted.ChainFlags.ToString(), failure);
        if (untrusted.IsWrongHost) return Failure.CertificateHostMismatch(server, cluster.TlsServerName ?? server.IdnHost, untrusted.Names, failure);
        return untrusted.ChainFlags.HasFlag(OutOfDate)
            ? Failure.CertificateExpired(server, untrusted.NotBefore, untrusted.NotAfter, failure)
            : Failure.CertificateNotTrusted(server, untrusted.Issuer, untrusted.ChainFlags.ToString(), failure);
    }

    private static DebugException Undialled(DialException dial, Uri server, Exception failure)
    {
        bool isServer = string.Equals(dial.EndPoint.Host, server.IdnHost, StringComparison.OrdinalIgnoreCase) && dial.EndPoint.Port == server.Port;
        if (!isServer) return Failure.ProxyFailed(server, new UriBuilder("http", dial.EndPoint.Host, dial.EndPoint.Port).Uri, dial.Message, failure);
        return dial.Error switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Failure.ServerNameNotResolved(server, server.Host, failure),
            SocketError.ConnectionRefused => Failure.ConnectionRefused(server, failure),
            SocketError.TimedOut => Failure.ConnectionTimedOut(server, failure),
            _ => Failure.ServerUnreachable(server, dial.Message, failure),
        };
    }
}
