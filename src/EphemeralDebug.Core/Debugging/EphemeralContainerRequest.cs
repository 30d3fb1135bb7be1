using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>One ephemeral container to add to one pod.</summary>
public sealed record EphemeralContainerRequest
{
    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod's name.</summary>
    public required string Pod { get; init; }

    /// <summary>The uid that the pod must have, where it is known: a later pod of the same name is another one.</summary>
    public string? PodUid { get; init; }

    /// <summary>The pod as it was just read; null reads it.</summary>
    internal JsonObject? Known { get; init; }

    /// <summary>What the container is to be; <see cref="EphemeralContainerSpec.Validate"/> has passed it.</summary>
    public required EphemeralContainerOptions Options { get; init; }

    /// <summary>Whether the server only judges the request.</summary>
    public bool DryRun { get; init; }

    /// <summary>How long to wait until it runs, has ended or cannot start; null does not wait, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</summary>
    public TimeSpan? Wait { get; init; }
}
