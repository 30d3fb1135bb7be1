using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using EphemeralDebug.Sandbox.Tables;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Objects as a meta.k8s.io/v1 Table, which is what kubectl get shows.</summary>
internal sealed class TablePrinter(TimeProvider clock)
{
    internal JsonObject Print(ResourceType type, IReadOnlyList<JsonObject> items, JsonObject metadata, string? includeObject, bool columns = true)
    {
        TableLayout layout = TableLayout.For(type);
        DateTimeOffset now = clock.GetUtcNow();
        JsonArray rows = [];
        foreach (JsonObject item in items)
        {
            JsonObject row = new() { ["cells"] = new JsonArray([.. layout.Cells(item, now)]) };
            if (includeObject != "None") row["object"] = Included(type, item, whole: includeObject == "Object");
            rows.Add((JsonNode)row);
        }
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = columns ? new JsonArray([.. layout.Columns.Select(column => (JsonNode)column.ToJson())]) : [],
            ["rows"] = rows,
        };
    }

    private static JsonObject Included(ResourceType type, JsonObject item, bool whole)
    {
        if (!whole)
            return new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = item["metadata"]!.DeepClone() };
        JsonObject copy = new() { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion };
        foreach ((string name, JsonNode? value) in item)
        {
            if (name is not ("kind" or "apiVersion")) copy[name] = value?.DeepClone();
        }
        return copy;
    }
}
