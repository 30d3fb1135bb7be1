using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Keeps the pods of replica sets, stateful sets and daemon sets at their number, and counts them in the owners' statuses.</summary>
internal sealed class WorkloadController(ObjectStore store, TimeProvider time)
{
    private static readonly ResourceType[] s_owners = [ResourceType.ReplicaSets, ResourceType.StatefulSets, ResourceType.DaemonSets];

    internal void ReconcileAll()
    {
        foreach (ResourceType type in s_owners)
        {
            foreach (JsonObject owner in store.List(type, null).Items) Reconcile(type, owner);
        }
    }

    /// <summary>Looks at what a change of the store asks for.</summary>
    internal void Reconcile(StoreEvent change)
    {
        if (s_owners.Contains(change.Resource))
        {
            if (change.Type != "DELETED") Reconcile(change.Resource, change.Object);
            return;
        }
        if (change.Resource != ResourceType.Pods) return;
        JsonNode? reference = ((change.Object["metadata"]!["ownerReferences"] as JsonArray) ?? []).FirstOrDefault(owner => (bool?)owner?["controller"] == true);
        ResourceType? type = Array.Find(s_owners, candidate => candidate.Kind == (string?)reference?["kind"]);
        if (type is null || store.Get(type, (string?)change.Object["metadata"]!["namespace"], (string)reference!["name"]!) is not { } found) return;
        Reconcile(type, found);
    }

    private void Reconcile(ResourceType type, JsonObject owner)
    {
        string ns = (string)owner["metadata"]!["namespace"]!, name = (string)owner["metadata"]!["name"]!, uid = (string)owner["metadata"]!["uid"]!;
        List<JsonObject> pods = [.. store.List(ResourceType.Pods, ns).Items.Where(pod => IsOwned(pod, uid))];
        // A pod that is being deleted no longer counts, nor does one that failed; a name in use cannot be taken again.
        List<JsonObject> alive = [.. pods.Where(pod => pod["metadata"]!["deletionTimestamp"] is null && (string?)pod["status"]?["phase"] is not ("Failed" or "Succeeded"))];
        int wanted = (int)(JsonNumber.Read(owner["spec"]!["replicas"]) ?? 1);
        if (type == ResourceType.ReplicaSets)
        {
            for (int i = alive.Count; i < wanted; i++) Create(type, owner, $"{name}-{Suffix()}", node: null);
        }
        else if (type == ResourceType.StatefulSets)
        {
            for (int i = 0; i < wanted; i++)
            {
                if (pods.TrueForAll(pod => (string?)pod["metadata"]!["name"] != $"{name}-{i}")) Create(type, owner, $"{name}-{i}", node: null);
            }
        }
        else
        {
            List<string> nodes = [.. store.List(ResourceType.Nodes, null).Items.Select(node => (string)node["metadata"]!["name"]!)];
            wanted = nodes.Count;
            foreach (string node in nodes.Where(node => alive.TrueForAll(pod => (string?)pod["spec"]?["nodeName"] != node))) Create(type, owner, $"{name}-{Suffix()}", node);
        }
        int ready = alive.Count(IsReady);
        Count(type, ns, name, wanted, alive.Count, ready);
        if (type == ResourceType.ReplicaSets && (string?)(owner["metadata"]!["ownerReferences"] as JsonArray)?[0]?["name"] is { } deployment)
        {
            Count(ResourceType.Deployments, ns, deployment, wanted, alive.Count, ready);
        }
    }

    private void Create(ResourceType type, JsonObject owner, string name, string? node)
    {
        JsonObject template = (JsonObject)owner["spec"]!["template"]!.DeepClone();
        JsonObject metadata = template["metadata"] as JsonObject ?? [];
        JsonObject spec = (JsonObject)template["spec"]!.DeepClone();
        if (node is not null) spec["nodeName"] = node;
        JsonObject labels = (JsonObject?)metadata["labels"]?.DeepClone() ?? [];
        if (type == ResourceType.StatefulSets) labels["statefulset.kubernetes.io/pod-name"] = name;
        JsonObject created = new()
        {
            ["name"] = name,
            ["generateName"] = $"{(string?)owner["metadata"]!["name"]}-",
            ["namespace"] = (string?)owner["metadata"]!["namespace"],
            ["uid"] = Guid.NewGuid().ToString(),
            ["generation"] = 1,
            ["creationTimestamp"] = ContainerState.Timestamp(time.GetUtcNow()),
            ["labels"] = labels,
        };
        if (metadata["annotations"] is { } annotations) created["annotations"] = annotations.DeepClone();
        created["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["name"] = (string?)owner["metadata"]!["name"],
            ["uid"] = (string?)owner["metadata"]!["uid"],
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
        store.Create(ResourceType.Pods, new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = created,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodStatus.QosClass(spec) },
        });
    }

    private void Count(ResourceType type, string ns, string name, int wanted, int current, int ready) => store.Update(type, ns, name, owner =>
    {
        JsonObject status = owner["status"] as JsonObject ?? [];
        owner["status"] = status;
        status["observedGeneration"] = JsonNumber.Read(owner["metadata"]!["generation"]) ?? 1;
        if (type == ResourceType.DaemonSets)
        {
            status["currentNumberScheduled"] = current;
            status["desiredNumberScheduled"] = wanted;
            status["numberReady"] = ready;
            status["numberAvailable"] = ready;
            status["updatedNumberScheduled"] = current;
            status["numberMisscheduled"] = 0;
            return;
        }
        status["replicas"] = current;
        status["readyReplicas"] = ready;
        status["availableReplicas"] = ready;
        if (type != ResourceType.ReplicaSets) status["updatedReplicas"] = current;
    });

    private static bool IsOwned(JsonObject pod, string uid) =>
        ((pod["metadata"]!["ownerReferences"] as JsonArray) ?? []).Any(owner => (string?)owner?["uid"] == uid && (bool?)owner["controller"] == true);

    private static bool IsReady(JsonObject pod) =>
        ((pod["status"]?["conditions"] as JsonArray) ?? []).Any(condition => (string?)condition?["type"] == "Ready" && (string?)condition["status"] == "True");

    /// <summary>Five characters of the alphabet that Kubernetes makes names from: no vowels, no look-alikes.</summary>
    private static string Suffix() => RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
}
