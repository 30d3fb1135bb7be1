using System.Text.Json.Nodes;
using EphemeralDebug.Core.Diagnosis;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A container to wait for, and its pod as the server gave it.</summary>
internal sealed record AddedContainer(ContainerInfo Container, JsonObject Pod, PodInfo Row)
{
    /// <summary>Whether the pod is deleted where it does not start.</summary>
    internal bool IsUndone { get; init; }

    /// <summary>What is known of its start.</summary>
    internal StartObservation Seen => new() { Container = Container, Phase = Row.Phase, IsUndone = IsUndone };
}
