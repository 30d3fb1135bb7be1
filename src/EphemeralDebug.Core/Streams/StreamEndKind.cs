namespace EphemeralDebug.Core.Streams;

/// <summary>How a stream ended.</summary>
public enum StreamEndKind
{
    /// <summary>The status channel said Success. For exec that is exit code 0; of an attach it says nothing about the process.</summary>
    Success,

    /// <summary>The status channel told an exit code other than 0 (exec alone).</summary>
    Exited,

    /// <summary>The status channel told a failure: the command was not found, the container is gone, ...</summary>
    Failed,

    /// <summary>The server closed the stream properly, and told no status.</summary>
    NoStatus,

    /// <summary>The connection was lost, or the other side stopped answering.</summary>
    ConnectionLost,
}
