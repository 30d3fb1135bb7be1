namespace EphemeralDebug;

/// <summary>What debugging leaves in a cluster.</summary>
public enum DebugArtifactKind
{
    /// <summary>An ephemeral container, in a pod that it leaves only together with.</summary>
    EphemeralContainer,

    /// <summary>A copy of a pod, or a pod made from the template of a workload.</summary>
    PodCopy,

    /// <summary>A pod that was made to debug a node.</summary>
    NodePod,

    /// <summary>Another pod of a debugging tool: one that captures packets, one that enters containers.</summary>
    DebugPod,

    /// <summary>A namespace that was made to hold such pods for a while.</summary>
    Namespace,
}
