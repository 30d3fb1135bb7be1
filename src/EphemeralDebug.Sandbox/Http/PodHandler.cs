using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Controllers;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>The subresources of pods: ephemeralcontainers and eviction here; log, attach and exec on the node.</summary>
internal sealed class PodHandler(ObjectStore store, ObjectHandler objects, ObjectWriter writer, INodeAgent agent, DisruptionController disruptions, Authorizer authorizer)
{
    // Two evictions at once must not both take the last disruption that a budget allows.
    private readonly Lock _evicting = new();

    internal Task HandleAsync(ApiRequest request) => (request.Info.Subresource, request.Info.Verb) switch
    {
        ("ephemeralcontainers", "get") => objects.GetAsync(request, ResourceType.Pods),
        ("ephemeralcontainers", "patch" or "update") => ChangeEphemeralContainersAsync(request),
        ("status", "get") => objects.GetAsync(request, ResourceType.Pods),
        ("eviction", "create") => EvictAsync(request),
        ("log", "get") => agent.LogAsync(request.Context, objects.Find(request, ResourceType.Pods)),
        ("attach", "get" or "create") => StreamAsync(request, agent.AttachAsync),
        ("exec", "get" or "create") => StreamAsync(request, agent.ExecAsync),
        ("ephemeralcontainers" or "status" or "eviction" or "log" or "attach" or "exec", _) => throw StatusException.MethodNotAllowed(),
        _ => throw StatusException.NoSuchResource(),
    };

    private Task ChangeEphemeralContainersAsync(ApiRequest request)
    {
        JsonObject changed = objects.Change(request, ResourceType.Pods, "ephemeralcontainers", (before, now) =>
        {
            // Everything but the list is what it was: other edits are silently ignored.
            JsonNode? list = now.At("spec", "ephemeralContainers")?.DeepClone();
            JsonObject pod = (JsonObject)before.DeepClone();
            now.Clear();
            foreach ((string name, JsonNode? value) in pod) now[name] = value?.DeepClone();
            JsonObject spec = now.Ensure("spec");
            if (list is JsonArray { Count: > 0 }) spec["ephemeralContainers"] = list;
            else spec.Remove("ephemeralContainers");
            foreach (JsonObject container in spec.Objects("ephemeralContainers")) PodDefaults.Container(container);
            FieldError.ThrowIfAny(EphemeralContainerValidation.Check(before, now), ResourceType.Pods, before.Name());
            PodSecurityAdmission.Judge(request, store.Get(ResourceType.Namespaces, null, before.Namespace() ?? ""), now);
        });
        return writer.WriteAsync(request, 200, ResourceType.Pods, changed);
    }

    private Task EvictAsync(ApiRequest request)
    {
        JsonObject eviction = request.ReadObject() ?? throw StatusException.BadRequest("EOF");
        if (eviction.Name() is { Length: > 0 } name && name != request.Info.Name)
            throw StatusException.BadRequest("name in URL does not match name in Eviction object");
        JsonObject? options = eviction["deleteOptions"] as JsonObject;
        lock (_evicting)
        {
            JsonObject pod = objects.Find(request, ResourceType.Pods);
            // What does not run, or is leaving anyway, is no disruption.
            if (pod.Text("status", "phase") is not ("Succeeded" or "Failed" or "Pending") && pod.At("metadata", "deletionTimestamp") is null) CheckBudget(pod);
            objects.Delete(request, ResourceType.Pods, pod, options, MarkEvicted);
        }
        return Answer.JsonAsync(request.Context, 201, ObjectHandler.Success());
    }

    private void CheckBudget(JsonObject pod)
    {
        IReadOnlyList<JsonObject> budgets = disruptions.BudgetsOf(pod);
        if (budgets.Count == 0) return;
        if (budgets.Count > 1) throw StatusException.TwoBudgets();
        JsonObject budget = budgets[0], status = disruptions.Status(budget);
        long healthy = status.Number("currentHealthy")!.Value, desired = status.Number("desiredHealthy")!.Value;
        if (!WorkloadController.IsReady(pod)
            && (budget.Text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" || (healthy >= desired && desired > 0))) return;
        if (status.Number("disruptionsAllowed") > 0) return;
        throw StatusException.EvictionRefused(healthy <= desired
            ? $"The disruption budget {budget.Name()} needs {desired} healthy pods and has {healthy} currently"
            : $"The disruption budget {budget.Name()} does not allow evicting pods currently");
    }

    private static void MarkEvicted(JsonObject pod)
    {
        JsonObject status = pod.Ensure("status");
        JsonArray conditions = status["conditions"] as JsonArray ?? [];
        status["conditions"] = conditions;
        conditions.Add((JsonNode)PodStatus.NewCondition(null, PodStatus.DisruptionTarget, isTrue: true, "EvictionByEvictionAPI", "Eviction API: evicting",
            pod.Number("metadata", "generation"), DateTimeOffset.UtcNow));
    }

    private Task StreamAsync(ApiRequest request, Func<HttpContext, JsonObject, Task> stream)
    {
        HttpContext context = request.Context;
        bool webSocket = context.WebSockets.IsWebSocketRequest;
        // Since 1.35 a WebSocket, which is a GET, needs the verb create too; the genuine server gives no reason then.
        if (webSocket && !authorizer.Resource(request.User, "create", "", "pods", request.Info.Subresource, request.Info.Namespace, request.Info.Name).Allowed)
            throw StatusException.Forbidden("", "pods", request.Info.Name, "");
        JsonObject pod = objects.Find(request, ResourceType.Pods);
        if (!webSocket && context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
            throw StatusException.BadRequest("Upgrade request required");
        if (!webSocket) throw StatusException.BadRequest("the sandbox streams over WebSockets only");
        return stream(context, pod);
    }
}
