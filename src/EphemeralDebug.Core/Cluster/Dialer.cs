using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Makes connections: keeps them alive, so that a peer that is gone is noticed, and does TLS itself where the name to verify is not the address.</summary>
internal static class Dialer
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    internal static async ValueTask<Stream> TcpAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        try
        {
            // A silent peer is given up after 50 s.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            // An address needs no resolver, which is one assembly less to load before the first answer.
            EndPoint target = IPAddress.TryParse(endPoint.Host, out IPAddress? address) ? new IPEndPoint(address, endPoint.Port) : endPoint;
            await socket.ConnectAsync(target, limit.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new DialException(endPoint, error.SocketErrorCode, error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new DialException(endPoint, SocketError.TimedOut, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// TLS with a name of its own. The handler takes the name from the address or from the Host header, and tls-server-name is to change neither.
    /// </summary>
    internal static async ValueTask<Stream> TlsAsync(DnsEndPoint endPoint, SslClientAuthenticationOptions trust, string name, bool http2, CancellationToken cancellationToken)
    {
        Stream tcp = await TcpAsync(endPoint, cancellationToken).ConfigureAwait(false);
        SslStream tls = new(tcp);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ApplicationProtocols = http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
                    CertificateChainPolicy = trust.CertificateChainPolicy,
                    CertificateRevocationCheckMode = trust.CertificateRevocationCheckMode,
                    ClientCertificateContext = trust.ClientCertificateContext,
                    RemoteCertificateValidationCallback = trust.RemoteCertificateValidationCallback,
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
