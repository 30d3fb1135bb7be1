using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>The columns of a kind, and the cells of an object, as the genuine server prints them.</summary>
internal sealed record TableLayout(IReadOnlyList<TableColumn> Columns, Func<JsonObject, DateTimeOffset, JsonNode?[]> Cells)
{
    private const string NameDescription = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
        + "client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration "
        + "definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

    internal static readonly TableColumn Name = new("Name", Format: "name", Description: NameDescription);
    internal static readonly TableColumn Age = new("Age", Description: "How long ago the object was created.");

    internal static TableLayout For(ResourceType type)
    {
        if (type == ResourceType.Pods) return PodTable.Layout;
        if (type == ResourceType.Nodes) return NodeTable.Layout;
        if (type == ResourceType.Events) return EventTable.Layout;
        if (type == ResourceType.Namespaces) return s_namespaces;
        if (type == ResourceType.Deployments) return s_deployments;
        if (type == ResourceType.ReplicaSets) return s_replicaSets;
        if (type == ResourceType.PersistentVolumeClaims) return s_claims;
        if (type == ResourceType.PodDisruptionBudgets) return s_budgets;
        return s_any;
    }

    private static readonly TableLayout s_any = new([Name, new TableColumn("Created At")],
        (item, _) => [item.Name(), item.Text("metadata", "creationTimestamp")]);

    private static readonly TableLayout s_namespaces = new([Name, new TableColumn("Status"), Age],
        (item, now) => [item.Name(), item.Text("status", "phase") ?? "Active", HumanDuration.Since(item.Text("metadata", "creationTimestamp"), now)]);

    private static readonly TableLayout s_deployments = new(
        [Name, new TableColumn("Ready"), new TableColumn("Up-to-date"), new TableColumn("Available"), Age, new TableColumn("Containers", 1), new TableColumn("Images", 1), new TableColumn("Selector", 1)],
        (item, now) =>
        [
            item.Name(),
            $"{item.Number("status", "readyReplicas") ?? 0}/{item.Number("spec", "replicas") ?? 1}",
            item.Number("status", "updatedReplicas") ?? 0,
            item.Number("status", "availableReplicas") ?? 0,
            HumanDuration.Since(item.Text("metadata", "creationTimestamp"), now),
            .. Template(item),
        ]);

    private static readonly TableLayout s_replicaSets = new(
        [Name, new TableColumn("Desired"), new TableColumn("Current"), new TableColumn("Ready"), Age, new TableColumn("Containers", 1), new TableColumn("Images", 1), new TableColumn("Selector", 1)],
        (item, now) =>
        [
            item.Name(),
            item.Number("spec", "replicas") ?? 1,
            item.Number("status", "replicas") ?? 0,
            item.Number("status", "readyReplicas") ?? 0,
            HumanDuration.Since(item.Text("metadata", "creationTimestamp"), now),
            .. Template(item),
        ]);

    private static readonly TableLayout s_claims = new(
        [Name, new TableColumn("Status"), new TableColumn("Volume"), new TableColumn("Capacity"), new TableColumn("Access Modes"), new TableColumn("StorageClass"), new TableColumn("VolumeAttributesClass"), Age, new TableColumn("VolumeMode", 1)],
        (item, now) =>
        [
            item.Name(),
            item.At("metadata", "deletionTimestamp") is not null ? "Terminating" : item.Text("status", "phase") ?? "",
            item.Text("spec", "volumeName") ?? "",
            item.Text("status", "capacity", "storage") ?? "",
            string.Join(',', (item.At("status", "accessModes") as JsonArray ?? []).Select(mode => (string?)mode switch
            {
                "ReadWriteOnce" => "RWO", "ReadOnlyMany" => "ROX", "ReadWriteMany" => "RWX", "ReadWriteOncePod" => "RWOP", var other => other,
            })),
            item.Text("spec", "storageClassName") ?? "",
            item.Text("spec", "volumeAttributesClassName") ?? "<unset>",
            HumanDuration.Since(item.Text("metadata", "creationTimestamp"), now),
            item.Text("spec", "volumeMode") ?? "<unset>",
        ]);

    private static readonly TableLayout s_budgets = new(
        [Name, new TableColumn("Min Available"), new TableColumn("Max Unavailable"), new TableColumn("Allowed Disruptions", Type: "integer"), Age],
        (item, now) =>
        [
            item.Name(),
            item.At("spec", "minAvailable")?.ToString() ?? "N/A",
            item.At("spec", "maxUnavailable")?.ToString() ?? "N/A",
            item.Number("status", "disruptionsAllowed") ?? 0,
            HumanDuration.Since(item.Text("metadata", "creationTimestamp"), now),
        ]);

    private static JsonNode?[] Template(JsonObject item)
    {
        List<JsonObject> containers = [.. item.Objects("spec", "template", "spec", "containers")];
        string selector = item.At("spec", "selector", "matchLabels") is JsonObject labels ? string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")) : "<none>";
        return [string.Join(',', containers.Select(container => container.Text("name"))), string.Join(',', containers.Select(container => container.Text("image"))), selector];
    }
}
