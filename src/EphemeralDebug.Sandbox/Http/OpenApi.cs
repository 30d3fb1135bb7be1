using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>
/// As much OpenAPI v3 as kubectl asks before it sends a file: that each kind takes the parameter fieldValidation, so that the
/// server and not the client looks for unknown fields. There are no schemas in it.
/// </summary>
internal static class OpenApi
{
    internal static JsonObject Root()
    {
        JsonObject paths = [];
        foreach (string group in ResourceType.All.Select(type => type.Group).Distinct())
        {
            string path = group.Length == 0 ? "api/v1" : $"apis/{group}/v1";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
        }
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of a group; null where the sandbox does not have the group.</summary>
    internal static JsonObject? Document(string group)
    {
        JsonObject paths = [];
        foreach (ResourceType type in ResourceType.All.Where(type => type.Group == group))
        {
            string prefix = group.Length == 0 ? "/api/v1" : $"/apis/{group}/v1";
            paths[$"{prefix}/{(type.Namespaced ? "namespaces/{namespace}/" : "")}{type.Plural}/{{name}}"] = new JsonObject
            {
                ["patch"] = new JsonObject
                {
                    ["parameters"] = new JsonArray([.. new[] { "dryRun", "fieldManager", "fieldValidation", "force" }.Select(name =>
                        (JsonNode)new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true } })]),
                    ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                    ["x-kubernetes-action"] = "patch",
                    ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = type.Group, ["kind"] = type.Kind, ["version"] = type.Version },
                },
            };
        }
        return paths.Count == 0 ? null : new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes (EphemeralDebug sandbox)", ["version"] = Discovery.GitVersion },
            ["paths"] = paths,
        };
    }
}
