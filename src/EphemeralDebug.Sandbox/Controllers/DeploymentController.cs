using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Keeps one replica set for the template of each deployment, moves the replicas to it within maxSurge and maxUnavailable, and counts them.</summary>
internal sealed class DeploymentController(ObjectStore store, TimeProvider time) : IController
{
    private const string RevisionKey = "deployment.kubernetes.io/revision";

    public void ReconcileAll()
    {
        foreach (JsonObject deployment in store.List(ResourceType.Deployments, null).Items) Reconcile(deployment);
    }

    public void Reconcile(StoreEvent change)
    {
        if (change.Resource == ResourceType.Deployments && change.Type != "DELETED") Reconcile(change.Object);
        JsonObject? set = change.Resource == ResourceType.ReplicaSets ? change.Object
            // Who recreates waits until the last old pod is gone.
            : change.Resource == ResourceType.Pods && change.Type == "DELETED" ? OwnerOf(change.Object, ResourceType.ReplicaSets) : null;
        if (set is not null && OwnerOf(set, ResourceType.Deployments) is { } deployment) Reconcile(deployment);
    }

    private JsonObject? OwnerOf(JsonObject value, ResourceType type) =>
        value.Objects("metadata", "ownerReferences").FirstOrDefault(reference => reference.Text("kind") == type.Kind)?.Text("name") is { } owner
            ? store.Get(type, value.Namespace(), owner) : null;

    private void Reconcile(JsonObject deployment)
    {
        string ns = deployment.Namespace()!, name = deployment.Name();
        // The event may be old; what counts is what is there.
        if (store.Get(ResourceType.Deployments, ns, name) is not { } current || current.At("spec", "template", "spec") is null) return;
        string uid = current.Text("metadata", "uid") ?? "";
        List<JsonObject> sets = [.. store.List(ResourceType.ReplicaSets, ns).Items.Where(set => WorkloadController.IsOwned(set, uid))];
        int wanted = (int)(JsonNumber.Read(current["spec"]!["replicas"]) ?? 1);
        JsonObject? newest = sets.Find(set => TemplateHash.AreSame(set.At("spec", "template"), current.At("spec", "template")));
        bool paused = current.Flag("spec", "paused") == true;
        if (newest is null && !paused)
        {
            // The new set's own event brings the deployment here again.
            CreateSet(current, sets, sets.Count == 0 ? wanted : 0);
            return;
        }
        if (newest is not null && !paused) Roll(current, newest, sets, wanted);
        Count(current, newest, sets, wanted);
    }

    private void Roll(JsonObject deployment, JsonObject newest, List<JsonObject> sets, int wanted)
    {
        List<JsonObject> old = [.. sets.Where(set => !ReferenceEquals(set, newest))];
        int has = Replicas(newest);
        JsonNode? strategy = deployment.At("spec", "strategy");
        if (strategy.Text("type") == "Recreate")
        {
            foreach (JsonObject set in old) Scale(set, 0);
            List<string> owners = [.. old.Select(set => set.Text("metadata", "uid") ?? "")];
            if (!store.List(ResourceType.Pods, deployment.Namespace()).Items.Any(pod => owners.Exists(owner => WorkloadController.IsOwned(pod, owner)))) Scale(newest, wanted);
            return;
        }
        if (old.TrueForAll(set => Replicas(set) == 0))
        {
            Scale(newest, wanted);
            return;
        }
        int surge = IntOrPercent.Scale(strategy.At("rollingUpdate", "maxSurge") ?? "25%", wanted, roundUp: true) ?? 0;
        int missing = IntOrPercent.Scale(strategy.At("rollingUpdate", "maxUnavailable") ?? "25%", wanted, roundUp: false) ?? 0;
        if (surge == 0 && missing == 0) missing = 1;
        int all = sets.Sum(Replicas);
        if (has > wanted) Scale(newest, wanted);
        else if (has < wanted && all < wanted + surge)
        {
            int added = Math.Min(wanted - has, wanted + surge - all);
            Scale(newest, has + added);
            (has, all) = (has + added, all + added);
        }
        int spare = all - (wanted - missing) - (has - Available(newest));
        // What is not available anyway goes first, then what is.
        foreach (JsonObject set in old.OrderBy(set => Available(set) == Replicas(set)))
        {
            int unavailable = Replicas(set) - Available(set);
            int availableNow = sets.Sum(Available);
            int healthySpare = Math.Max(0, availableNow - (wanted - missing));
            int less = Math.Min(Replicas(set), Math.Min(Math.Max(0, spare), unavailable + healthySpare));
            if (less == 0) continue;
            Scale(set, Replicas(set) - less);
            return;
        }
    }

    private void CreateSet(JsonObject deployment, List<JsonObject> sets, int replicas)
    {
        string ns = deployment.Namespace()!, name = deployment.Name();
        JsonObject template = (JsonObject)deployment["spec"]!["template"]!.DeepClone();
        string hash = TemplateHash.Of(template);
        template.Ensure("metadata", "labels")[TemplateHash.PodTemplate] = hash;
        JsonObject selector = (JsonObject?)deployment.At("spec", "selector")?.DeepClone() ?? [];
        selector.Ensure("matchLabels")[TemplateHash.PodTemplate] = hash;
        int revision = 1 + Math.Max(sets.Count, sets.Select(Revision).DefaultIfEmpty().Max());
        string text = revision.ToString(CultureInfo.InvariantCulture);
        store.Create(ResourceType.ReplicaSets, new JsonObject
        {
            ["kind"] = ResourceType.ReplicaSets.Kind,
            ["apiVersion"] = ResourceType.ReplicaSets.ApiVersion,
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{name}-{hash}",
                ["namespace"] = ns,
                ["uid"] = Guid.NewGuid().ToString(),
                ["generation"] = 1,
                ["creationTimestamp"] = ContainerState.Timestamp(time.GetUtcNow()),
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["annotations"] = new JsonObject { [RevisionKey] = text },
                ["ownerReferences"] = new JsonArray(Worlds.Manifest.Owner(deployment)),
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template },
            ["status"] = new JsonObject { ["replicas"] = 0 },
        });
        store.Update(ResourceType.Deployments, ns, name, found => found.Ensure("metadata", "annotations")[RevisionKey] = text);
    }

    private void Scale(JsonObject set, int replicas) => store.Update(ResourceType.ReplicaSets, set.Namespace(), set.Name(), found =>
    {
        if (Replicas(found) == replicas) return;
        found["spec"]!["replicas"] = replicas;
        found["metadata"]!["generation"] = (found.Number("metadata", "generation") ?? 1) + 1;
    });

    private void Count(JsonObject deployment, JsonObject? newest, List<JsonObject> sets, int wanted) =>
        store.Update(ResourceType.Deployments, deployment.Namespace(), deployment.Name(), found =>
        {
            JsonObject status = found["status"] as JsonObject ?? [];
            found["status"] = status;
            int replicas = sets.Sum(set => (int)(set.Number("status", "replicas") ?? 0)), available = sets.Sum(Available);
            int updated = (int)(newest?.Number("status", "replicas") ?? 0);
            status["observedGeneration"] = found.Number("metadata", "generation") ?? 1;
            status["replicas"] = replicas;
            status["updatedReplicas"] = updated;
            status["readyReplicas"] = available;
            status["availableReplicas"] = available;
            if (wanted > available) status["unavailableReplicas"] = wanted - available;
            else status.Remove("unavailableReplicas");
            bool done = updated == wanted && replicas == wanted && available == wanted;
            JsonArray? before = status["conditions"] as JsonArray;
            status["conditions"] = new JsonArray(
                Condition(before, "Available", available >= wanted, available >= wanted ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                    $"Deployment {(available >= wanted ? "has" : "does not have")} minimum availability."),
                Condition(before, "Progressing", true, done ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                    $"ReplicaSet \"{newest?.Name()}\" {(done ? "has successfully progressed" : "is progressing")}."));
        });

    private JsonObject Condition(JsonArray? before, string type, bool isTrue, string reason, string message)
    {
        JsonObject? same = before?.OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
        string now = ContainerState.Timestamp(time.GetUtcNow()), status = isTrue ? "True" : "False";
        bool changed = same?.Text("status") != status || same.Text("reason") != reason;
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastUpdateTime"] = changed ? now : same.Text("lastUpdateTime"),
            ["lastTransitionTime"] = same?.Text("status") == status ? same.Text("lastTransitionTime") : now,
            ["reason"] = reason,
            ["message"] = message,
        };
    }

    private static int Replicas(JsonObject set) => (int)(set.Number("spec", "replicas") ?? 1);

    private static int Available(JsonObject set) => (int)(set.Number("status", "availableReplicas") ?? 0);

    private static int Revision(JsonObject set) =>
        int.TryParse(set.Text("metadata", "annotations", RevisionKey), NumberStyles.None, CultureInfo.InvariantCulture, out int revision) ? revision : 0;
}
