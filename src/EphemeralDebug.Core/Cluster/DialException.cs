using System.Net;
using System.Net.Sockets;

namespace EphemeralDebug.Core.Cluster;

/// <summary>A TCP connection could not be made, so nothing of the request was sent.</summary>
internal sealed class DialException(DnsEndPoint endPoint, SocketError error, Exception inner) : IOException(inner.Message, inner)
{
    internal DnsEndPoint EndPoint => endPoint;

    internal SocketError Error => error;
}
