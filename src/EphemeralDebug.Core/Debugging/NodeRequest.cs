using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>One debugging pod on one node.</summary>
public sealed record NodeRequest
{
    /// <summary>The node.</summary>
    public required string Node { get; init; }

    /// <summary>What the pod is to be; <see cref="NodePod.Validate"/> has passed it.</summary>
    public required NodePodOptions Options { get; init; }

    /// <summary>Whether a namespace that admits privileged pods is made for it.</summary>
    public bool TemporaryNamespace { get; init; }

    /// <summary>Whether the server only judges the request.</summary>
    public bool DryRun { get; init; }
}
