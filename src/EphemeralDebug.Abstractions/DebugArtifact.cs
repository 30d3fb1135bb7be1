namespace EphemeralDebug;

/// <summary>
/// Something that debugging left in a cluster, whichever tool made it. <c>Pod</c>, <c>Container</c>, <c>Namespace</c> and <c>Context</c> bind
/// to the parameters of the cmdlets that take one.
/// </summary>
public sealed record DebugArtifact
{
    /// <summary>What it is.</summary>
    public required DebugArtifactKind Kind { get; init; }

    /// <summary>
    /// The tool that made it, as far as its marks tell: <c>EphemeralDebug</c>, <c>kubectl</c>, <c>oc</c>, <c>k9s</c>, ... An ephemeral
    /// container that no known tool made has the name of whatever client added it, or <c>unknown</c>.
    /// </summary>
    public required string Tool { get; init; }

    /// <summary>The namespace that it is in; of a namespace, its own name.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod that it is, or that it is in; null for a namespace.</summary>
    public string? Pod { get; init; }

    /// <summary>The ephemeral container, or the container of a pod that one enters.</summary>
    public string? Container { get; init; }

    /// <summary>The node that the pod is bound to; null while it is not scheduled.</summary>
    public string? Node { get; init; }

    /// <summary>The controller that owns the pod, as <c>Kind/name</c>; null where nothing would make the pod again.</summary>
    public string? Owner { get; init; }

    /// <summary>What it was made from or for, where its marks say so: <c>pod/shop/web-0</c>, <c>deployment/shop/web</c>, <c>node/worker-a7</c>.</summary>
    public string? Source { get; init; }

    /// <summary>The image of the container.</summary>
    public string? Image { get; init; }

    /// <summary>The state, as kubectl words it: <c>Running</c>, <c>Completed</c>, <c>ErrImagePull</c>, <c>Terminating</c>, <c>Active</c>, ...</summary>
    public string State { get; init; } = "Unknown";

    /// <summary>When it was made. Of an ephemeral container: when it was added or started, whichever is known to be earlier.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the process of an ephemeral container started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ends by itself: the deadline of the pod, or what is noted on the namespace; null where nothing ends it.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The client that made it, as the server noted it (<c>manager</c> of managedFields); null where that does not say.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Whether an ephemeral container is in a pod that debugging made too: then it goes with that pod.</summary>
    public bool InDebugPod { get; init; }

    /// <summary>The uid of the pod, which tells it from a later pod of the same name.</summary>
    public string? PodUid { get; init; }

    /// <summary>The uid of the namespace, where the artifact is one.</summary>
    public string? NamespaceUid { get; init; }

    /// <summary>The kubeconfig context that it was found through.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>Time since it was made; null where that is not known.</summary>
    public TimeSpan? Age => Created is { } created ? DateTimeOffset.UtcNow - created : null;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DebugArtifactKind.Namespace => Namespace,
        DebugArtifactKind.EphemeralContainer => $"{Namespace}/{Pod}/{Container}",
        _ => $"{Namespace}/{Pod}",
    };
}
