namespace EphemeralDebug.Core.Cluster;

/// <summary>Which cluster to reach, as the shared parameters say it.</summary>
/// <param name="KubeConfig">The one kubeconfig to read; null for <c>KUBECONFIG</c>, else <c>~/.kube/config</c>, else the cluster this process runs in.</param>
/// <param name="Context">The context in it, case-sensitive; null for the current one.</param>
public sealed record ConnectionRequest(string? KubeConfig, string? Context);
