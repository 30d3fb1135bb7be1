namespace EphemeralDebug.Core.Streams;

/// <summary>Which streams of which process are wanted: <c>pods/attach</c>, or <c>pods/exec</c> where a command is given.</summary>
public sealed record StreamRequest
{
    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod's name.</summary>
    public required string Pod { get; init; }

    /// <summary>The container, of any kind.</summary>
    public required string Container { get; init; }

    /// <summary>The command of a new process; null attaches to the container's own.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Whether the client sends standard input.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard output is wanted.</summary>
    public bool Stdout { get; init; } = true;

    /// <summary>Whether standard error is wanted apart. A terminal has none: what is written to it comes as output.</summary>
    public bool Stderr { get; init; } = true;

    /// <summary>Whether the process has a terminal. An attach must say what the container's specification says.</summary>
    public bool Tty { get; init; }
}
