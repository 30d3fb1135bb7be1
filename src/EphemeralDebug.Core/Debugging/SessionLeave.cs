using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>How the loop between streams and user came to its end.</summary>
/// <param name="End">The end of the streams; null where the user left before.</param>
/// <param name="InputEnded">Whether standard input was ended by us: an attach may end with that, and its process go on.</param>
public sealed record SessionLeave(StreamEnd? End, bool InputEnded = false);
