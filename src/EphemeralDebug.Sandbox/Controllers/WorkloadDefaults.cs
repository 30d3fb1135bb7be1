using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>What the server fills in for workloads and volume claims, as far as somebody here looks at it.</summary>
internal static class WorkloadDefaults
{
    internal static void Apply(ResourceType type, JsonObject value)
    {
        if (type == ResourceType.PersistentVolumeClaims) value["status"] = new JsonObject { ["phase"] = "Pending" };
        if (value["spec"] is not JsonObject spec) return;
        if (type == ResourceType.Deployments) spec["strategy"] ??= JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}""");
        if (type == ResourceType.StatefulSets) spec["updateStrategy"] ??= JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"partition":0}}""");
        if (type == ResourceType.DaemonSets) spec["updateStrategy"] ??= JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}""");
        if (type == ResourceType.Deployments || type == ResourceType.ReplicaSets || type == ResourceType.StatefulSets) spec["replicas"] ??= 1;
    }
}
