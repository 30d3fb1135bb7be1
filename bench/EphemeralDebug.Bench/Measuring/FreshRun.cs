namespace EphemeralDebug.Bench.Measuring;

/// <summary>What became of a script in a fresh process, as the process itself saw it.</summary>
internal sealed record FreshRun
{
    /// <summary>From the start of the process to its first line of code.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>The time to open the engine.</summary>
    public TimeSpan Open { get; init; }

    /// <summary>The time to import the module.</summary>
    public TimeSpan Import { get; init; }

    /// <summary>The time of the script.</summary>
    public TimeSpan Script { get; init; }

    /// <summary>Of that, until the first that was shown; null where nothing was.</summary>
    public TimeSpan? FirstOutput { get; init; }

    /// <summary>How many methods the runtime compiled for the import and the script.</summary>
    public long Methods { get; init; }

    /// <summary>The time it took for that.</summary>
    public TimeSpan Compilation { get; init; }

    /// <summary>The most memory over that of the engine as it was opened, in bytes.</summary>
    public long Memory { get; init; }

    /// <summary>What the process cost, as its parent saw it.</summary>
    public Cost Cost { get; init; }
}
