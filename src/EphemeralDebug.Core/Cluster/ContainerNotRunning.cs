using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Recognises the ways in which kubelets and runtimes say that a container cannot be attached to, because it does not run yet or no longer.
/// </summary>
internal static partial class ContainerNotRunning
{
    internal static bool IsSaidBy(string message) => Sayings().IsMatch(message);

    // The kubelet on exec and attach; its word on a pod that it does not know yet; the API server on a pod without a node; the runtimes.
    [GeneratedRegex("""container not found \("|container \S+ not found in pod|^pod does not exist|does not have a host assigned|container is in CONTAINER_[A-Z]+ state|container( \S+)? is not (running|created or running)""", RegexOptions.CultureInvariant)]
    private static partial Regex Sayings();
}
