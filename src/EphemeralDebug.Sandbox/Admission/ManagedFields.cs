using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Patching;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>
/// metadata.managedFields: who set which field. A manager gets what it adds or changes, and whoever had it loses it. After
/// sigs.k8s.io/structured-merge-diff, without the conflicts of server-side apply.
/// </summary>
internal static class ManagedFields
{
    private static readonly HashSet<string> s_unmanaged =
    [
        "apiVersion", "kind", "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields", "selfLink", "generateName",
    ];

    /// <summary>Writes the managedFields of <paramref name="now"/>, which came out of <paramref name="before"/> by this manager's request.</summary>
    internal static void Track(JsonObject? before, JsonObject now, Schema schema, ResourceType type, string manager, string? subresource, DateTimeOffset time, JsonObject? applied = null)
    {
        string operation = applied is null ? "Update" : "Apply";
        // A new pod's metadata, spec and containers are there even when nobody gave them, so nobody owns their existence.
        JsonObject start = before ?? new JsonObject
        {
            ["metadata"] = new JsonObject(), ["spec"] = new JsonObject { ["containers"] = new JsonArray() }, ["status"] = new JsonObject(),
        };
        // Who applies owns what the configuration names, and nothing that the server filled in.
        JsonObject changed = applied is null ? Changes(start, now, schema, top: true) : Changes(new JsonObject(), applied, schema, top: true);
        if (applied is not null) KeepItemsOnly(changed);
        JsonArray entries = before.At("metadata", "managedFields")?.DeepClone() as JsonArray ?? [];
        JsonObject? mine = null;
        foreach (JsonObject entry in entries.OfType<JsonObject>().ToList())
        {
            JsonObject owned = entry["fieldsV1"] as JsonObject ?? [];
            if (entry.Text("manager") == manager && entry.Text("operation") == operation && entry.Text("subresource") == subresource) mine = entry;
            else Subtract(owned, changed);
            KeepExisting(owned, now, schema);
            if (owned.Count == 0 && entry != mine) entries.Remove(entry);
        }
        if (changed.Count > 0)
        {
            if (mine is null)
            {
                mine = new JsonObject { ["manager"] = manager, ["operation"] = operation, ["apiVersion"] = type.ApiVersion };
                entries.Add((JsonNode)mine);
            }
            mine["time"] = KubernetesJson.Time(time);
            mine["fieldsType"] = "FieldsV1";
            mine["fieldsV1"] = applied is not null ? changed : Unite(mine["fieldsV1"]?.DeepClone() as JsonObject ?? [], changed);
            if (subresource is not null) mine["subresource"] = subresource;
        }
        JsonObject metadata = now.Ensure("metadata");
        metadata.Remove("managedFields");
        if (entries.Count == 0) return;
        IEnumerable<JsonObject> sorted = entries.OfType<JsonObject>()
            .OrderBy(entry => entry.Text("operation") != "Apply").ThenBy(entry => entry.Text("time"), StringComparer.Ordinal).ThenBy(entry => entry.Text("manager"), StringComparer.Ordinal);
        metadata["managedFields"] = new JsonArray([.. sorted.Select(entry => entry.DeepClone())]);
    }

    /// <summary>The fields of a value as a fieldsV1 tree, for an access review's managedFields.</summary>
    internal static JsonObject Changes(JsonObject before, JsonObject now, Schema schema, bool top = false)
    {
        JsonObject set = [];
        foreach ((string name, JsonNode? value) in now)
        {
            if (s_unmanaged.Contains(name) && (top || ReferenceEquals(schema, PodSchema.Metadata))) continue;
            JsonNode? old = before[name];
            if (JsonNode.DeepEquals(old, value)) continue;
            Compare(old, value, schema.Field(name), set, $"f:{name}");
        }
        return set;
    }

    private static void Compare(JsonNode? old, JsonNode? value, Schema schema, JsonObject set, string step)
    {
        JsonObject? inner = null;
        if (value is JsonObject fields && (schema.Fields is not null || schema.Open) && !schema.Atomic && fields.Count > 0)
            inner = Changes(old as JsonObject ?? [], fields, schema);
        else if (value is JsonArray list && schema.OwnerKeys.Count > 0 && schema.Items is { } items)
        {
            inner = [];
            foreach (JsonObject item in list.OfType<JsonObject>())
            {
                string key = Key(item, schema.OwnerKeys);
                JsonObject? same = (old as JsonArray)?.OfType<JsonObject>().FirstOrDefault(other => Key(other, schema.OwnerKeys) == key);
                if (same is null || !JsonNode.DeepEquals(same, item)) Compare(same, item, items, inner, $"k:{key}");
            }
        }
        else if (value is JsonArray scalars && schema.MergesScalars)
        {
            inner = [];
            foreach (JsonNode? item in scalars) inner[$"v:{item?.ToJsonString() ?? "null"}"] = new JsonObject();
        }
        if (inner is null) set[step] = new JsonObject();
        else
        {
            JsonObject owned = [];
            if (old is null) owned["."] = new JsonObject();
            foreach ((string name, JsonNode? child) in inner) owned[name] = child?.DeepClone();
            if (owned.Count > 0) set[step] = owned;
        }
    }

    /// <summary>An applied configuration owns the existence of list items, not of the objects and lists on the way to them.</summary>
    private static void KeepItemsOnly(JsonObject set)
    {
        foreach ((string step, JsonNode? child) in set.ToList())
        {
            if (child is not JsonObject inner) continue;
            KeepItemsOnly(inner);
            if (!step.StartsWith("k:", StringComparison.Ordinal) && inner.Remove(".") && inner.Count == 0) set.Remove(step);
        }
    }

    private static string Key(JsonObject item, IReadOnlyList<string> keys)
    {
        JsonObject key = [];
        foreach (string name in keys.Order(StringComparer.Ordinal)) key[name] = item[name]?.DeepClone();
        return key.ToJsonString(KubernetesJson.Serializer);
    }

    private static JsonObject Unite(JsonObject owned, JsonObject added)
    {
        foreach ((string step, JsonNode? child) in added)
        {
            owned[step] = owned[step] is JsonObject mine && child is JsonObject more ? Unite((JsonObject)mine.DeepClone(), more) : child?.DeepClone();
        }
        return owned;
    }

    private static void Subtract(JsonObject owned, JsonObject taken)
    {
        foreach ((string step, JsonNode? child) in taken)
        {
            if (owned[step] is not JsonObject mine || child is not JsonObject gone) continue;
            if (gone.Count == 0)
            {
                owned.Remove(step);
                continue;
            }
            Subtract(mine, gone);
            if (mine.Count == 0) owned.Remove(step);
        }
    }

    /// <summary>Forgets the ownership of what is no longer there.</summary>
    private static void KeepExisting(JsonObject owned, JsonNode? value, Schema schema)
    {
        foreach ((string step, JsonNode? child) in owned.ToList())
        {
            if (step == "." || child is not JsonObject inner) continue;
            // A field that is there and null (lastProbeTime) is owned like any other.
            bool exists = true;
            JsonNode? there = null;
            Schema part = Schema.Leaf;
            if (step.StartsWith("f:", StringComparison.Ordinal))
            {
                exists = value is JsonObject fields && fields.TryGetPropertyValue(step[2..], out there);
                part = schema.Field(step[2..]);
            }
            else if (step.StartsWith("k:", StringComparison.Ordinal) && JsonNode.Parse(step[2..]) is JsonObject key)
            {
                there = (value as JsonArray)?.OfType<JsonObject>().FirstOrDefault(item => key.All(field => JsonNode.DeepEquals(item[field.Key], field.Value)));
                exists = there is not null;
                part = schema.Items ?? Schema.Leaf;
            }
            if (!exists) owned.Remove(step);
            else if (inner.Count > 0) KeepExisting(inner, there, part);
        }
    }
}
