using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Selectors;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Counts, in the status of each disruption budget, how many of its pods are well and how many may be evicted.</summary>
internal sealed class DisruptionController(ObjectStore store, TimeProvider time) : IController
{
    public void ReconcileAll()
    {
        foreach (JsonObject budget in store.List(ResourceType.PodDisruptionBudgets, null).Items) Reconcile(budget);
    }

    public void Reconcile(StoreEvent change)
    {
        if (change.Type == "DELETED" && change.Resource == ResourceType.PodDisruptionBudgets) return;
        if (change.Resource == ResourceType.PodDisruptionBudgets) Reconcile(change.Object);
        else if (change.Resource == ResourceType.Pods)
        {
            foreach (JsonObject budget in store.List(ResourceType.PodDisruptionBudgets, change.Object.Namespace()).Items) Reconcile(budget);
        }
    }

    /// <summary>The budgets of a pod.</summary>
    internal IReadOnlyList<JsonObject> BudgetsOf(JsonObject pod) => [.. store.List(ResourceType.PodDisruptionBudgets, pod.Namespace()).Items
        .Where(budget => LabelSelector.Of(budget.At("spec", "selector"))?.Matches(pod) == true)];

    /// <summary>The budget's status as its pods are now.</summary>
    internal JsonObject Status(JsonObject budget)
    {
        LabelSelector? selector = LabelSelector.Of(budget.At("spec", "selector"));
        List<JsonObject> pods = [.. store.List(ResourceType.Pods, budget.Namespace()).Items.Where(pod => selector?.Matches(pod) == true && pod.Text("status", "phase") is not ("Succeeded" or "Failed"))];
        int healthy = pods.Count(pod => pod.At("metadata", "deletionTimestamp") is null && WorkloadController.IsReady(pod));
        JsonNode? least = budget.At("spec", "minAvailable"), most = budget.At("spec", "maxUnavailable");
        // A number asks for pods, whoever made them; a part, and what may be missing, are of what the pods' owners want.
        int expected = least is not null && JsonNumber.Read(least) is not null ? pods.Count : WantedByOwners(pods);
        int desired = most is not null ? Math.Max(0, expected - (IntOrPercent.Scale(most, expected, roundUp: true) ?? 0)) : IntOrPercent.Scale(least, expected, roundUp: true) ?? 0;
        int allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        JsonObject? before = budget.Objects("status", "conditions").FirstOrDefault();
        string status = allowed > 0 ? "True" : "False";
        return new JsonObject
        {
            ["observedGeneration"] = budget.Number("metadata", "generation") ?? 1,
            ["disruptionsAllowed"] = allowed,
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = desired,
            ["expectedPods"] = expected,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "DisruptionAllowed",
                ["status"] = status,
                ["observedGeneration"] = budget.Number("metadata", "generation") ?? 1,
                ["lastTransitionTime"] = before.Text("status") == status ? before.Text("lastTransitionTime") : KubernetesJson.Time(time.GetUtcNow()),
                ["reason"] = allowed > 0 ? "SufficientPods" : "InsufficientPods",
                ["message"] = "",
            }),
        };
    }

    private void Reconcile(JsonObject budget)
    {
        JsonObject status = Status(budget);
        store.Update(ResourceType.PodDisruptionBudgets, budget.Namespace(), budget.Name(), found => found["status"] = status);
    }

    private int WantedByOwners(List<JsonObject> pods)
    {
        Dictionary<string, int> wanted = [];
        foreach (JsonObject pod in pods)
        {
            if (ControllerOf(pod) is not { } owner) continue;
            if (owner.Text("kind") == "ReplicaSet" && ControllerOf(owner) is { } deployment) owner = deployment;
            wanted[owner.Text("metadata", "uid") ?? ""] = (int)(owner.Number("spec", "replicas") ?? 1);
        }
        return wanted.Values.Sum();
    }

    private JsonObject? ControllerOf(JsonObject value)
    {
        JsonObject? reference = value.Objects("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller") == true);
        ResourceType? type = ResourceType.All.FirstOrDefault(candidate => candidate.Kind == reference.Text("kind"));
        return type is null ? null : store.Get(type, value.Namespace(), reference.Text("name") ?? "");
    }
}
