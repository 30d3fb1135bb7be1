using System.Collections.Concurrent;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What the workers of all pods share.</summary>
internal sealed class KubeletServices(ObjectStore store, KubeletOptions options)
{
    private readonly ConcurrentDictionary<(string Node, string Image), bool> _present = new();
    private readonly ConcurrentDictionary<string, ProcessTable> _nodeProcesses = new(StringComparer.Ordinal);

    internal ObjectStore Store { get; } = store;

    internal KubeletOptions Options { get; } = options;

    internal EventRecorder Events { get; } = new(store, options.Time);

    internal ClusterNetwork Network { get; } = new(store);

    /// <summary>Whether a node has an image already.</summary>
    internal bool IsPresent(string node, ContainerImage image) => image.OnNodes || _present.ContainsKey((node, image.Repository));

    internal void Pulled(string node, ContainerImage image) => _present[(node, image.Repository)] = true;

    /// <summary>The processes of a node, as pods with hostPID see them.</summary>
    internal ProcessTable NodeProcesses(string node) => _nodeProcesses.GetOrAdd(node, _ =>
    {
        ProcessTable table = new();
        foreach (string command in (string[])["/sbin/init", "/usr/bin/containerd", "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml"])
        {
            table.Add(new ProcessEntry { User = ContainerUser.Root, Arguments = command.Split(' ') });
        }
        return table;
    });

    /// <summary>The address of a node, from its object.</summary>
    internal string NodeAddress(string node) =>
        (string?)(Store.Get(ResourceType.Nodes, null, node)?["status"]?["addresses"] as System.Text.Json.Nodes.JsonArray)
            ?.FirstOrDefault(address => (string?)address?["type"] == "InternalIP")?["address"] ?? "10.244.0.1";
}
