using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Finds the ephemeral container that somebody means who names only the pod.</summary>
public static class FindEphemeralContainer
{
    /// <summary>The one that was added last.</summary>
    /// <exception cref="DebugException">The pod has none.</exception>
    public static async Task<EphemeralContainer> LastAsync(KubernetesApi api, string ns, string pod, CancellationToken cancellationToken) =>
        Last(await api.GetPodRowAsync(ns, pod, cancellationToken).ConfigureAwait(false));

    internal static EphemeralContainer Last(PodInfo pod) => pod.EphemeralContainers is [.., var last] ? last : throw Failure.NoEphemeralContainer(pod.Namespace, pod.Name);
}
