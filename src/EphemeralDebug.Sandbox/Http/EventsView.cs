using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>The same events under events.k8s.io/v1, where their fields have other names; for reading only.</summary>
internal sealed class EventsView(ObjectStore store)
{
    internal Task HandleAsync(ApiRequest request)
    {
        if (request.Info.Verb == "get")
        {
            JsonObject one = store.Get(ResourceType.Events, request.Info.Namespace, request.Info.Name!)
                ?? throw StatusException.NotFound("events.k8s.io", "events", request.Info.Name!);
            JsonObject answer = new() { ["kind"] = "Event", ["apiVersion"] = "events.k8s.io/v1" };
            foreach ((string name, JsonNode? value) in Renamed(one)) answer[name] = value?.DeepClone();
            return Answer.JsonAsync(request.Context, 200, answer);
        }
        if (request.Info.Verb != "list") throw StatusException.MethodNotAllowed();
        (IReadOnlyList<JsonObject> items, long version) = store.List(ResourceType.Events, request.Info.Namespace);
        return Answer.JsonAsync(request.Context, 200, new JsonObject
        {
            ["kind"] = "EventList",
            ["apiVersion"] = "events.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            ["items"] = new JsonArray([.. items.Select(item => (JsonNode)Renamed(item))]),
        });
    }

    private static JsonObject Renamed(JsonObject item)
    {
        JsonObject renamed = [];
        foreach ((string name, JsonNode? value) in item)
        {
            string? now = name switch
            {
                "kind" or "apiVersion" => null,
                "involvedObject" => "regarding",
                "message" => "note",
                "source" => "deprecatedSource",
                "firstTimestamp" => "deprecatedFirstTimestamp",
                "lastTimestamp" => "deprecatedLastTimestamp",
                "count" => "deprecatedCount",
                "reportingComponent" => "reportingController",
                _ => name,
            };
            if (now is not null) renamed[now] = value?.DeepClone();
        }
        return renamed;
    }
}
