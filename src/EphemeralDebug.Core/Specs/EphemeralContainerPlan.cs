using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>An ephemeral container that is ready to be sent, and what there is to say about it.</summary>
public sealed record EphemeralContainerPlan
{
    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>The container (core/v1 <c>EphemeralContainer</c>).</summary>
    public required JsonObject Container { get; init; }

    /// <summary>
    /// The strategic merge patch of <c>pods/NAME/ephemeralcontainers</c>. It carries the new container alone and no resourceVersion, so
    /// that two people who add at once both succeed.
    /// </summary>
    public required JsonObject Patch { get; init; }

    /// <summary>The container whose processes are shared; null where there is none.</summary>
    public string? Target { get; init; }

    /// <summary>The profile that was applied; null where a specification's own security context was left alone.</summary>
    public DebugProfile? Profile { get; init; }

    /// <summary>What was asked for and could not be carried over, each with its reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What a person should know before it runs.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
