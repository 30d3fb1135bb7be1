namespace EphemeralDebug;

/// <summary>
/// A pod that this module made for debugging: a copy of another pod, or the pod of a node. <c>Name</c>, <c>Namespace</c>, <c>Context</c> and
/// <c>Container</c> bind to the parameters of the cmdlets that take one.
/// </summary>
public sealed record DebugPod
{
    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The kubeconfig context that it was made through.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>The uid, which tells the pod from a later one of the same name.</summary>
    public string? Uid { get; init; }

    /// <summary>What it was made from or for: <c>pod/shop/web-0</c>, <c>deployment/shop/web</c>, <c>node/worker-a7</c>.</summary>
    public string? Source { get; init; }

    /// <summary>The node that it is bound to; null while it is not scheduled.</summary>
    public string? Node { get; init; }

    /// <summary>The container to enter; null where only images were changed.</summary>
    public string? Container { get; init; }

    /// <summary>The image of that container.</summary>
    public string? Image { get; init; }

    /// <summary>The container whose entry point does not run; null where none was frozen.</summary>
    public string? Frozen { get; init; }

    /// <summary>The profile that was taken.</summary>
    public DebugProfile? Profile { get; init; }

    /// <summary>The phase when last seen: Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string Phase { get; init; } = "Unknown";

    /// <summary>The status with the reason that kubectl would show: <c>Running</c>, <c>Completed</c>, <c>DryRun</c>, ...</summary>
    public string Status { get; init; } = "Unknown";

    /// <summary>The exit code of <see cref="Container"/>, once it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When the pod was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the server ends it: its deadline, counted from its creation; null where it has none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What was asked for or is the source's and could not be carried over, each with its reason; empty where nothing was left out.</summary>
    public string[] LeftOut { get; init; } = [];

    /// <summary>Time since the pod was created.</summary>
    public TimeSpan? Age => Created is { } created ? DateTimeOffset.UtcNow - created : null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
