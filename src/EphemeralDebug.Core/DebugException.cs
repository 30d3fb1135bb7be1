namespace EphemeralDebug.Core;

/// <summary>What sort of failure it is; the face maps it to PowerShell's ErrorCategory of the same name.</summary>
public enum FailureKind
{
    /// <summary>The input cannot be right, whatever the cluster says.</summary>
    InvalidArgument,
    /// <summary>A file or an answer cannot be understood.</summary>
    InvalidData,
    /// <summary>What was named does not exist.</summary>
    ObjectNotFound,
    /// <summary>The name is taken.</summary>
    ResourceExists,
    /// <summary>The state of the object or of the server forbids it.</summary>
    InvalidOperation,
    /// <summary>The server could not be reached, or the connection was lost.</summary>
    ConnectionError,
    /// <summary>The server does not know who asks, or the credentials could not be had.</summary>
    AuthenticationError,
    /// <summary>The server knows who asks, and refuses.</summary>
    PermissionDenied,
    /// <summary>Something that is needed cannot be had: an image, a node.</summary>
    ResourceUnavailable,
    /// <summary>It took longer than the caller allows.</summary>
    OperationTimeout,
    /// <summary>The server answered something that the protocol does not allow.</summary>
    ProtocolError,
}

/// <summary>
/// The one exception that Core throws for what a person can understand and act upon. Made in <see cref="Failure"/> alone.
/// </summary>
public sealed class DebugException : Exception
{
    internal DebugException(string errorId, FailureKind kind, string message, string advice, object? target = null, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Kind = kind;
        Advice = advice;
        TargetObject = target;
    }

    /// <summary>A stable name of the cause, one for each cause, in PascalCase.</summary>
    public string ErrorId { get; }

    /// <summary>The sort of failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>What a person can type or do next.</summary>
    public string Advice { get; }

    /// <summary>What it is about: a pod as <c>namespace/name</c>, a file, a context, ...</summary>
    public object? TargetObject { get; }

    /// <summary>The HTTP status code, where a server's answer is the cause.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The <c>reason</c> of the server's Status (<c>NotFound</c>, <c>Forbidden</c>, <c>Invalid</c>, ...), where there is one.</summary>
    public string? StatusReason { get; init; }

    /// <summary>The name in the details of the server's Status: the object that it is about; null where there is none.</summary>
    public string? DetailsName { get; init; }

    /// <summary>The kind or resource in the details of the server's Status (<c>pods</c>); null where there is none.</summary>
    public string? DetailsKind { get; init; }

    /// <summary>What the server found wrong, one by one; empty where it gave no causes.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>
    /// Whether the cluster's rules refuse what was asked for, and might admit less: Pod Security, a webhook or a policy; or OpenShift's
    /// security context constraints, which say so in words alone.
    /// </summary>
    internal bool IsRefusedByAdmission => ErrorId is nameof(Failure.PodSecurityViolation) or nameof(Failure.AdmissionDenied)
        || (StatusCode == 403 && Message.Contains("security context constraint", StringComparison.Ordinal));

    /// <summary>Whether the pod that was meant is there no more: deleted, replaced by another of its name, or gone with its namespace.</summary>
    internal bool IsPodGone => ErrorId is nameof(Failure.PodNotFound) or nameof(Failure.PodReplaced) or nameof(Failure.NamespaceNotFound);

    /// <summary>
    /// Whether the server may have done what was asked of it all the same: no answer came, none that can be read, or that it could not
    /// finish (5xx: its store is slow, a proxy lost patience).
    /// </summary>
    internal bool IsOutcomeUnknown => (Kind is FailureKind.ConnectionError or FailureKind.ProtocolError && StatusCode is null) || StatusCode >= 500;

    /// <summary>How long the server asks to wait before the next try; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The token in a 410 (<c>metadata.continue</c>) with which a list that has expired midway can be read on, at the price that its
    /// rest is newer than its beginning.
    /// </summary>
    public string? ContinueToken { get; init; }
}
