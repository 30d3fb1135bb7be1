namespace EphemeralDebug.Core.Debugging;

/// <summary>What became of a command.</summary>
public sealed record CommandOutcome
{
    /// <summary>The container that it ran in, as last seen.</summary>
    public required ContainerInfo Container { get; init; }

    /// <summary>The exit code; null where nobody told one.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it, where the runtime says so or the exit code does (128 and the signal).</summary>
    public int? Signal { get; init; }

    /// <summary>The reason that the container's status gives: <c>OOMKilled</c>, <c>Error</c>; null for a process of its own (exec).</summary>
    public string? Reason { get; init; }

    /// <summary>Standard output, as far as it was kept.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Standard error, as far as it was kept.</summary>
    public ReadOnlyMemory<byte> Error { get; init; }

    /// <summary>Whether the two were told apart; else <see cref="Output"/> may hold lines of standard error.</summary>
    public bool IsErrorApart { get; init; }

    /// <summary>Whether more was written than was kept.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether it was ended because its time was over.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>From the moment when its streams were open to its end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why its end is not known; null where it is.</summary>
    public DebugException? Failure { get; init; }
}
