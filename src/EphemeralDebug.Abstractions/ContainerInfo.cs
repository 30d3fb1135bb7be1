namespace EphemeralDebug;

/// <summary>
/// A container of a pod, of whichever kind: its specification and its state as last seen. <c>Pod</c>, <c>Namespace</c>, <c>Context</c> and
/// <c>Name</c> bind to the parameters of the cmdlets that take one.
/// </summary>
public record ContainerInfo
{
    /// <summary>The pod that it is in.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The kubeconfig context that the pod was reached through.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>The uid of the pod, which tells it from a later pod of the same name.</summary>
    public string? PodUid { get; init; }

    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is an ordinary container, an init container, or an ephemeral one.</summary>
    public ContainerKind Kind { get; init; }

    /// <summary>The image, as written in the specification.</summary>
    public string? Image { get; init; }

    /// <summary>The profile that was taken when this module made the container; null where it is not known.</summary>
    public DebugProfile? Profile { get; init; }

    /// <summary>The command in place of the image's entry point; empty where the image decides.</summary>
    public string[] Command { get; init; } = [];

    /// <summary>The arguments (<c>args</c>).</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>Whether standard input is kept open.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input closes when the first client goes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the process has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Waiting, Running, Terminated, or Unknown before the kubelet has reported.</summary>
    public ContainerState State { get; init; }

    /// <summary>The reason that goes with the state: <c>ContainerCreating</c>, <c>ErrImagePull</c>, <c>Completed</c>, <c>OOMKilled</c>, ...</summary>
    public string? Reason { get; init; }

    /// <summary>The kubelet's message, where the state has one. Control characters are removed.</summary>
    public string? Message { get; init; }

    /// <summary>The exit code, once terminated.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it, where the runtime says so.</summary>
    public int? Signal { get; init; }

    /// <summary>When the process started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the process ended.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>How often the kubelet has started it again; an ephemeral container is never.</summary>
    public int Restarts { get; init; }

    /// <summary>How its last run before the present one ended; null where there was none.</summary>
    public int? LastExitCode { get; init; }

    /// <summary>The reason that goes with <see cref="LastExitCode"/>: <c>Error</c>, <c>OOMKilled</c>, <c>StartError</c>, ...</summary>
    public string? LastReason { get; init; }

    /// <summary>What was asked for and could not be carried over, each with its reason; empty where nothing was left out.</summary>
    public string[] LeftOut { get; init; } = [];

    /// <summary>How long it has been running, or ran.</summary>
    public TimeSpan? Age => Started is { } started ? (Finished ?? DateTimeOffset.UtcNow) - started : null;

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Namespace}/{Pod}/{Name}";
}
