namespace EphemeralDebug.Sandbox;

/// <summary>A whole answer that stands in for the server's.</summary>
internal sealed record FaultAnswer(int Status, string ContentType, string Body)
{
    /// <summary>Seconds of a Retry-After header; null for none.</summary>
    internal int? RetryAfterSeconds { get; init; }
}
