namespace EphemeralDebug;

/// <summary>What became of one command on one pod or node.</summary>
public sealed record DebugCommandResult
{
    /// <summary>The pod; for a node the pod that was made on it.</summary>
    public string? Pod { get; init; }

    /// <summary>The node, where one was the target; null for a pod.</summary>
    public string? Node { get; init; }

    /// <summary>The pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The container that the command ran in; null where none came to be.</summary>
    public string? Container { get; init; }

    /// <summary>The kubeconfig context.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>The exit code; null where the command did not run, or nobody told its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the command, where there was one.</summary>
    public int? Signal { get; init; }

    /// <summary>The reason that the container's status gives: <c>OOMKilled</c>, <c>Error</c>; null where the command was a process of its own in the container.</summary>
    public string? Reason { get; init; }

    /// <summary>Standard output as text (UTF-8), as far as it was kept. As it was written, control characters among it.</summary>
    public string StdOut { get; init; } = "";

    /// <summary>Standard error as text (UTF-8), as far as it was kept.</summary>
    public string StdErr { get; init; } = "";

    /// <summary>Whether standard error was told apart; else <see cref="StdOut"/> may hold lines of it.</summary>
    public bool StdErrApart { get; init; }

    /// <summary>Whether more was written than was kept.</summary>
    public bool Truncated { get; init; }

    /// <summary>The file that holds all of standard output; null where none was asked for.</summary>
    public string? OutFile { get; init; }

    /// <summary>From the moment when the command's streams were open to its end; zero where it did not run.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether it was ended because its time was over.</summary>
    public bool TimedOut { get; init; }

    /// <summary>What went wrong, in a sentence; null where the command ran to its end, whatever its exit code.</summary>
    public string? Error { get; init; }

    /// <summary>The ErrorId that goes with <see cref="Error"/>: <c>ImageNotFound</c>, <c>Forbidden</c>, <c>CommandTimedOut</c>, ...</summary>
    public string? ErrorId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Node is not null ? $"node/{Node}" : $"{Namespace}/{Pod}";
}
