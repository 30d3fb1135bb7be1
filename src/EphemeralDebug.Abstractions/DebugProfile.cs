namespace EphemeralDebug;

/// <summary>
/// What a debug container may do. The names after <see cref="Auto"/> mean exactly what they mean in
/// <c>kubectl debug --profile</c> 1.36.
/// </summary>
public enum DebugProfile
{
    /// <summary>The most capable of General, Baseline and Restricted that the namespace admits; it only ever falls downward.</summary>
    Auto,

    /// <summary>Adds the capability SYS_PTRACE. Refused where Pod Security enforces baseline or restricted.</summary>
    General,

    /// <summary>No security context of its own. Admitted by the level baseline.</summary>
    Baseline,

    /// <summary>Non-root, no capabilities, no privilege escalation, the runtime's seccomp profile. Admitted by every level.</summary>
    Restricted,

    /// <summary>Adds NET_ADMIN and NET_RAW.</summary>
    Netadmin,

    /// <summary>Privileged.</summary>
    Sysadmin,

    /// <summary>Nothing: kubectl's default up to 1.35, planned for removal there in 1.39.</summary>
    Legacy,
}
