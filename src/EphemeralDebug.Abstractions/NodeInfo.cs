using System.Collections.ObjectModel;

namespace EphemeralDebug;

/// <summary>A node as <c>kubectl get nodes -o wide</c> shows it.</summary>
public sealed record NodeInfo
{
    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>The kubeconfig context that the node was reached through.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary><c>Ready</c>, <c>NotReady</c> or <c>Unknown</c>, followed by <c>,SchedulingDisabled</c> where it is cordoned.</summary>
    public string Status { get; init; } = "Unknown";

    /// <summary>The roles from the labels <c>node-role.kubernetes.io/*</c>, sorted.</summary>
    public string[] Roles { get; init; } = [];

    /// <summary>When the node was registered.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Time since the node was registered.</summary>
    public TimeSpan? Age => Created is { } created ? DateTimeOffset.UtcNow - created : null;

    /// <summary>The kubelet's version.</summary>
    public string? Version { get; init; }

    /// <summary>The operating system: <c>linux</c> or <c>windows</c>.</summary>
    public string? OS { get; init; }

    /// <summary>The processor architecture: <c>amd64</c>, <c>arm64</c>, ...</summary>
    public string? Architecture { get; init; }

    /// <summary>The operating system with its version, as the node names it.</summary>
    public string? OSImage { get; init; }

    /// <summary>The kernel's version.</summary>
    public string? KernelVersion { get; init; }

    /// <summary>The container runtime with its version.</summary>
    public string? ContainerRuntime { get; init; }

    /// <summary>The address of type InternalIP.</summary>
    public string? InternalIP { get; init; }

    /// <summary>The address of type ExternalIP.</summary>
    public string? ExternalIP { get; init; }

    /// <summary>Whether the node is cordoned.</summary>
    public bool Unschedulable { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
