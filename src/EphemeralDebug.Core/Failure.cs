namespace EphemeralDebug.Core;

/// <summary>
/// Every failure that Core reports is born here, one method a cause: what happened (with the server's own words where it
/// spoke), and what to do next. One look lists every ErrorId.
/// </summary>
internal static class Failure
{
    // Reaching a cluster
    internal static DebugException KubeConfigNotFound(string path) => new(nameof(KubeConfigNotFound), FailureKind.ObjectNotFound,
        $"The kubeconfig file '{path}' does not exist.",
        "Give an existing file with -KubeConfig, or set the environment variable KUBECONFIG.", path);
}
