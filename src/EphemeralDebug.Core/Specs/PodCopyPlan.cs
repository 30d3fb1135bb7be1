using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>A copy of a pod that is ready to be created, and what there is to say about it.</summary>
public sealed record PodCopyPlan
{
    /// <summary>The copy's name.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace to create it in; null where the source does not tell its own.</summary>
    public required string? Namespace { get; init; }

    /// <summary>The pod (core/v1 <c>Pod</c>).</summary>
    public required JsonObject Pod { get; init; }

    /// <summary>The debug container, added or changed; null where only images were set.</summary>
    public string? Container { get; init; }

    /// <summary>The container whose entry point does not run; null where none was frozen.</summary>
    public string? Frozen { get; init; }

    /// <summary>The profile that was applied.</summary>
    public DebugProfile Profile { get; init; }

    /// <summary>What was asked for or is the source's and could not be carried over, each with its reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What a person should know before it runs.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
