namespace EphemeralDebug.Core.Debugging;

/// <summary>How a session in a container ended.</summary>
public enum SessionOutcomeKind
{
    /// <summary>The process ended, and its exit code is known.</summary>
    Exited,

    /// <summary>The process was killed: for its memory, or by a signal.</summary>
    Killed,

    /// <summary>The user left; the process runs on.</summary>
    Detached,

    /// <summary>The server closed the stream, and the process runs on.</summary>
    StreamClosed,

    /// <summary>The connection was lost. What became of the process is not known.</summary>
    ConnectionLost,

    /// <summary>The pod was deleted underneath.</summary>
    PodDeleted,

    /// <summary>The stream ended, and nobody tells how the process did.</summary>
    StatusMissing,
}
