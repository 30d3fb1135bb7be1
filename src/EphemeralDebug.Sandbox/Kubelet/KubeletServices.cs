using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What the workers of all pods share.</summary>
internal sealed class KubeletServices
{
    private readonly ConcurrentDictionary<(string Node, string Image), bool> _present = new();
    private readonly ConcurrentDictionary<string, Lazy<NodeHost>> _hosts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Namespace, string Claim), FileTree> _claimed = new();

    internal KubeletServices(ObjectStore store, KubeletOptions options)
    {
        Store = store;
        Options = options;
        Events = new EventRecorder(store, options.Time);
        Network = new ClusterNetwork(store);
        Claims = new VolumeClaims(store, Events);
    }

    internal ObjectStore Store { get; }

    internal KubeletOptions Options { get; }

    internal EventRecorder Events { get; }

    internal ClusterNetwork Network { get; }

    internal VolumeClaims Claims { get; }

    /// <summary>Whether a node has an image already.</summary>
    internal bool IsPresent(string node, ContainerImage image) => image.OnNodes || _present.ContainsKey((node, image.Repository));

    internal void Pulled(string node, ContainerImage image) => _present[(node, image.Repository)] = true;

    /// <summary>The machine that a node is.</summary>
    internal NodeHost Host(string node) => _hosts.GetOrAdd(node, name => new Lazy<NodeHost>(() =>
    {
        bool windows = Store.Get(ResourceType.Nodes, null, name).Text("metadata", "labels", "kubernetes.io/os") == "windows";
        return new NodeHost(name, windows, Network.Host(NodeAddress(name)), Options.Time);
    })).Value;

    /// <summary>The files behind a volume claim, which outlive the pods that use it.</summary>
    internal FileTree Claimed(string ns, string claim) => _claimed.GetOrAdd((ns, claim), _ => new FileTree());

    /// <summary>The address of a node, from its object.</summary>
    internal string NodeAddress(string node) =>
        (string?)(Store.Get(ResourceType.Nodes, null, node)?["status"]?["addresses"] as JsonArray)
            ?.FirstOrDefault(address => (string?)address?["type"] == "InternalIP")?["address"] ?? "10.244.0.1";
}
