namespace EphemeralDebug.Core.Artifacts;

/// <summary>How artifacts are to be removed. Pods and namespaces are deleted, unless they get a deadline; the rest is about ephemeral containers.</summary>
public sealed record RemovalOptions
{
    /// <summary>Whether pods that hold ephemeral containers are evicted.</summary>
    public bool Evict { get; init; }

    /// <summary>Whether the workloads that own such pods are restarted.</summary>
    public bool RestartWorkload { get; init; }

    /// <summary>Whether a pod is evicted also where nothing would make it again, and a namespace deleted also where it holds others' pods.</summary>
    public bool Force { get; init; }

    /// <summary>The time from now after which the server ends a pod; null removes it now.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>Judges the options.</summary>
    /// <exception cref="DebugException">They exclude each other, or the time is out of range.</exception>
    public void Validate()
    {
        if (Evict && RestartWorkload) throw Failure.ParametersExclude("-Evict", "-RestartWorkload");
        if (ExpireAfter is null) return;
        if (Evict || RestartWorkload) throw Failure.ParametersExclude("-ExpireAfter", Evict ? "-Evict" : "-RestartWorkload");
        if (ExpireAfter == TimeSpan.Zero) throw Failure.InvalidDeadline(TimeSpan.Zero);
        Specs.OptionRules.Deadline(ExpireAfter);
    }

    /// <summary>Judges, without asking the server, whether an artifact can be removed in this way.</summary>
    /// <exception cref="DebugException">It cannot.</exception>
    public void Check(DebugArtifact artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        bool isInOthersPod = artifact is { Kind: DebugArtifactKind.EphemeralContainer, InDebugPod: false };
        if (ExpireAfter is not null)
        {
            if (artifact.Kind == DebugArtifactKind.Namespace) throw Failure.DeadlineForNamespace(artifact.Namespace);
            if (isInOthersPod) throw Failure.DeadlineForOthersPod($"pod/{artifact.Namespace}/{artifact.Pod}");
        }
        else if (isInOthersPod)
        {
            if (!Evict && !RestartWorkload) throw Failure.EphemeralContainerStays(artifact);
            if (Evict && !Force && WhyLost(artifact.Owner) is { } why) throw Failure.EvictionNeedsForce(artifact, why);
        }
    }

    private static string? WhyLost(string? owner) => owner?.Split('/')[0] switch
    {
        null => "no controller owns it, so nothing would make it again",
        "ReplicaSet" or "ReplicationController" or "StatefulSet" or "DaemonSet" => null,
        "Job" => $"its owner {owner} would count it as failed, and perhaps not make it again",
        _ => $"whether its owner {owner} would make it again is not known",
    };
}
