using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// What a person asks of a new ephemeral container; what is not set is left to <see cref="Spec"/>, then to the defaults.
/// </summary>
public sealed record EphemeralContainerOptions
{
    /// <summary>The image where neither <see cref="Image"/> nor <see cref="Spec"/> names one.</summary>
    public const string DefaultImage = "busybox";

    /// <summary>The container's name; null draws <c>debugger-xxxxx</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The image reference.</summary>
    public string? Image { get; init; }

    /// <summary>The command and its arguments; empty keeps the image's (or the specification's).</summary>
    public string[] Command { get; init; } = [];

    /// <summary>Whether <see cref="Command"/> replaces the image's arguments only, and not its entry point.</summary>
    public bool ArgumentsOnly { get; init; }

    /// <summary>The environment, in the order given; of two with one name the later counts.</summary>
    public IReadOnlyList<EnvironmentVariable> Env { get; init; } = [];

    /// <summary>When the image is pulled; null leaves it to the server (Always for <c>:latest</c> or no tag, else IfNotPresent).</summary>
    public ImagePullPolicy? ImagePullPolicy { get; init; }

    /// <summary>Whether standard input is kept open.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input closes when the first client goes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the process has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>The profile as asked for. <see cref="DebugProfile.Auto"/> is resolved by trying <see cref="EphemeralContainerSpec.AutoOrder"/>.</summary>
    public DebugProfile Profile { get; init; } = DebugProfile.Auto;

    /// <summary>A partial core/v1 Container, merged last over everything but <see cref="RunAsUser"/> and <see cref="RunAsGroup"/>.</summary>
    public JsonObject? CustomProfile { get; init; }

    /// <summary>
    /// A whole container specification, or the patch that holds one (<c>{"spec":{"ephemeralContainers":[...]}}</c>). What the other
    /// options set replaces its fields.
    /// </summary>
    public JsonObject? Spec { get; init; }

    /// <summary>The container whose processes are shared; null takes the pod's default container.</summary>
    public string? Target { get; init; }

    /// <summary>Whether no container's processes are shared.</summary>
    public bool NoTarget { get; init; }

    /// <summary>The numeric user; beats the profile and the custom profile.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>The numeric group; beats the profile and the custom profile.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Whether <c>env</c> and <c>envFrom</c> of the target (with <see cref="NoTarget"/>, of the default container) are copied.</summary>
    public bool CopyEnv { get; init; }

    /// <summary>Whether the volume mounts of the target (with <see cref="NoTarget"/>, of the default container) are copied, as far as the server allows.</summary>
    public bool CopyVolumeMounts { get; init; }

    /// <summary>The directory that the process starts in; null keeps the image's.</summary>
    public string? WorkingDirectory { get; init; }
}
