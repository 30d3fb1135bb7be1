namespace EphemeralDebug.Core.Debugging;

/// <summary>How somebody wants into a container.</summary>
public sealed record EntryRequest
{
    /// <summary>The command to start in it (exec); null attaches to its own process.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The same for a program without arguments.</summary>
    public string? Shell
    {
        get => Command?[0];
        init => Command = value is null ? null : [value];
    }

    /// <summary>Whether a person sits at a terminal before it.</summary>
    public bool Terminal { get; init; }

    /// <summary>Whether there is something to send to standard input.</summary>
    public bool Input { get; init; }

    /// <summary>How long to wait until the container runs; <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(60);
}
