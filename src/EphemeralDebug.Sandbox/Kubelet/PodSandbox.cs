using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What the containers of a pod share: name, network, and where the pod says so their processes.</summary>
internal sealed class PodSandbox
{
    private readonly string _namespace;
    private readonly string _name;
    private readonly ProcessTable? _shared;

    internal PodSandbox(JsonObject pod, KubeletServices kubelet)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        _namespace = (string)pod["metadata"]!["namespace"]!;
        _name = (string)pod["metadata"]!["name"]!;
        Node = (string)spec["nodeName"]!;
        HostIp = kubelet.NodeAddress(Node);
        bool hostNetwork = (bool?)spec["hostNetwork"] == true;
        Hostname = hostNetwork ? Node : (string?)spec["hostname"] ?? _name;
        Network = kubelet.Network.Join(_namespace, hostNetwork ? HostIp : null);
        if ((bool?)spec["hostPID"] == true) _shared = kubelet.NodeProcesses(Node);
        else if ((bool?)spec["shareProcessNamespace"] == true)
        {
            _shared = new ProcessTable();
            _shared.Add(new ProcessEntry { User = new ContainerUser(65535, 65535, [65535]), Arguments = ["/pause"] });
        }
    }

    internal string Node { get; }

    internal string HostIp { get; }

    internal string Hostname { get; }

    internal ClusterNetwork.PodNetwork Network { get; }

    internal ContainerIdentity Identity(string container) => new(_namespace, _name, container);

    /// <summary>The PID namespace of a container: the pod's or node's shared one, its target's, or one of its own.</summary>
    internal ProcessTable ProcessesFor(ContainerRecord? target) => _shared ?? target?.View?.Processes ?? new ProcessTable();
}
