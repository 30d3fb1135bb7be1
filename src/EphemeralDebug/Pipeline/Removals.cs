using System.Collections.Concurrent;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Pipeline;

/// <summary>What Remove-DebugArtifact keeps from object to object: how to remove, and of each cluster what has been asked of it already.</summary>
internal sealed class Removals(RemovalOptions options, Func<ConnectionRequest, CancellationToken, ValueTask<KubernetesApi>> connect)
{
    private readonly ConcurrentDictionary<ConnectionRequest, RemoveArtifact> _clusters = new();
    private readonly Dictionary<(ConnectionRequest, string), bool> _answers = []; // touched on the pipeline thread alone

    /// <summary>How artifacts are removed.</summary>
    internal RemovalOptions Options => options;

    /// <summary>The removal of a cluster's artifacts.</summary>
    internal async ValueTask<RemoveArtifact> ForAsync(ConnectionRequest cluster, CancellationToken cancellationToken)
    {
        if (_clusters.TryGetValue(cluster, out RemoveArtifact? known)) return known;
        KubernetesApi api = await connect(cluster, cancellationToken).ConfigureAwait(false);
        return _clusters.GetOrAdd(cluster, _ => new RemoveArtifact(api, options));
    }

    /// <summary>Asks, unless it has been asked already: one request for several artifacts is one question.</summary>
    internal bool Ask(ConnectionRequest cluster, string target, string action, Func<string, string, bool> ask) =>
        _answers.TryGetValue((cluster, target), out bool answer) ? answer : _answers[(cluster, target)] = ask(target, action);
}
