using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>What is no resource: /api, /apis (plain and aggregated), /version, /readyz, and a little OpenAPI.</summary>
internal static class Discovery
{
    /// <summary>The version says that this server is simulated; clients read 1.36.2 out of it.</summary>
    internal const string GitVersion = "v1.36.2+sandbox";

    internal static Task HandleAsync(ApiRequest request)
    {
        if (request.Info.Verb != "get") throw StatusException.MethodNotAllowed();
        string[] parts = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["version"] => Answer.JsonAsync(request.Context, 200, Version()),
            ["readyz" or "livez" or "healthz"] => Answer.TextAsync(request.Context, 200, request.Context.Request.Query.ContainsKey("verbose")
                ? $"[+]ping ok\n[+]log ok\n[+]shutdown ok\n{parts[0]} check passed\n" : "ok"),
            ["api"] => Aggregated(request) ? AggregatedAsync(request, [""]) : Answer.JsonAsync(request.Context, 200, ApiVersions(request)),
            ["apis"] => Aggregated(request) ? AggregatedAsync(request, DiscoveryCatalog.Groups) : Answer.JsonAsync(request.Context, 200, GroupList()),
            ["api", "v1"] => Answer.JsonAsync(request.Context, 200, ResourceList("")),
            ["apis", var group] when DiscoveryCatalog.Groups.Contains(group) => Answer.JsonAsync(request.Context, 200, OneGroup(group)),
            ["apis", var group, "v1"] when DiscoveryCatalog.Groups.Contains(group) => Answer.JsonAsync(request.Context, 200, ResourceList(group)),
            ["openapi", "v3"] => Answer.JsonAsync(request.Context, 200, OpenApi.Root()),
            ["openapi", "v3", "api", "v1"] => Answer.JsonAsync(request.Context, 200, OpenApi.Document("")!),
            ["openapi", "v3", "apis", var group, "v1"] when OpenApi.Document(group) is { } document => Answer.JsonAsync(request.Context, 200, document),
            _ => Answer.BytesAsync(request.Context, 404, Encoding.UTF8.GetBytes("404 page not found\n"), "text/plain; charset=utf-8"),
        };
    }

    private static bool Aggregated(ApiRequest request) => AnswerFormat.Of(request.Context.Request.Headers.Accept) == AnswerForm.AggregatedDiscovery;

    private static Task AggregatedAsync(ApiRequest request, IReadOnlyList<string> groups)
    {
        request.Context.Response.Headers.CacheControl = "public";
        request.Context.Response.Headers.Vary = "Accept";
        return Answer.JsonAsync(request.Context, 200, DiscoveryCatalog.Aggregated(groups), "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    }

    private static JsonObject ApiVersions(ApiRequest request) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = request.Context.Request.Host.Value }),
    };

    private static JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. DiscoveryCatalog.Groups.Select(group => (JsonNode)DiscoveryCatalog.Group(group))]),
    };

    private static JsonObject OneGroup(string name)
    {
        JsonObject group = DiscoveryCatalog.Group(name);
        group.Insert(0, "kind", "APIGroup");
        group.Insert(1, "apiVersion", "v1");
        return group;
    }

    private static JsonObject ResourceList(string group)
    {
        JsonObject list = DiscoveryCatalog.ResourceList(group);
        if (list["apiVersion"] is null) list.Remove("apiVersion");
        return list;
    }

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["emulationMajor"] = "1",
        ["emulationMinor"] = "36",
        ["minCompatibilityMajor"] = "1",
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "0000000000000000000000000000000000000000",
        ["gitTreeState"] = "simulated",
        ["buildDate"] = "2026-07-24T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "none",
        ["platform"] = "EphemeralDebug/sandbox",
    };
}
