using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Hands an authorised request to whom it is for.</summary>
internal sealed class Router(ListHandler lists, WatchHandler watches, ObjectHandler objects, PodHandler pods, ReviewHandler reviews, EventsView events, CancellationToken serverStops)
{
    internal Task RouteAsync(ApiRequest request)
    {
        RequestInfo info = request.Info;
        if (info.Resource is null) return Discovery.HandleAsync(request);
        if (info.Group is "authorization.k8s.io" or "authentication.k8s.io" && info.Version == "v1") return reviews.HandleAsync(request);
        if (info is { Group: "events.k8s.io", Version: "v1", Resource: "events", Subresource: null }) return events.HandleAsync(request);
        if (info.Type is not { } type) throw StatusException.NoSuchResource();
        if (type == ResourceType.Pods && info.Subresource is not null) return pods.HandleAsync(request);
        if (info.Subresource is not null)
        {
            return info is { Subresource: "status", Verb: "get" } ? objects.GetAsync(request, type) : throw StatusException.NoSuchResource();
        }
        if (type.Namespaced && info.Namespace is null && info.Verb is not ("list" or "watch")) throw StatusException.MethodNotAllowed();
        return info.Verb switch
        {
            "get" => objects.GetAsync(request, type),
            "list" => lists.HandleAsync(request, type),
            "watch" => watches.HandleAsync(request, type, serverStops),
            "create" when info.Name is null => objects.CreateAsync(request, type),
            "patch" or "update" when info.Name is not null => objects.ChangeAsync(request, type),
            "delete" => objects.DeleteAsync(request, type),
            "deletecollection" => DeleteAll(request, type),
            _ => throw StatusException.MethodNotAllowed(),
        };
    }

    private Task DeleteAll(ApiRequest request, ResourceType type)
    {
        JsonObject? options = request.ReadObject();
        JsonArray deleted = [];
        foreach (JsonObject item in lists.Select(request, type)) deleted.Add(objects.Delete(request, type, item, options).DeepClone());
        return Answer.JsonAsync(request.Context, 200, new JsonObject
        {
            ["kind"] = $"{type.Kind}List", ["apiVersion"] = type.ApiVersion, ["metadata"] = new JsonObject(), ["items"] = deleted,
        });
    }
}
