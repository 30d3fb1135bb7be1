using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>Finds what debugging left in a cluster, whoever made it; a list of any length costs the memory of one pod.</summary>
public static class FindArtifacts
{
    /// <summary>The tools that are known by their marks; an ephemeral container of another client has that client's name.</summary>
    public static IReadOnlyList<string> KnownTools { get; } = [.. PodMarks.Rows.Select(mark => mark.Tool).Append("cdebug").Distinct()];

    /// <summary>The pods, and the ephemeral containers in pods, of a namespace (null: of all), as the server's list brings them.</summary>
    /// <exception cref="DebugException">The selector is wrong, there is no such namespace, or the server cannot be read.</exception>
    public static async IAsyncEnumerable<DebugArtifact> InPodsAsync(
        KubernetesApi api, string? ns, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        bool isEmpty = true;
        await foreach (PodArtifacts pod in PodsAsync(api, ns, labelSelector, cancellationToken).ConfigureAwait(false))
        {
            isEmpty = false;
            foreach (DebugArtifact artifact in pod.Found) yield return artifact;
        }

        if (isEmpty && ns is not null) await api.CheckNamespaceAsync(ns, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All pods, each with what was found of and in it.</summary>
    internal static IAsyncEnumerable<PodArtifacts> PodsAsync(KubernetesApi api, string? ns, string? labelSelector, CancellationToken cancellationToken)
    {
        ArtifactReader reader = new(api.Transport.Context, api.Transport.KubeConfig);
        ObjectList<PodArtifacts> list = new(api.Transport, ResourcePath.Pods(ns), KubernetesApi.Selectors(fieldSelector: null, labelSelector), pageSize: 500,
            reader.Read, pod => $"{pod.Namespace}/{pod.Name}");
        return list.ReadAsync(cancellationToken);
    }

    /// <summary>The namespaces that were made for debugging.</summary>
    /// <exception cref="DebugException">The selector is wrong, namespaces may not be listed, or the server cannot be read.</exception>
    public static async IAsyncEnumerable<DebugArtifact> NamespacesAsync(
        KubernetesApi api, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        await foreach (JsonObject value in api.ListWholeNamespacesAsync(labelSelector, cancellationToken).ConfigureAwait(false))
        {
            if (NamespaceMarks.Find(value, api.Transport.Context, api.Transport.KubeConfig) is { } artifact) yield return artifact;
        }
    }
}
