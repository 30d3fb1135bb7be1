namespace EphemeralDebug.Sandbox;

/// <summary>A request that the sandbox received, for tests to look at: what was sent, by whom, and how it ended.</summary>
public sealed class SandboxRequest
{
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal SandboxRequest(string method, string path, string query, IReadOnlyDictionary<string, string> headers, string protocol, string connectionId)
    {
        Method = method;
        Path = path;
        Query = query;
        Headers = headers;
        Protocol = protocol;
        ConnectionId = connectionId;
        At = DateTimeOffset.UtcNow;
    }

    /// <summary>The method, <c>GET</c>.</summary>
    public string Method { get; }

    /// <summary>The path, decoded, without the query.</summary>
    public string Path { get; }

    /// <summary>The query as sent, with its question mark; empty where there was none.</summary>
    public string Query { get; }

    /// <summary>Path and query.</summary>
    public string PathAndQuery => Path + Query;

    /// <summary>The headers by name, whatever the case; several values are joined with commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The user after impersonation; null where the credentials were refused.</summary>
    public string? User { get; internal set; }

    /// <summary>The body as text; empty for none, for protobuf and for streams.</summary>
    public string Body { get; internal set; } = "";

    /// <summary>The status that was answered; 0 as long as there is none.</summary>
    public int Status { get; internal set; }

    /// <summary><c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public string Protocol { get; }

    /// <summary>Names the connection: requests with the same value shared one.</summary>
    public string ConnectionId { get; }

    /// <summary>When the request arrived, UTC.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Completes when the request has ended; true where the client went away or the connection was cut before the answer was whole.</summary>
    public Task<bool> Ended => _ended.Task;

    /// <summary>One line, <c>GET /api/v1/pods -> 200</c>.</summary>
    public override string ToString() => $"{Method} {PathAndQuery} -> {Status}";

    /// <summary>Whether a fault cut the connection. The server hears of its own cut only later, so it is noted here.</summary>
    internal bool WasCut { get; set; }

    internal void End(bool aborted) => _ended.TrySetResult(aborted);
}
