using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>Nodes as kubectl get shows them.</summary>
internal static class NodeTable
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    internal static readonly TableLayout Layout = new(
    [
        TableLayout.Name, new TableColumn("Status"), new TableColumn("Roles"), TableLayout.Age, new TableColumn("Version"),
        new TableColumn("Internal-IP", 1), new TableColumn("External-IP", 1), new TableColumn("OS-Image", 1),
        new TableColumn("Kernel-Version", 1), new TableColumn("Container-Runtime", 1),
    ],
    (node, now) =>
    [
        node.Name(), Status(node), Roles(node), HumanDuration.Since(node.Text("metadata", "creationTimestamp"), now),
        node.Text("status", "nodeInfo", "kubeletVersion") ?? "", Address(node, "InternalIP"), Address(node, "ExternalIP"),
        node.Text("status", "nodeInfo", "osImage") ?? "<unknown>", node.Text("status", "nodeInfo", "kernelVersion") ?? "<unknown>",
        node.Text("status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>",
    ]);

    private static string Status(JsonObject node)
    {
        string ready = node.Objects("status", "conditions").FirstOrDefault(condition => condition.Text("type") == "Ready")?.Text("status") switch
        {
            "True" => "Ready",
            null => "Unknown",
            _ => "NotReady",
        };
        return node.Flag("spec", "unschedulable") is true ? $"{ready},SchedulingDisabled" : ready;
    }

    private static string Roles(JsonObject node)
    {
        if (node.At("metadata", "labels") is not JsonObject labels) return "<none>";
        List<string> roles = [.. labels.Where(label => label.Key.StartsWith(RolePrefix, StringComparison.Ordinal)).Select(label => label.Key[RolePrefix.Length..]).Order(StringComparer.Ordinal)];
        return roles.Count == 0 ? "<none>" : string.Join(',', roles);
    }

    private static string Address(JsonObject node, string type) =>
        node.Objects("status", "addresses").FirstOrDefault(address => address.Text("type") == type)?.Text("address") ?? "<none>";
}
