using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;

namespace EphemeralDebug.Sandbox.Worlds;

/// <summary>Nodes as their kubelets report them.</summary>
internal static class SampleNode
{
    private static readonly TimeSpan s_age = TimeSpan.FromDays(3);

    internal static JsonObject Linux(string name, string address, bool controlPlane = false) => Node(name, address, controlPlane, windows: false);

    /// <summary>A Windows Server 2022 node, tainted so that only pods that ask for it come.</summary>
    internal static JsonObject Windows(string name, string address) => Node(name, address, controlPlane: false, windows: true);

    private static JsonObject Node(string name, string address, bool controlPlane, bool windows)
    {
        List<(string, string)> labels = [("kubernetes.io/arch", "amd64"), ("kubernetes.io/os", windows ? "windows" : "linux"), ("kubernetes.io/hostname", name)];
        if (windows) labels.Add(("node.kubernetes.io/windows-build", "10.0.20348"));
        if (controlPlane) labels.Add(("node-role.kubernetes.io/control-plane", ""));
        string since = ContainerState.Timestamp(DateTimeOffset.UtcNow - s_age), now = ContainerState.Timestamp(DateTimeOffset.UtcNow);
        JsonObject room = new() { ["cpu"] = "4", ["ephemeral-storage"] = "100Gi", ["memory"] = "8Gi", ["pods"] = "110" };
        JsonObject spec = [];
        if (controlPlane) spec["taints"] = new JsonArray(new JsonObject { ["key"] = "node-role.kubernetes.io/control-plane", ["effect"] = "NoSchedule" });
        if (windows) spec["taints"] = new JsonArray(new JsonObject { ["key"] = "os", ["value"] = "windows", ["effect"] = "NoSchedule" });
        return new JsonObject
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = Manifest.Metadata(name, null, s_age, [.. labels]),
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["capacity"] = room,
                ["allocatable"] = room.DeepClone(),
                ["conditions"] = new JsonArray(
                    Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                    Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                    Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                    Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = address }, new JsonObject { ["type"] = "Hostname", ["address"] = name }),
                ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } },
                ["nodeInfo"] = new JsonObject
                {
                    ["kernelVersion"] = windows ? "10.0.20348.2762" : "6.12.0-sandbox",
                    ["osImage"] = windows ? "Windows Server 2022 Datacenter (simulated)" : "EphemeralDebug sandbox (simulated)",
                    ["containerRuntimeVersion"] = "containerd://2.1.9",
                    ["kubeletVersion"] = "v1.36.2",
                    ["operatingSystem"] = windows ? "windows" : "linux",
                    ["architecture"] = "amd64",
                },
                ["images"] = new JsonArray([.. ImageCatalogue.Default.All.Where(image => image.OnNodes && image.Windows == windows).Select(image => new JsonObject
                {
                    ["names"] = new JsonArray($"{image.Repository}@{image.Digest}"),
                    ["sizeBytes"] = image.Size,
                })]),
            },
        };

        JsonObject Condition(string type, string status, string reason, string message) => new()
        {
            ["type"] = type,
            ["status"] = status,
            ["lastHeartbeatTime"] = now,
            ["lastTransitionTime"] = since,
            ["reason"] = reason,
            ["message"] = message,
        };
    }
}
