using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What the containers of a pod share: name, network, and where the pod says so their processes.</summary>
internal sealed class PodSandbox
{
    private readonly string _namespace;
    private readonly string _name;
    private readonly ProcessTable? _shared;
    private readonly Dictionary<string, (FileTree Tree, string Inside, bool ReadOnly)> _volumes = new(StringComparer.Ordinal);

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
        Host = kubelet.Host(Node);
        foreach (JsonObject volume in pod.Objects("spec", "volumes"))
        {
            _volumes[volume.Text("name") ?? ""] = volume switch
            {
                _ when volume.Text("hostPath", "path") is { } path => (Host.Files, path.TrimEnd('/'), false),
                _ when volume.Text("persistentVolumeClaim", "claimName") is { } claim => (kubelet.Claimed(_namespace, claim), "", volume.Flag("persistentVolumeClaim", "readOnly") == true),
                _ => (new FileTree(), "", volume.Any(source => source.Key is "configMap" or "downwardAPI" or "image" or "projected" or "secret")),
            };
        }
        if ((bool?)spec["hostPID"] == true) _shared = Host.View.Processes;
        else if ((bool?)spec["shareProcessNamespace"] == true)
        {
            _shared = new ProcessTable();
            _shared.Add(new ProcessEntry { User = new ContainerUser(65535, 65535, [65535]), Arguments = ["/pause"] });
        }
    }

    internal string Node { get; }

    /// <summary>The machine that it is on.</summary>
    internal NodeHost Host { get; }

    internal string HostIp { get; }

    internal string Hostname { get; }

    internal ClusterNetwork.PodNetwork Network { get; }

    internal ContainerIdentity Identity(string container) => new(_namespace, _name, container);

    /// <summary>What a container of an image has of files: the image's, and the volumes that it mounts.</summary>
    internal ContainerFiles FilesFor(JsonObject container, ContainerImage image)
    {
        List<ContainerFiles.Mount> mounts = [];
        foreach (JsonObject mount in container.Objects("volumeMounts"))
        {
            if (mount.Text("mountPath") is not { } path || !_volumes.TryGetValue(mount.Text("name") ?? "", out (FileTree Tree, string Inside, bool ReadOnly) volume)) continue;
            string inside = mount.Text("subPath") is { Length: > 0 } part ? $"{volume.Inside}/{part.Trim('/')}" : volume.Inside;
            mounts.Add(new ContainerFiles.Mount("/" + path.Trim('/'), volume.Tree, inside, volume.ReadOnly || mount.Flag("readOnly") == true));
        }
        return new ContainerFiles(ContainerFiles.ImageRoot(image.Programs), container.Flag("securityContext", "readOnlyRootFilesystem") == true, [.. mounts]);
    }

    /// <summary>The PID namespace of a container: the pod's or node's shared one, its target's, or one of its own.</summary>
    internal ProcessTable ProcessesFor(ContainerRecord? target) => _shared ?? target?.View?.Processes ?? new ProcessTable();
}
