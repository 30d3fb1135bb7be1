using System.Collections.ObjectModel;

namespace EphemeralDebug;

/// <summary>A pod as <c>kubectl get pods</c> shows it, and what debugging needs to know of it.</summary>
public sealed record PodInfo
{
    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The kubeconfig context that the pod was reached through.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file, where one was given by parameter.</summary>
    public string? KubeConfig { get; init; }

    /// <summary>The uid, which tells the pod from a later one of the same name.</summary>
    public string? Uid { get; init; }

    /// <summary>The version of the object that this row was read from.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>How many containers (sidecars among them) are ready.</summary>
    public int ReadyContainers { get; init; }

    /// <summary>How many containers (sidecars among them) the pod has.</summary>
    public int TotalContainers { get; init; }

    /// <summary>Ready containers of all, as kubectl prints it: <c>1/2</c>.</summary>
    public string Ready => $"{ReadyContainers}/{TotalContainers}";

    /// <summary>The status with the reason that kubectl would show: <c>Running</c>, <c>CrashLoopBackOff</c>, <c>Init:0/2</c>, <c>Terminating</c>, ...</summary>
    public string Status { get; init; } = "Unknown";

    /// <summary>The phase: Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string Phase { get; init; } = "Unknown";

    /// <summary>How often containers of the pod were restarted.</summary>
    public int Restarts { get; init; }

    /// <summary>When a container last ended before it was restarted.</summary>
    public DateTimeOffset? LastRestart { get; init; }

    /// <summary>When the pod was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Time since the pod was created.</summary>
    public TimeSpan? Age => Created is { } created ? DateTimeOffset.UtcNow - created : null;

    /// <summary>The node that it is bound to; null while it is not scheduled.</summary>
    public string? Node { get; init; }

    /// <summary>The pod's first IP address.</summary>
    public string? IP { get; init; }

    /// <summary>The node that preemption has set aside for the pod.</summary>
    public string? NominatedNode { get; init; }

    /// <summary>The readiness gates that are true, and how many there are.</summary>
    public string? ReadinessGates { get; init; }

    /// <summary>The operating system that the pod asks for (<c>spec.os.name</c>).</summary>
    public string? OS { get; init; }

    /// <summary>Whether the kubelet runs it from a file (a static pod): such a pod takes no ephemeral containers.</summary>
    public bool IsStatic { get; init; }

    /// <summary>The container that <c>kubectl.kubernetes.io/default-container</c> names, else the first.</summary>
    public string? DefaultContainer { get; init; }

    /// <summary>The names of the containers.</summary>
    public string[] Containers { get; init; } = [];

    /// <summary>The names of the init containers.</summary>
    public string[] InitContainers { get; init; } = [];

    /// <summary>The ephemeral containers with their states, in the order of the specification.</summary>
    public EphemeralContainer[] EphemeralContainers { get; init; } = [];

    /// <summary>The controller that owns it, as <c>Kind/name</c>.</summary>
    public string? Owner { get; init; }

    /// <summary>The uid of the controller that owns it.</summary>
    public string? OwnerUid { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
