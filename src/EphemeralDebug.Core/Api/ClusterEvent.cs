namespace EphemeralDebug.Core.Api;

/// <summary>A core/v1 Event about a pod.</summary>
public sealed record ClusterEvent
{
    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The reason: <c>Scheduled</c>, <c>Pulling</c>, <c>Failed</c>, <c>BackOff</c>, ...</summary>
    public required string Reason { get; init; }

    /// <summary>The message. Control characters are removed.</summary>
    public string Message { get; init; } = "";

    /// <summary>The part of the pod it is about: <c>spec.ephemeralContainers{debugger-1}</c>.</summary>
    public string? FieldPath { get; init; }

    /// <summary>The pod's name.</summary>
    public required string PodName { get; init; }

    /// <summary>The pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The pod's uid, which tells it from an earlier pod of the same name.</summary>
    public string? PodUid { get; init; }

    /// <summary>How often it has happened.</summary>
    public int Count { get; init; } = 1;

    /// <summary>When it last happened.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}
