namespace EphemeralDebug;

/// <summary>When the kubelet pulls an image (core/v1 <c>Container.imagePullPolicy</c>).</summary>
public enum ImagePullPolicy
{
    /// <summary>Before every start.</summary>
    Always,

    /// <summary>Only where the node does not have it.</summary>
    IfNotPresent,

    /// <summary>Not at all: the node must have it.</summary>
    Never,
}
