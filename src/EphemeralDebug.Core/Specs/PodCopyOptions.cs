using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a person asks of a copy of a pod. The first part is <c>kubectl debug --copy-to</c>'s, the second this module's own.</summary>
public sealed record PodCopyOptions
{
    /// <summary>The copy's name; null draws <c>NAME-debug-xxxxx</c>.</summary>
    public string? CopyTo { get; init; }

    /// <summary>The image of the debug container; a new container without one gets <see cref="EphemeralContainerOptions.DefaultImage"/>.</summary>
    public string? Image { get; init; }

    /// <summary>
    /// The debug container: one that the pod has, to be changed in the copy, or the name of a new one, which needs <see cref="Image"/>. Null
    /// adds a container <c>debugger-xxxxx</c>, unless another option says what the copy is for.
    /// </summary>
    public string? Container { get; init; }

    /// <summary>Images by container; <c>*</c> stands for all containers but init containers, which are changed by name alone.</summary>
    public IReadOnlyDictionary<string, string> SetImage { get; init; } = new Dictionary<string, string>();

    /// <summary>The command of the debug container and its arguments; empty keeps what there is.</summary>
    public string[] Command { get; init; } = [];

    /// <summary>Whether <see cref="Command"/> replaces the arguments only.</summary>
    public bool ArgumentsOnly { get; init; }

    /// <summary>The environment of the debug container, in place of the one that it has; empty keeps that.</summary>
    public IReadOnlyList<EnvironmentVariable> Env { get; init; } = [];

    /// <summary>When the debug container's image is pulled; null keeps what there is.</summary>
    public ImagePullPolicy? ImagePullPolicy { get; init; }

    /// <summary>Whether the debug container's standard input is kept open; false closes that of an existing container.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input closes when the first client goes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the debug container has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Whether the containers of the copy see each other's processes; null lets every profile but Legacy say yes where the source says nothing.</summary>
    public bool? ShareProcesses { get; init; }

    /// <summary>Refused, as by kubectl: the containers of a copy share their processes all together, or not at all.</summary>
    public string? Target { get; init; }

    /// <summary>Whether the copy goes to the node of the source.</summary>
    public bool SameNode { get; init; }

    /// <summary>Whether the source is deleted once the copy is there.</summary>
    public bool Replace { get; init; }

    /// <summary>Whether the labels stay, by which Services and controllers select the pod.</summary>
    public bool KeepLabels { get; init; }

    /// <summary>Whether the annotations stay.</summary>
    public bool KeepAnnotations { get; init; }

    /// <summary>Whether the liveness probes stay.</summary>
    public bool KeepLiveness { get; init; }

    /// <summary>Whether the readiness probes stay.</summary>
    public bool KeepReadiness { get; init; }

    /// <summary>Whether the startup probes stay.</summary>
    public bool KeepStartup { get; init; }

    /// <summary>Whether the init containers stay.</summary>
    public bool KeepInitContainers { get; init; } = true;

    /// <summary>The profile as asked for. <see cref="DebugProfile.Auto"/> is resolved by trying <see cref="PodCopy.AutoOrder"/>.</summary>
    public DebugProfile Profile { get; init; } = DebugProfile.Auto;

    /// <summary>A partial core/v1 Container that is merged into the debug container last.</summary>
    public JsonObject? CustomProfile { get; init; }

    /// <summary>Whether the debug container is the only one (init containers apart).</summary>
    public bool OneContainer { get; init; }

    /// <summary>Whether the debug container runs as root, and nothing in the copy forbids root any more.</summary>
    public bool AsRoot { get; init; }

    /// <summary>The numeric user of the debug container; beats the profile and the custom profile.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>The numeric group of the debug container; beats the profile and the custom profile.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Init containers that the copy does without.</summary>
    public string[] RemoveInitContainer { get; init; } = [];

    /// <summary>
    /// An init container that becomes the copy's one container, to be tried by hand: those before it run as ever, it and the later ones
    /// are no init containers of the copy, and what it ends with stays to be seen (restartPolicy Never).
    /// </summary>
    public string? InitContainer { get; init; }

    /// <summary>Pull secrets for the debug container's image, beside those of the source.</summary>
    public string[] ImagePullSecret { get; init; } = [];

    /// <summary>The node that the copy goes to; the scheduler is not asked.</summary>
    public string? Node { get; init; }

    /// <summary>The namespace of the copy; null is the source's.</summary>
    public string? ToNamespace { get; init; }

    /// <summary>
    /// How the entry point is kept from running: of <see cref="Container"/> or <see cref="InitContainer"/> where one is named, else of the source's default container.
    /// </summary>
    public FreezeMethod? Freeze { get; init; }

    /// <summary>After how long the server ends the copy; null sets no deadline, and keeps one that the source has.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>Whether the copy is deleted with its source.</summary>
    public bool DeleteWithSource { get; init; }
}
