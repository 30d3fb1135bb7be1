namespace EphemeralDebug.Core.Debugging;

/// <summary>The end of a session. The exit code stands in the container, where it is the container's own process that ended.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Container">The container as last seen; for a process of its own (exec) with that process's exit code.</param>
/// <param name="Message">What the server or the connection said; null where there is nothing to say.</param>
public sealed record SessionOutcome(SessionOutcomeKind Kind, ContainerInfo Container, string? Message = null);
