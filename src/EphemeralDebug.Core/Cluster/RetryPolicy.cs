using System.Net.Sockets;

namespace EphemeralDebug.Core.Cluster;

/// <summary>When a request may be sent again, and after how long. Never where it could then happen twice.</summary>
internal static class RetryPolicy
{
    /// <summary>How often one request is sent at most.</summary>
    internal const int MaxAttempts = 5;

    /// <summary>A server that asks for more patience than this is reported instead.</summary>
    internal static TimeSpan LongestWait { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait after an answer before sending again; null where it is not to be sent again.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The answer.</param>
    /// <param name="attempt">How often it was sent, from 1.</param>
    internal static TimeSpan? AfterAnswer(HttpRequestMessage request, ServerStatus status, int attempt)
    {
        if (attempt >= MaxAttempts || status.RetryAfter > LongestWait) return null;
        bool again = status.Code switch
        {
            // The server did not begin with it, unless it is the answer to an eviction.
            429 => !status.Causes.Any(cause => cause.Reason == "DisruptionBudget"),
            502 or 503 or 504 => IsReading(request),
            500 => IsReading(request) && status.RetryAfter is not null,
            _ => false,
        };
        return again ? status.RetryAfter is { } asked && asked > Backoff(attempt) ? asked : Backoff(attempt) : null;
    }

    /// <summary>The same after a connection that failed.</summary>
    internal static TimeSpan? AfterFailure(HttpRequestMessage request, Exception failure, int attempt)
    {
        if (attempt >= MaxAttempts || ConnectionFailure.Find<UntrustedServerException>(failure) is not null) return null;
        if (ConnectionFailure.Find<DialException>(failure) is { } dial)
        {
            // Nothing was sent. A server that restarts is back soon; one that is down should be reported soon.
            return dial.Error is SocketError.ConnectionRefused or SocketError.ConnectionReset && attempt < 3 ? Backoff(attempt) : null;
        }
        bool lost = failure is HttpRequestException { HttpRequestError: not (HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError or HttpRequestError.NameResolutionError) };
        return lost && IsReading(request) && attempt < 4 ? Backoff(attempt) : null;
    }

    /// <summary>Whether it changes nothing. The GET that opens a stream may start a process.</summary>
    private static bool IsReading(HttpRequestMessage request) =>
        (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) && request.Headers.Upgrade.Count == 0;

    /// <summary>About 0.2, 0.4, 0.8, ... seconds, with a quarter of chance so that many clients do not return at once.</summary>
    private static TimeSpan Backoff(int attempt) => TimeSpan.FromMilliseconds(100 * (1 << attempt) * (0.875 + (Random.Shared.NextDouble() * 0.25)));
}
