using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Patching;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>What a PATCH or PUT makes of the stored object, by the type of its body.</summary>
internal sealed record PatchBody(JsonObject Result, JsonNode Sent, JsonObject? Applied, string ResourceVersion, string Kind, string ApiVersion)
{
    internal const string Apply = "application/apply-patch+yaml";

    internal static PatchBody Read(ApiRequest request, JsonObject before, Schema schema, ResourceType type)
    {
        PatchBody Made(JsonNode? result, JsonNode sent, string asked, JsonObject? applied = null) => new(
            result as JsonObject ?? throw StatusException.Unprocessable(), sent, applied, asked, type.Kind, type.ApiVersion);

        if (request.Info.Verb == "update")
        {
            JsonObject whole = request.ReadObject() ?? throw StatusException.BadRequest("EOF");
            if (whole.Name() != before.Name())
                throw StatusException.BadRequest($"the name of the object ({whole.Name()}) does not match the name on the URL ({before.Name()})");
            return Made(whole, whole, whole.ResourceVersion());
        }
        switch (request.ContentType)
        {
            case "application/strategic-merge-patch+json":
                JsonObject strategic = request.ParseJson() as JsonObject ?? throw StatusException.BadRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
                return Made(StrategicMergePatch.Apply(before, strategic, schema), strategic, strategic.ResourceVersion());
            case "application/merge-patch+json":
                JsonObject merge = request.ParseJson() as JsonObject ?? throw StatusException.BadRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
                return Made(MergePatch.Apply(before, merge), merge, merge.ResourceVersion());
            case "application/json-patch+json":
                JsonNode operations = request.ParseJson();
                JsonNode patched = JsonPatch.Apply(before, operations);
                string version = patched.ResourceVersion();
                return Made(patched, operations, version == before.ResourceVersion() ? "" : version);
            case Apply:
                JsonObject applied = JsonNode.Parse(ApplyAsJson(request.Body)) as JsonObject ?? throw StatusException.BadRequest("error decoding YAML");
                return Made(StrategicMergePatch.Apply(before, WithOrder(applied, before), schema), applied, applied.ResourceVersion(), applied);
            default:
                throw StatusException.UnsupportedMediaType();
        }
    }

    /// <summary>The sandbox takes the JSON form of YAML only, which is what programs send.</summary>
    internal static byte[] ApplyAsJson(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return body;
        }
        catch (JsonException)
        {
            throw StatusException.BadRequest("error decoding YAML: the sandbox takes apply patches written as JSON only");
        }
    }

    /// <summary>Warns of fields that the server does not know, or refuses them (fieldValidation=Strict).</summary>
    internal void CheckUnknown(ApiRequest request, List<string> unknown, ResourceType type)
    {
        if (unknown.Count == 0 || request.Query("fieldValidation") == "Ignore") return;
        if (request.Query("fieldValidation") != "Strict")
        {
            foreach (string path in unknown) request.Warn($"unknown field \"{path}\"");
            return;
        }
        string error = $"strict decoding error: {string.Join(", ", unknown.Select(path => $"unknown field \"{path}\""))}";
        if (request.Info.Verb == "update")
            throw StatusException.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {error}");
        string message = $"Invalid value: \"{GoMap(Sent)}\": {error}";
        throw new StatusException(422, "Invalid", $" \"\" is invalid: patch: {message}", new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "FieldValueInvalid", ["message"] = message, ["field"] = "patch" }),
        });
    }

    // Server-side apply keeps the order of the live list and appends; a strategic merge would put new items first.
    private static JsonObject WithOrder(JsonObject applied, JsonObject before)
    {
        JsonObject copy = (JsonObject)applied.DeepClone();
        if (copy["spec"] is not JsonObject spec) return copy;
        foreach (string list in new[] { "containers", "initContainers", "ephemeralContainers", "volumes" })
        {
            if (spec[list] is not JsonArray items) continue;
            IEnumerable<string?> names = before.Objects("spec", list).Concat(items.OfType<JsonObject>()).Select(item => item.Text("name")).Distinct();
            spec[$"$setElementOrder/{list}"] = new JsonArray([.. names.Select(name => (JsonNode)new JsonObject { ["name"] = name })]);
        }
        return copy;
    }

    /// <summary>A value as Go's <c>%v</c> prints it: <c>map[a:1 b:[x y]]</c>, keys sorted.</summary>
    private static string GoMap(JsonNode? value) => value switch
    {
        null => "<nil>",
        JsonObject fields => $"map[{string.Join(' ', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{GoMap(field.Value)}"))}]",
        JsonArray items => $"[{string.Join(' ', items.Select(GoMap))}]",
        JsonValue text when text.TryGetValue(out string? content) => content,
        _ => value.ToJsonString(),
    };
}
