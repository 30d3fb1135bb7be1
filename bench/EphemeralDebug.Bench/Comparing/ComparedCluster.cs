using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>The cluster that both sides work on, and the pods that are there for them.</summary>
internal abstract class ComparedCluster : IAsyncDisposable
{
    // Longer than a kubelet takes to be done with a pod that has changed.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);

    private readonly Queue<(string Pod, long Used)> _pods;

    protected ComparedCluster(KubernetesApi api, string ns, IReadOnlyList<string> pods)
    {
        (Api, Namespace, Pods) = (api, ns, pods);
        _pods = new(pods.Select(pod => (pod, 0L)));
    }

    internal KubernetesApi Api { get; }

    internal string Namespace { get; }

    /// <summary>The pods; each prints its own name for <c>hostname</c>.</summary>
    internal IReadOnlyList<string> Pods { get; }

    /// <summary>What leads our cmdlets there, as typed.</summary>
    internal string CmdletParameters =>
        (Api.Transport.KubeConfig is { } file ? $"-KubeConfig '{Quoted(file)}' " : "") + (Api.Transport.Context is { } context ? $"-Context '{Quoted(context)}'" : "");

    /// <summary>What leads kubectl there.</summary>
    internal string[] KubectlArguments =>
        [.. Api.Transport.KubeConfig is { } file ? ["--kubeconfig", file] : (string[])[], .. Api.Transport.Context is { } context ? ["--context", context] : (string[])[]];

    /// <summary>Pods in which nothing has happened for a while: those first that were used longest ago, waited for where need be.</summary>
    internal async Task<string[]> TakeIdleAsync(int count, CancellationToken cancellationToken)
    {
        string[] taken = new string[count];
        for (int i = 0; i < count; i++)
        {
            (string pod, long used) = _pods.Dequeue();
            TimeSpan rest = used == 0 ? TimeSpan.Zero : s_idle - TimeProvider.System.GetElapsedTime(used);
            if (rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
            taken[i] = pod;
        }
        return taken;
    }

    /// <summary>Gives pods back, used until now.</summary>
    internal void GiveBack(params string[] pods)
    {
        long now = TimeProvider.System.GetTimestamp();
        foreach (string pod in pods) _pods.Enqueue((pod, now));
    }

    public abstract ValueTask DisposeAsync();

    protected static async Task<KubernetesApi> ConnectAsync(string? kubeConfig, string? context, CancellationToken cancellationToken) =>
        new(await ClusterConnection.OpenAsync(new ConnectionRequest(kubeConfig, context), cancellationToken));

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
