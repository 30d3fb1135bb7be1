using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Diagnosis;

/// <summary>What is known of a container that has not started yet.</summary>
internal sealed record StartObservation
{
    /// <summary>The container with its state as last seen.</summary>
    internal required ContainerInfo Container { get; init; }

    /// <summary>The pod's phase.</summary>
    internal string? Phase { get; init; }

    /// <summary>Whether whoever waits for it deletes the pod where it does not start.</summary>
    internal bool IsUndone { get; init; }

    /// <summary>Whether the pod has a deletion timestamp.</summary>
    internal bool IsBeingDeleted { get; init; }

    /// <summary>Whether the pod is gone, or another one has its name.</summary>
    internal bool IsGone { get; init; }

    /// <summary>The warnings about this pod (by its uid), the oldest first.</summary>
    internal IReadOnlyList<PodWarning> Warnings { get; init; } = [];

    /// <summary>The whole pod as last seen; null before.</summary>
    internal PodDetail? Detail { get; init; }

    /// <summary>The init containers that must have ended well before this one starts; none for an ephemeral container, which does not wait for them.</summary>
    internal IEnumerable<ContainerInfo> Before => Detail is null || Container.Kind == ContainerKind.Ephemeral
        ? []
        : Detail.Containers.Where(one => one.Kind == ContainerKind.Init).TakeWhile(one => one.Name != Container.Name);

    /// <summary>The pod as <c>namespace/name</c>.</summary>
    internal string Pod => $"{Container.Namespace}/{Container.Pod}";
}
