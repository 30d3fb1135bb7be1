namespace EphemeralDebug.Core.Cluster;

/// <summary>An answer that is not a success, read and bounded. All its texts are free of control characters.</summary>
internal sealed record ServerStatus
{
    /// <summary>The HTTP status code.</summary>
    internal required int Code { get; init; }

    /// <summary>The body was a Kubernetes Status.</summary>
    internal bool IsStatus { get; init; }

    internal string? Reason { get; init; }

    /// <summary>The message of the Status, else the first words of the body.</summary>
    internal string Message { get; init; } = "";

    internal string? ContentType { get; init; }

    internal string? Name { get; init; }

    internal string? Kind { get; init; }

    internal IReadOnlyList<StatusCause> Causes { get; init; } = [];

    internal TimeSpan? RetryAfter { get; init; }

    internal string? ContinueToken { get; init; }

    /// <summary>Where a redirection points to; only its host, because the rest may hold a secret.</summary>
    internal string? RedirectsTo { get; init; }
}
