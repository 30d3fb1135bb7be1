using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of a pod's ephemeral containers.</summary>
public sealed class EphemeralContainerCompleter : ClusterCompleter
{
    /// <inheritdoc/>
    private protected override async IAsyncEnumerable<Candidate> AskAsync(
        KubernetesApi api, string? ns, string? pod, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (pod is null) yield break;
        PodInfo row = await api.GetPodRowAsync(ns!, pod, cancellationToken).ConfigureAwait(false);
        foreach (EphemeralContainer one in row.EphemeralContainers) yield return new(one.Name, $"{one.Name}  {one.State}  {one.Image}");
    }
}
