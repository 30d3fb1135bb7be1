namespace EphemeralDebug.Sandbox;

internal enum FaultKind
{
    /// <summary>Nothing is sent for a while.</summary>
    Delay,

    /// <summary>A fixed answer instead of the server's.</summary>
    Answer,

    /// <summary>The connection is lost before the answer's headers.</summary>
    Cut,

    /// <summary>The connection is lost after some bytes of the body.</summary>
    CutBody,

    /// <summary>The body stands still after some bytes.</summary>
    StallBody,

    /// <summary>The connection is lost after some events of a watch.</summary>
    CutWatch,

    /// <summary>The watch ends with an ERROR event, 410 Expired, after some events.</summary>
    ExpireWatch,

    /// <summary>What was asked is done, and the answer is that there was no time for it.</summary>
    TimeOut,

    /// <summary>The credentials are refused.</summary>
    Unauthorized,

    /// <summary>The eviction is refused for a disruption budget.</summary>
    RefuseEviction,
}
