namespace EphemeralDebug.Core.Api;

/// <summary>What happened to a pod that is watched.</summary>
public enum PodEventType
{
    /// <summary>The pod exists: it is new, or was there when the watch began or began anew.</summary>
    Added,

    /// <summary>The pod has changed.</summary>
    Modified,

    /// <summary>The pod is gone; the row is its last state.</summary>
    Deleted,

    /// <summary>
    /// The server no longer knew the version to continue from. Whatever is known of the pods is void: all that exist follow
    /// as <see cref="Added"/>, and one that does not has been deleted.
    /// </summary>
    Restarted,

    /// <summary>All pods that exist were given since <see cref="Restarted"/>; changes follow.</summary>
    Synced,
}

/// <summary>One event of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Detail">The pod; null for <see cref="PodEventType.Restarted"/> and <see cref="PodEventType.Synced"/>.</param>
public sealed record PodEvent(PodEventType Type, PodDetail? Detail)
{
    /// <summary>The pod's row.</summary>
    public PodInfo? Pod => Detail?.Row;
}
