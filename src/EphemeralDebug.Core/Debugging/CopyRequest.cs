using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>One copy of one pod, or of the template of one workload.</summary>
public sealed record CopyRequest
{
    /// <summary>The source's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod to copy; null where a workload's template is.</summary>
    public string? Pod { get; init; }

    /// <summary>The uid that the pod must have, where it is known.</summary>
    public string? PodUid { get; init; }

    /// <summary>The workload whose template is copied: <c>deploy/web</c>.</summary>
    public string? Workload { get; init; }

    /// <summary>What the copy is to be; <see cref="PodCopy.Validate"/> has passed it. Its <see cref="PodCopyOptions.Freeze"/> is the first way to try.</summary>
    public required PodCopyOptions Options { get; init; }

    /// <summary>Whether somebody wants to enter it, so that it must have a container for that.</summary>
    public bool IsToBeEntered { get; init; }

    /// <summary>Whether the server only judges the request.</summary>
    public bool DryRun { get; init; }

    /// <summary>How long to wait until the container runs, has ended or cannot start; null does not wait, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</summary>
    public TimeSpan? Wait { get; init; }
}
