using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a person asks of a debugging pod on a node.</summary>
public sealed record NodePodOptions
{
    /// <summary>The image for a node of Windows: no files of its own, so that it runs on every build.</summary>
    public const string WindowsImage = "mcr.microsoft.com/oss/kubernetes/windows-host-process-containers-base-image:v1.0.0";

    /// <summary>The name of the container; null is <c>debugger</c>.</summary>
    public string? Container { get; init; }

    /// <summary>The image; null is <see cref="EphemeralContainerOptions.DefaultImage"/>, on Windows <see cref="WindowsImage"/>.</summary>
    public string? Image { get; init; }

    /// <summary>The command and its arguments; empty keeps the image's, with <see cref="HostShell"/> a login shell of the node, on Windows PowerShell.</summary>
    public string[] Command { get; init; } = [];

    /// <summary>Whether <see cref="Command"/> replaces the image's arguments only.</summary>
    public bool ArgumentsOnly { get; init; }

    /// <summary>The environment.</summary>
    public IReadOnlyList<EnvironmentVariable> Env { get; init; } = [];

    /// <summary>When the image is pulled; null leaves it to the server.</summary>
    public ImagePullPolicy? ImagePullPolicy { get; init; }

    /// <summary>Whether standard input is kept open.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input closes when the first client goes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the process has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>The profile; Auto is General, with <see cref="HostShell"/> and on Windows Sysadmin.</summary>
    public DebugProfile Profile { get; init; } = DebugProfile.Auto;

    /// <summary>A partial core/v1 Container that is merged into the container last.</summary>
    public JsonObject? CustomProfile { get; init; }

    /// <summary>Whether the command runs in the node's own namespaces, with the node's own files and tools. Needs the profile Sysadmin.</summary>
    public bool HostShell { get; init; }

    /// <summary>Whether the node's files, under <c>/host</c>, are mounted for reading alone.</summary>
    public bool ReadOnlyHost { get; init; }

    /// <summary>The namespace of the pod; null leaves it to the request.</summary>
    public string? Namespace { get; init; }

    /// <summary>Pull secrets.</summary>
    public string[] ImagePullSecret { get; init; } = [];

    /// <summary>Requested and allowed processor time, as a Kubernetes quantity; null sets none.</summary>
    public string? Cpu { get; init; } = "100m";

    /// <summary>Requested and allowed memory, as a Kubernetes quantity; null sets none.</summary>
    public string? Memory { get; init; } = "256Mi";

    /// <summary>After how long the server ends the pod; null sets no deadline.</summary>
    public TimeSpan? ExpireAfter { get; init; }
}
