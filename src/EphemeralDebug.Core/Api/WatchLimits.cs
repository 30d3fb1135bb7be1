namespace EphemeralDebug.Core.Api;

/// <summary>When a watch gives up.</summary>
internal sealed record WatchLimits
{
    /// <summary>How often in a row the watch may fail at once before it is given up.</summary>
    internal int Attempts { get; init; } = 6;

    /// <summary>The wait before the second attempt; it doubles each time, up to 5 s.</summary>
    internal TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// After how long without a line the connection counts as dead. The server sends a bookmark about every minute, so that silence
    /// means that something between us has forgotten the connection without a word.
    /// </summary>
    internal TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A connection that has lasted this long was no failure, even if nothing came.</summary>
    internal TimeSpan Lasting { get; init; } = TimeSpan.FromSeconds(5);
}
