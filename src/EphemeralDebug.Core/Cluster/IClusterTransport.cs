namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// A way to send requests to one API server with one set of credentials. Everything above <c>Cluster/</c> talks to a server
/// through this and nothing else.
/// </summary>
public interface IClusterTransport
{
    /// <summary>The name of the kubeconfig context; null in a cluster without a kubeconfig.</summary>
    string? Context { get; }

    /// <summary>The kubeconfig that was asked for by parameter; null where the default one was taken.</summary>
    string? KubeConfig { get; }

    /// <summary>The namespace to use where none is given: the context's, else <c>default</c>.</summary>
    string DefaultNamespace { get; }

    /// <summary>
    /// Sends a request whose URI is relative to the server (<c>api/v1/pods?limit=500</c>) and returns when the headers have
    /// arrived. An answer of 2xx or 101 is returned and is the caller's to dispose; any other is read and thrown as a
    /// <see cref="DebugException"/>.
    /// </summary>
    /// <param name="request">The request. Its method says whether it may be repeated: GET and HEAD may, others only where they certainly did not arrive.</param>
    /// <param name="cancellationToken">Ends the request, also while it waits for a retry.</param>
    /// <exception cref="DebugException">The server cannot be reached, refuses, or answers nonsense.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}
