using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Patching;

/// <summary>Fields that the server does not know: it drops them, and warns or refuses as fieldValidation asks.</summary>
internal static class UnknownFields
{
    /// <summary>Removes unknown fields from a value in place and gives their paths, such as <c>spec.ephemeralContainers[0].bogusField</c>.</summary>
    internal static List<string> Drop(JsonObject value, Schema schema)
    {
        List<string> found = [];
        Drop(value, schema, "", found);
        return found;
    }

    private static void Drop(JsonNode? value, Schema schema, string path, List<string> found)
    {
        if (value is JsonArray list && schema.Items is { } items)
        {
            for (int i = 0; i < list.Count; i++) Drop(list[i], items, $"{path}[{i}]", found);
        }
        if (value is not JsonObject fields || schema.Fields is null) return;
        foreach ((string name, JsonNode? child) in fields.ToList())
        {
            Schema field = schema.Field(name);
            string place = path.Length == 0 ? name : $"{path}.{name}";
            if (ReferenceEquals(field, Schema.Unknown))
            {
                found.Add(place);
                fields.Remove(name);
            }
            else Drop(child, field, place, found);
        }
    }
}
