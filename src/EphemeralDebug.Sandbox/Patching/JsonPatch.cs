using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;

namespace EphemeralDebug.Sandbox.Patching;

/// <summary>JSON patches (RFC 6902).</summary>
internal static class JsonPatch
{
    internal static JsonNode Apply(JsonNode original, JsonNode patch)
    {
        if (patch is not JsonArray operations) throw StatusException.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        JsonNode document = original.DeepClone();
        foreach (JsonNode? operation in operations) document = Apply(document, operation as JsonObject ?? throw StatusException.Unprocessable());
        return document;
    }

    private static JsonNode Apply(JsonNode document, JsonObject operation)
    {
        string[] path = Split(operation["path"]);
        switch ((string?)operation["op"])
        {
            case "add":
                return Add(document, path, operation["value"]?.DeepClone());
            case "remove":
                Remove(document, path);
                return document;
            case "replace":
                _ = Find(document, path);
                if (path.Length == 0) return operation["value"]?.DeepClone() ?? throw StatusException.Unprocessable();
                Put(Find(document, path[..^1]), path[^1], operation["value"]?.DeepClone());
                return document;
            case "move":
                string[] from = Split(operation["from"]);
                JsonNode? moved = Find(document, from)?.DeepClone();
                Remove(document, from);
                return Add(document, path, moved);
            case "copy":
                return Add(document, path, Find(document, Split(operation["from"]))?.DeepClone());
            case "test":
                return JsonNode.DeepEquals(Find(document, path), operation["value"]) ? document : throw StatusException.Unprocessable();
            default:
                throw StatusException.Unprocessable();
        }
    }

    private static JsonNode Add(JsonNode document, string[] path, JsonNode? value)
    {
        if (path.Length == 0) return value ?? throw StatusException.Unprocessable();
        JsonNode? parent = Find(document, path[..^1]);
        if (parent is JsonArray list) list.Insert(path[^1] == "-" ? list.Count : Index(path[^1], list.Count), value);
        else Put(parent, path[^1], value);
        return document;
    }

    private static void Put(JsonNode? parent, string name, JsonNode? value)
    {
        if (parent is JsonObject target) target[name] = value;
        else if (parent is JsonArray list) list[Index(name, list.Count - 1)] = value;
        else throw StatusException.Unprocessable();
    }

    private static void Remove(JsonNode document, string[] path)
    {
        if (path.Length == 0) throw StatusException.Unprocessable();
        JsonNode? parent = Find(document, path[..^1]);
        if (parent is JsonObject target && target.Remove(path[^1])) return;
        if (parent is not JsonArray list) throw StatusException.Unprocessable();
        list.RemoveAt(Index(path[^1], list.Count - 1));
    }

    private static JsonNode? Find(JsonNode? node, string[] path)
    {
        foreach (string step in path)
        {
            node = node switch
            {
                JsonObject target when target.TryGetPropertyValue(step, out JsonNode? child) => child,
                JsonArray list => list[Index(step, list.Count - 1)],
                _ => throw StatusException.Unprocessable(),
            };
        }
        return node;
    }

    private static int Index(string text, int last) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= last ? index : throw StatusException.Unprocessable();

    private static string[] Split(JsonNode? pointer)
    {
        string text = (string?)pointer ?? throw StatusException.Unprocessable();
        if (text.Length == 0) return [];
        if (text[0] != '/') throw StatusException.Unprocessable();
        return [.. text[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }
}
