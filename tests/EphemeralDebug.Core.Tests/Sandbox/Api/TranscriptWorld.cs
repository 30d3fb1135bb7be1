using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Puts into a sandbox's store what the genuine server had when a transcript was recorded, taken from the transcripts themselves.</summary>
internal static class TranscriptWorld
{
    internal static void Namespaces(ObjectStore store)
    {
        store.Create(ResourceType.Namespaces, FoundingWorld.Namespace("cap"));
        store.Create(ResourceType.Namespaces, FoundingWorld.Namespace("baseline",
            ("pod-security.kubernetes.io/enforce", "baseline"), ("pod-security.kubernetes.io/warn", "restricted")));
        store.Create(ResourceType.Namespaces, FoundingWorld.Namespace("restricted", ("pod-security.kubernetes.io/enforce", "restricted")));
    }

    /// <summary>Forgets all but the namespaces, and lays out the objects that the transcript needs.</summary>
    internal static void Prepare(ObjectStore store, Transcript transcript)
    {
        foreach (ResourceType type in new[] { ResourceType.Pods, ResourceType.Nodes, ResourceType.Events })
        {
            foreach (JsonObject item in store.List(type, null).Items) store.Remove(type, type.Namespaced ? item.Namespace() : null, item.Name());
        }
        foreach (JsonObject pod in Usual()) store.Create(ResourceType.Pods, pod);
        if (transcript.ResponseBody is not JsonObject answer) return;
        if ((string?)answer["kind"] == "Pod") Put(store, ResourceType.Pods, transcript.Method == "GET" ? answer : Before(transcript, answer));
        if ((string?)answer["kind"] == "Node") Put(store, ResourceType.Nodes, answer);
        ResourceType? items = (string?)answer["kind"] switch
        {
            "PodList" => ResourceType.Pods,
            "NodeList" => ResourceType.Nodes,
            "EventList" when transcript.Path.StartsWith("/api/v1", StringComparison.Ordinal) => ResourceType.Events,
            _ => null,
        };
        if (items is null) return;
        foreach (JsonObject item in answer["items"]!.AsArray().OfType<JsonObject>()) Put(store, items, item);
    }

    internal static void Put(ObjectStore store, ResourceType type, JsonObject value)
    {
        store.Remove(type, type.Namespaced ? value.Namespace() : null, value.Name());
        store.Create(type, value);
    }

    /// <summary>The pods that most requests are about.</summary>
    private static IEnumerable<JsonObject> Usual()
    {
        JsonObject web = Transcript.Load("pod-after-several-ephemerals").Answer;
        yield return web;
        yield return Transcript.Load("patch-success-json-patch-append").Answer;
        yield return WithoutEphemeral(Transcript.Load("psa-baseline-allowed-with-warning-header").Answer);
        yield return WithoutEphemeral(Transcript.Load("psa-restricted-allowed").Answer);
        JsonObject sockets = Renamed(WithoutEphemeral(web), "cap", "sockets");
        sockets["metadata"]!["labels"]!["app"] = "sockets";
        yield return sockets;
        JsonObject mirror = Renamed(WithoutEphemeral(web), "default", "static-web-realk8s-node");
        mirror["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "5f0b7d", ["kubernetes.io/config.source"] = "file" };
        yield return mirror;
    }

    /// <summary>The pod as it was before the transcript's request: without the containers that the request brought, and without their owner.</summary>
    private static JsonObject Before(Transcript transcript, JsonObject after)
    {
        if (transcript.Name.Contains("noop", StringComparison.Ordinal)) return after;
        JsonObject before = (JsonObject)after.DeepClone();
        JsonArray list = before["spec"]!["ephemeralContainers"]!.AsArray();
        HashSet<string> brought = transcript.Method == "PUT" ? ["viaput"] : Brought(JsonNode.Parse(transcript.RequestBody!)!);
        foreach (JsonNode container in list.Where(item => brought.Contains((string)item!["name"]!)).ToList()!) list.Remove(container);
        if (list.Count == 0) before["spec"]!.AsObject().Remove("ephemeralContainers");
        before["metadata"]!["generation"] = (int)before["metadata"]!["generation"]! - 1;
        JsonArray owners = before["metadata"]!["managedFields"]!.AsArray();
        foreach (JsonObject owner in owners.OfType<JsonObject>().ToList())
        {
            if (owner["fieldsV1"]?["f:spec"]?["f:ephemeralContainers"] is not JsonObject owned) continue;
            foreach (string name in brought) owned.Remove($"k:{{\"name\":\"{name}\"}}");
            if (owned.Count == 0 || (owned.Count == 1 && owned.ContainsKey(".") && list.Count == 0)) owners.Remove(owner);
        }
        return before;
    }

    private static HashSet<string> Brought(JsonNode body) => body switch
    {
        JsonArray operations => [.. operations.SelectMany(operation => operation!["value"] is JsonArray many ? many.AsEnumerable() : new[] { operation["value"] }).Select(item => (string)item!["name"]!)],
        _ => [.. body["spec"]!["ephemeralContainers"]!.AsArray().Select(item => (string)item!["name"]!)],
    };

    private static JsonObject WithoutEphemeral(JsonObject pod)
    {
        JsonObject copy = (JsonObject)pod.DeepClone();
        copy["spec"]!.AsObject().Remove("ephemeralContainers");
        copy["status"]!.AsObject().Remove("ephemeralContainerStatuses");
        return copy;
    }

    private static JsonObject Renamed(JsonObject pod, string ns, string name)
    {
        pod["metadata"]!["namespace"] = ns;
        pod["metadata"]!["name"] = name;
        return pod;
    }
}
