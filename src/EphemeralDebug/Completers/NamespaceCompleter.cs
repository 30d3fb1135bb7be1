using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Completers;

/// <summary>Completes the names of namespaces.</summary>
public sealed class NamespaceCompleter : ClusterCompleter
{
    /// <inheritdoc/>
    private protected override async IAsyncEnumerable<Candidate> AskAsync(
        KubernetesApi api, string? ns, string? pod, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (string name in api.ListNamespacesAsync(cancellationToken).ConfigureAwait(false)) yield return new(name, name);
    }
}
