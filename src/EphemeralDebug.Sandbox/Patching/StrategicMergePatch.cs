using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;

namespace EphemeralDebug.Sandbox.Patching;

/// <summary>
/// Strategic merge patches: lists merge by key, <c>$patch</c>, <c>$setElementOrder/…</c>, <c>$deleteFromPrimitiveList/…</c> and
/// <c>$retainKeys</c> are honoured. After k8s.io/apimachinery/pkg/util/strategicpatch, the order of list items included.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Order = "$setElementOrder/";
    private const string DeleteScalars = "$deleteFromPrimitiveList/";

    internal static JsonObject Apply(JsonObject original, JsonObject patch, Schema schema)
    {
        if (patch["$patch"] is { } directive)
        {
            if ((string?)directive == "replace")
            {
                JsonObject replaced = (JsonObject)patch.DeepClone();
                replaced.Remove("$patch");
                return replaced;
            }
            if ((string?)directive == "delete") return [];
            if ((string?)directive != "merge") throw StatusException.BadRequest($"unknown patch type found: {directive}");
        }
        JsonObject merged = (JsonObject)original.DeepClone();
        if (patch["$retainKeys"] is JsonArray retained)
        {
            HashSet<string?> keep = [.. retained.Select(name => (string?)name)];
            foreach (string name in merged.Select(field => field.Key).Where(name => !keep.Contains(name)).ToList()) merged.Remove(name);
        }
        foreach ((string name, JsonNode? value) in patch)
        {
            if (name is "$patch" or "$retainKeys") continue;
            if (name.StartsWith(Order, StringComparison.Ordinal))
            {
                string list = name[Order.Length..];
                // Where the patch brings the list too, its own branch below puts it in order.
                if (patch[list] is null && merged[list] is JsonArray alone && value is JsonArray order)
                    merged[list] = Arrange([], [.. alone.Select(item => item!.DeepClone())], order, alone, schema.Field(list).MergeKey);
                continue;
            }
            if (name.StartsWith(DeleteScalars, StringComparison.Ordinal))
            {
                string list = name[DeleteScalars.Length..];
                if (merged[list] is JsonArray scalars && value is JsonArray gone)
                    merged[list] = new JsonArray([.. scalars.Where(item => !gone.Any(other => JsonNode.DeepEquals(item, other))).Select(item => item?.DeepClone())]);
                continue;
            }
            Schema field = schema.Field(name);
            if (value is null) merged.Remove(name);
            else if (value is JsonObject child) merged[name] = Apply(merged[name] as JsonObject ?? [], child, field);
            else if (value is JsonArray items && field.MergeKey is { } key)
                merged[name] = MergeList(merged[name] as JsonArray ?? [], items, patch[Order + name] as JsonArray, key, field.Items!);
            else if (value is JsonArray scalarItems && field.MergesScalars) merged[name] = Union(merged[name] as JsonArray ?? [], scalarItems);
            else merged[name] = value.DeepClone();
        }
        return merged;
    }

    private static JsonArray MergeList(JsonArray original, JsonArray patch, JsonArray? order, string key, Schema items)
    {
        List<JsonNode> live = [.. original.Select(item => item!.DeepClone())];
        List<JsonNode> brought = [];
        foreach (JsonNode? node in patch)
        {
            JsonObject item = node as JsonObject ?? throw StatusException.BadRequest("expected an object in a list that merges by key");
            if ((string?)item["$patch"] == "replace")
            {
                return new JsonArray([.. patch.OfType<JsonObject>().Where(other => other["$patch"] is null).Select(other => other.DeepClone())]);
            }
            JsonNode id = item[key] ?? throw StatusException.BadRequest($"map: {item.ToJsonString()} does not contain declared merge key: {key}");
            int at = live.FindIndex(other => JsonNode.DeepEquals(other[key], id));
            if ((string?)item["$patch"] == "delete")
            {
                if (at >= 0) live.RemoveAt(at);
                continue;
            }
            JsonObject result = at >= 0 ? Apply((JsonObject)live[at], item, items) : Apply([], item, items);
            if (at >= 0) live.RemoveAt(at);
            brought.Add(result);
        }
        return Arrange(brought, live, order ?? patch, original, key);
    }

    /// <summary>
    /// Weaves the items of the server into those of the patch: the patch's order rules; an item of the server comes before the
    /// first item of the patch that stood behind it on the server. So new items come first where the patch gives no order.
    /// </summary>
    private static JsonArray Arrange(List<JsonNode> brought, List<JsonNode> live, JsonArray order, JsonArray server, string? key)
    {
        if (order.Count > 0)
        {
            List<JsonNode> all = [.. brought, .. live];
            brought = [.. all.Where(item => Index(order, item, key) >= 0).OrderBy(item => Index(order, item, key))];
            live = [.. all.Where(item => Index(order, item, key) < 0)];
        }
        JsonArray result = [];
        int left = 0, right = 0;
        while (left < live.Count || right < brought.Count)
        {
            bool takeLive = right >= brought.Count;
            if (!takeLive && left < live.Count)
            {
                int mine = Index(server, live[left], key), other = Index(server, brought[right], key);
                takeLive = mine >= 0 && other >= 0 && mine < other;
            }
            JsonNode next = takeLive ? live[left++] : brought[right++];
            result.Add(next);
        }
        return result;
    }

    private static int Index(JsonArray list, JsonNode item, string? key)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (key is null ? JsonNode.DeepEquals(list[i], item) : JsonNode.DeepEquals(list[i]?[key], item[key])) return i;
        }
        return -1;
    }

    private static JsonArray Union(JsonArray original, JsonArray patch)
    {
        JsonArray union = (JsonArray)original.DeepClone();
        foreach (JsonNode? item in patch)
        {
            if (!union.Any(other => JsonNode.DeepEquals(other, item))) union.Add(item?.DeepClone());
        }
        return union;
    }
}
