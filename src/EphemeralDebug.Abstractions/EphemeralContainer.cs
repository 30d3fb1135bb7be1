namespace EphemeralDebug;

/// <summary>
/// An ephemeral container of a pod: its specification (core/v1 <c>EphemeralContainer</c>) and its state as last seen.
/// </summary>
public sealed record EphemeralContainer : ContainerInfo
{
    /// <summary>Makes one.</summary>
    public EphemeralContainer() => Kind = ContainerKind.Ephemeral;

    /// <summary>The container whose processes it shares (<c>targetContainerName</c>).</summary>
    public string? Target { get; init; }

    /// <summary>What ended it, when this module just did; null otherwise.</summary>
    public StopWay? StoppedBy { get; init; }
}
