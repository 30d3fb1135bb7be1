using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Streams;

/// <summary>Opens a channel stream: a WebSocket over an upgrade that goes the way of every other request.</summary>
internal static class ChannelUpgrade
{
    internal const string V5 = "v5.channel.k8s.io", V4 = "v4.channel.k8s.io";

    internal static async Task<IProcessStreams> OpenAsync(IClusterTransport transport, StreamRequest wanted, KeepAlive keepAlive, CancellationToken cancellationToken)
    {
        string pod = $"{wanted.Namespace}/{wanted.Pod}";
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Address(wanted), UriKind.Relative));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", $"{V5}, {V4}");
        HttpResponseMessage response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            string protocol = Protocol(response, key, pod);
            Stream connection = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new ChannelStreams(response, connection, wanted, protocol == V5, keepAlive);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>As kubectl writes it: only what is true, in the order of the alphabet.</summary>
    private static string Address(StreamRequest wanted) =>
        ResourcePath.Pod(wanted.Namespace, wanted.Pod) + (wanted.Command is null ? "/attach" : "/exec") + RequestQuery.None
            .WithEach("command", wanted.Command ?? [])
            .With("container", wanted.Container)
            .With("stderr", wanted.Stderr && !wanted.Tty)
            .With("stdin", wanted.Stdin)
            .With("stdout", wanted.Stdout)
            .With("tty", wanted.Tty);

    /// <summary>The sub-protocol that the server chose.</summary>
    private static string Protocol(HttpResponseMessage response, string key, string pod)
    {
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols) throw Failure.StreamUpgradeBlocked(pod, $"HTTP {(int)response.StatusCode} instead of 101");
        if (Header(response, "Sec-WebSocket-Accept") != AcceptKey(key)) throw Failure.StreamUpgradeBlocked(pod, "the answer does not belong to the request");
        string? protocol = Header(response, "Sec-WebSocket-Protocol");
        return protocol is V5 or V4 ? protocol : throw Failure.StreamProtocolUnsupported(pod, protocol);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(",", values).Trim() : null;

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 prescribes SHA-1; it protects nothing.")]
    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}
