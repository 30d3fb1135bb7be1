namespace EphemeralDebug.Core.Diagnosis;

/// <summary>What is known of an ephemeral container that has not started yet.</summary>
internal sealed record StartObservation
{
    /// <summary>The container with its state as last seen.</summary>
    internal required EphemeralContainer Container { get; init; }

    /// <summary>The pod's phase.</summary>
    internal string? Phase { get; init; }

    /// <summary>Whether the pod has a deletion timestamp.</summary>
    internal bool IsBeingDeleted { get; init; }

    /// <summary>Whether the pod is gone, or another one has its name.</summary>
    internal bool IsGone { get; init; }

    /// <summary>The warnings about this pod (by its uid), the oldest first.</summary>
    internal IReadOnlyList<PodWarning> Warnings { get; init; } = [];

    /// <summary>The pod as <c>namespace/name</c>.</summary>
    internal string Pod => $"{Container.Namespace}/{Container.Pod}";
}
