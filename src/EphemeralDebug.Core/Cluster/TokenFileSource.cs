namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// A token that somebody else keeps fresh in a file. It is read again every minute, and when the server refuses it. While the file cannot be read,
/// the token beside it in the kubeconfig counts, as in client-go.
/// </summary>
internal sealed class TokenFileSource(string path, string? fallback, TimeProvider time) : ICredentialSource
{
    private static readonly TimeSpan s_readAgain = TimeSpan.FromMinutes(1);
    private readonly object _lock = new();
    private Credential? _current;
    private DateTimeOffset _readAt;
    private DateTime _written;

    public string Advice => $"Check that '{path}' holds a current token of this cluster.";

    public ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_current is null || now - _readAt >= s_readAgain || File.GetLastWriteTimeUtc(path) != _written)
            {
                _written = File.GetLastWriteTimeUtc(path);
                _current = Read();
                _readAt = now;
            }
            return new(_current);
        }
    }

    public bool Forget(Credential rejected)
    {
        lock (_lock)
        {
            if (_current != rejected) return true;
            _current = Read();
            _readAt = time.GetUtcNow();
            return _current.Authorization != rejected.Authorization;
        }
    }

    private Credential Read()
    {
        try
        {
            string token = File.ReadAllText(path).Trim();
            if (token.Length > 0) return new("Bearer " + token);
            if (fallback is null && _current is null) throw Failure.TokenFileUnreadable(path, null);
        }
        catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
        {
            if (fallback is null && _current is null) throw Failure.TokenFileUnreadable(path, inner);
        }
        return _current ?? new Credential("Bearer " + fallback);
    }
}
