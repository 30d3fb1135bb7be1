using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What the namespace of a copy holds that the copy may run into. Empty where it was not asked for or may not be read.</summary>
public sealed record PodSurroundings
{
    /// <summary>The Services (core/v1), as JSON.</summary>
    public IReadOnlyList<JsonObject> Services { get; init; } = [];

    /// <summary>The PersistentVolumeClaims (core/v1), as JSON.</summary>
    public IReadOnlyList<JsonObject> Claims { get; init; } = [];
}
