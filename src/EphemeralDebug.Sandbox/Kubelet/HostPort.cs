using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>A port of the node that a pod asks for.</summary>
internal sealed record HostPort(long Port, string Protocol, string Address)
{
    internal static IReadOnlyList<HostPort> Of(JsonObject pod)
    {
        bool hostNetwork = pod.Flag("spec", "hostNetwork") == true;
        return [.. pod.Objects("spec", "containers").SelectMany(container => container.Objects("ports"))
            .Select(port => new HostPort(port.Number("hostPort") ?? (hostNetwork ? port.Number("containerPort") : null) ?? 0, port.Text("protocol") ?? "TCP", port.Text("hostIP") ?? "0.0.0.0"))
            .Where(port => port.Port > 0)];
    }

    internal bool Clashes(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address is "0.0.0.0" or "" || other.Address is "0.0.0.0" or "");
}
