using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of nodes.</summary>
public sealed class NodeCompleter : ClusterCompleter
{
    /// <inheritdoc/>
    private protected override async IAsyncEnumerable<Candidate> AskAsync(
        KubernetesApi api, string? ns, string? pod, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (NodeInfo node in api.ListNodesAsync(new NodeQuery(), cancellationToken).ConfigureAwait(false))
        {
            yield return new(node.Name, $"{node.Name}  {node.Status}  {node.Version}");
        }
    }
}
