using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Streams;

/// <summary>The end of a stream. Only the status channel makes an exit code; a connection that is gone never does.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="ExitCode">0 for the Success of an exec, the code of <see cref="StreamEndKind.Exited"/>, null otherwise.</param>
/// <param name="Message">What the server, or the connection, said; null where there is nothing to say. May hold text of the pod.</param>
public sealed record StreamEnd(StreamEndKind Kind, int? ExitCode = null, string? Message = null)
{
    /// <summary>
    /// Whether it failed because the container does not run yet, or no longer. API servers before 1.36 accept a stream before they ask the
    /// kubelet, so that its refusal comes as the end.
    /// </summary>
    public bool IsContainerNotRunning => Kind == StreamEndKind.Failed && Message is not null && ContainerNotRunning.IsSaidBy(Message);
}
