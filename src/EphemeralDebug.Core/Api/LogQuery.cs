namespace EphemeralDebug.Core.Api;

/// <summary>Which part of a container's log to read (the query of <c>pods/NAME/log</c>).</summary>
public sealed record LogQuery
{
    /// <summary>The container; the server chooses where the pod has only one.</summary>
    public string? Container { get; init; }

    /// <summary>Whether the stream stays open and brings lines as they are written.</summary>
    public bool Follow { get; init; }

    /// <summary>Only the last lines; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Only lines younger than this many seconds; at least 1. Not together with <see cref="SinceTime"/>.</summary>
    public long? SinceSeconds { get; init; }

    /// <summary>Only lines from this time on.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>Whether each line begins with its time (RFC 3339, UTC).</summary>
    public bool Timestamps { get; init; }

    /// <summary>The log of the instance before the last restart.</summary>
    public bool Previous { get; init; }

    /// <summary>At most about this many bytes; null for no limit.</summary>
    public long? LimitBytes { get; init; }
}
