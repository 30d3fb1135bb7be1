using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of a pod's own containers, init containers among them.</summary>
public sealed class ContainerCompleter : ClusterCompleter
{
    /// <inheritdoc/>
    private protected override async IAsyncEnumerable<Candidate> AskAsync(
        KubernetesApi api, string? ns, string? pod, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (pod is null) yield break;
        PodInfo row = await api.GetPodRowAsync(ns!, pod, cancellationToken).ConfigureAwait(false);
        foreach (string name in row.Containers) yield return new(name, $"{name}  of {pod}");
        foreach (string name in row.InitContainers) yield return new(name, $"{name}  init container of {pod}");
    }
}
