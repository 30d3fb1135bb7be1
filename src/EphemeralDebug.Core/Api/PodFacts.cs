namespace EphemeralDebug.Core.Api;

/// <summary>What the columns READY, STATUS and RESTARTS are made of. One object serves for pod after pod.</summary>
internal sealed class PodFacts
{
    internal string? Phase;
    internal string? Reason;
    internal bool IsBeingDeleted;
    internal bool IsSchedulingGated;
    internal bool? IsInitialized;
    internal bool IsReady;

    /// <summary>The containers of the specification.</summary>
    internal List<string> Containers { get; } = [];

    /// <summary>The init containers of the specification.</summary>
    internal List<string> InitContainers { get; } = [];

    /// <summary>Those init containers that go on running beside the others (<c>restartPolicy: Always</c>).</summary>
    internal List<string> Sidecars { get; } = [];

    internal List<ContainerFacts> Statuses { get; } = [];

    internal List<ContainerFacts> InitStatuses { get; } = [];

    internal void Clear()
    {
        (Phase, Reason, IsBeingDeleted, IsSchedulingGated, IsInitialized, IsReady) = (null, null, false, false, null, false);
        Containers.Clear();
        InitContainers.Clear();
        Sidecars.Clear();
        Statuses.Clear();
        InitStatuses.Clear();
    }
}
