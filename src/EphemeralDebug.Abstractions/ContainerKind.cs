namespace EphemeralDebug;

/// <summary>In which list of a pod's specification a container stands.</summary>
public enum ContainerKind
{
    /// <summary><c>spec.containers</c>.</summary>
    Regular,

    /// <summary><c>spec.initContainers</c>, sidecars among them.</summary>
    Init,

    /// <summary><c>spec.ephemeralContainers</c>.</summary>
    Ephemeral,
}
