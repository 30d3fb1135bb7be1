using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of pods.</summary>
public sealed class PodCompleter : ClusterCompleter
{
    /// <inheritdoc/>
    private protected override async IAsyncEnumerable<Candidate> AskAsync(
        KubernetesApi api, string? ns, string? pod, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (PodInfo row in api.ListPodsAsync(new PodQuery { Namespace = ns }, cancellationToken).ConfigureAwait(false))
        {
            yield return new(row.Name, $"{row.Name}  {row.Ready}  {row.Status}");
        }
    }
}
