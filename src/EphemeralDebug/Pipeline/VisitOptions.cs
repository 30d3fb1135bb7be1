using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Pipeline;

/// <summary>How a cmdlet's user visits a container.</summary>
internal sealed record VisitOptions
{
    /// <summary>The terminal that the user sits at; null where the session goes through the pipeline and files.</summary>
    internal ITerminal? Terminal { get; init; }

    /// <summary>What is sent to standard input (see <see cref="StandardInput"/>), perhaps a <see cref="PipedInput"/>; null for nothing.</summary>
    internal object? Input { get; init; }

    /// <summary>The program to start instead of attaching.</summary>
    internal string? Shell { get; init; }

    /// <summary>The keys that leave.</summary>
    internal DetachKeys Detach { get; init; } = DetachKeys.Default;

    /// <summary>The file that takes the output; null for the pipeline.</summary>
    internal string? OutFile { get; init; }

    /// <summary>Whether output comes as bytes.</summary>
    internal bool AsBytes { get; init; }

    /// <summary>Whether the container is given at the end.</summary>
    internal bool PassThru { get; init; }

    /// <summary>Whether the container was there before: then one that has ended is news.</summary>
    internal bool IsExisting { get; init; }

    /// <summary>Whether the pod is deleted after the visit, so that nobody can come back.</summary>
    internal bool IsLast { get; init; }

    /// <summary>What a person at the terminal is told before the session, beside where the container is.</summary>
    internal IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>How long to wait for the container.</summary>
    internal TimeSpan Wait { get; init; }
}
