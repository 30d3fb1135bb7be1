using System.Security.Cryptography;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>What the sources say about the context that was asked for: a cluster, a user and a namespace.</summary>
internal sealed class ClusterTarget
{
    internal required string? Context { get; init; }

    internal required string Namespace { get; init; }

    internal required string ClusterName { get; init; }

    internal required KubeCluster Cluster { get; init; }

    internal required KubeUser User { get; init; }

    /// <summary>Files beside the kubeconfig that were read, and whose change changes the target.</summary>
    internal required IReadOnlyList<string> Files { get; init; }

    /// <summary>Equal for targets that are the same server with the same credentials; a hash, because it is kept.</summary>
    internal required string Fingerprint { get; init; }

    internal static ClusterTarget Resolve(KubeConfigSources sources, string? context, ClusterEnvironment environment)
    {
        KubeConfigFile config = KubeConfigFile.Load(sources);
        if (config.IsEmpty && string.IsNullOrEmpty(context))
            return (sources.Explicit ? null : InCluster.Find(environment)) ?? throw Failure.NoKubeConfig(sources.Paths);
        string name = !string.IsNullOrEmpty(context) ? context : config.CurrentContext ?? throw Failure.NoCurrentContext(config.Contexts.Keys);
        if (!config.Contexts.TryGetValue(name, out KubeConfigEntry? entry))
            throw Failure.UnknownContext(name, config.Contexts.Keys, NearName.Find(name, config.Contexts.Keys));

        string cluster = entry.Text("cluster") ?? throw entry.Wrong("cluster", "is missing");
        if (!config.Clusters.TryGetValue(cluster, out KubeConfigEntry? clusterEntry)) throw Failure.UnknownCluster(name, cluster, entry.File);
        List<string> files = [];
        KubeUser user = new();
        KubeConfigEntry? userEntry = null;
        if (entry.Text("user") is { } userName)
        {
            if (!config.Users.TryGetValue(userName, out userEntry)) throw Failure.UnknownUser(name, userName, entry.File);
            user = KubeUser.From(userEntry, files);
        }
        KubeCluster server = KubeCluster.From(clusterEntry, user.Certificate is not null, files);
        return new()
        {
            Context = name,
            Namespace = entry.Text("namespace") ?? InCluster.Namespace(environment) ?? "default",
            ClusterName = cluster,
            Cluster = server,
            User = user,
            Files = files,
            Fingerprint = Hash([clusterEntry.Source, userEntry?.Source ?? "", .. files.Select(file => FileStamp.Of(file).ToString())]),
        };
    }

    internal static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
