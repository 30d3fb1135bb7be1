namespace EphemeralDebug;

/// <summary>The state of a container as core/v1 <c>ContainerStatus.state</c> tells it.</summary>
public enum ContainerState
{
    /// <summary>The kubelet has not reported on the container yet.</summary>
    Unknown,

    /// <summary>Not started: an image is pulled, or something stands in the way (see the reason).</summary>
    Waiting,

    /// <summary>The process runs.</summary>
    Running,

    /// <summary>The process has ended; an ephemeral container is never started again.</summary>
    Terminated,
}
