namespace EphemeralDebug.Core.Streams;

/// <summary>The end of a stream. Only the status channel makes an exit code; a connection that is gone never does.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="ExitCode">0 for the Success of an exec, the code of <see cref="StreamEndKind.Exited"/>, null otherwise.</param>
/// <param name="Message">What the server, or the connection, said; null where there is nothing to say. May hold text of the pod.</param>
public sealed record StreamEnd(StreamEndKind Kind, int? ExitCode = null, string? Message = null);
