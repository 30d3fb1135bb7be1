using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>A debugging pod of a node that is ready to be created, and what there is to say about it.</summary>
public sealed record NodePodPlan
{
    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The pod (core/v1 <c>Pod</c>). What Pod Security would say of it: <see cref="PodSecurity.Evaluate"/>.</summary>
    public required JsonObject Pod { get; init; }

    /// <summary>The container.</summary>
    public required string Container { get; init; }

    /// <summary>The profile that was applied.</summary>
    public required DebugProfile Profile { get; init; }

    /// <summary>Where whoever enters the container finds the node's files and tools, in a sentence or two.</summary>
    public required string HostFiles { get; init; }

    /// <summary>What was asked for and could not be had, each with its reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What a person should know before it runs.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
