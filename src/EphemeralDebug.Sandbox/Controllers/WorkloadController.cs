using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Selectors;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>
/// Keeps the pods of replica sets, stateful sets and daemon sets at their number and, where a template has changed, replaces those made
/// from the old one; and counts them in the owners' statuses.
/// </summary>
internal sealed class WorkloadController(ObjectStore store, PodDeletion deletion, TimeProvider time) : IController
{
    private static readonly ResourceType[] s_owners = [ResourceType.ReplicaSets, ResourceType.StatefulSets, ResourceType.DaemonSets];
    private static readonly (string, string)[] s_daemonTolerations =
    [
        ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"), ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
    ];

    private readonly Dictionary<string, string> _firstRevisions = new(StringComparer.Ordinal);

    public void ReconcileAll()
    {
        foreach (ResourceType type in s_owners)
        {
            foreach (JsonObject owner in store.List(type, null).Items) Reconcile(type, owner);
        }
    }

    public void Reconcile(StoreEvent change)
    {
        if (s_owners.Contains(change.Resource))
        {
            if (change.Type != "DELETED") Reconcile(change.Resource, change.Object);
            return;
        }
        if (change.Resource == ResourceType.Nodes && change.Type != "MODIFIED")
        {
            foreach (JsonObject owner in store.List(ResourceType.DaemonSets, null).Items) Reconcile(ResourceType.DaemonSets, owner);
        }
        if (change.Resource != ResourceType.Pods) return;
        if (Controller(change.Object) is not { } reference)
        {
            if (change.Type != "DELETED") Adopt(change.Object);
            return;
        }
        ResourceType? type = Array.Find(s_owners, candidate => candidate.Kind == reference.Text("kind"));
        if (type is null || store.Get(type, change.Object.Namespace(), reference.Text("name") ?? "") is not { } found) return;
        if (change.Type != "DELETED" && found.Text("metadata", "uid") == reference.Text("uid")) Release(found, change.Object);
        Reconcile(type, found);
    }

    /// <summary>Whether an object is under the control of the owner with this uid.</summary>
    internal static bool IsOwned(JsonObject value, string uid) => Controller(value)?.Text("uid") == uid;

    private void Reconcile(ResourceType type, JsonObject seen)
    {
        string ns = seen.Namespace()!, name = seen.Name();
        // The event may be old; what counts is what is there.
        if (store.Get(type, ns, name) is not { } owner || owner.At("spec", "template", "spec") is null) return;
        string uid = owner.Text("metadata", "uid") ?? "";
        List<JsonObject> pods = [.. store.List(ResourceType.Pods, ns).Items.Where(pod => IsOwned(pod, uid))];
        // A pod that is being deleted no longer counts, nor does one that failed; a name in use cannot be taken again.
        List<JsonObject> alive = [.. pods.Where(pod => pod["metadata"]!["deletionTimestamp"] is null && pod.Text("status", "phase") is not ("Failed" or "Succeeded"))];
        int wanted = (int)(JsonNumber.Read(owner["spec"]!["replicas"]) ?? 1);
        string revision = TemplateHash.Of(owner["spec"]!["template"]!);
        _firstRevisions.TryAdd(uid, revision);
        // A pod that was stored without the label counts as made from the template that its owner had at first.
        bool IsOld(JsonObject pod) => !(pod.Text("metadata", "labels", TemplateHash.Revision) ?? _firstRevisions[uid]).EndsWith(revision, StringComparison.Ordinal);
        if (type == ResourceType.ReplicaSets)
        {
            for (int i = alive.Count; i < wanted; i++) Create(type, owner, $"{name}-{Suffix()}", node: null, revision);
            foreach (JsonObject surplus in alive.OrderBy(IsReady).ThenByDescending(pod => pod.Text("metadata", "creationTimestamp"), StringComparer.Ordinal).Take(alive.Count - wanted).ToList())
            {
                deletion.Delete(surplus);
            }
        }
        else if (type == ResourceType.StatefulSets)
        {
            for (int i = 0; i < wanted; i++)
            {
                if (pods.TrueForAll(pod => pod.Name() != $"{name}-{i}")) Create(type, owner, $"{name}-{i}", node: null, revision);
            }
            // One at a time, the highest first, and only while the others are well.
            bool well = pods.Count == wanted && alive.Count == wanted;
            JsonObject? next = alive.Where(IsOld).OrderByDescending(pod => Ordinal(pod.Name())).FirstOrDefault();
            if (well && next is not null && alive.TrueForAll(pod => pod == next || IsReady(pod))) deletion.Delete(next);
        }
        else
        {
            JsonObject template = (JsonObject)owner["spec"]!["template"]!.DeepClone();
            AddTolerations((JsonObject)template["spec"]!);
            IReadOnlyList<JsonObject> all = store.List(ResourceType.Nodes, null).Items;
            List<string> nodes = [.. all.Where(node => Scheduler.Objection(template, node) is null).Select(node => node.Name())];
            wanted = nodes.Count;
            foreach (string node in nodes.Where(node => pods.TrueForAll(pod => pod.Text("spec", "nodeName") != node || pod.Text("status", "phase") is "Failed" or "Succeeded")))
            {
                Create(type, owner, $"{name}-{Suffix()}", node, revision);
            }
            // A taint that came later drives no pod away.
            foreach (JsonObject lost in alive.Where(pod => !all.Any(node => node.Name() == pod.Text("spec", "nodeName") && Scheduler.IsSelected(template, node)))) deletion.Delete(lost);
            JsonObject? next = alive.FirstOrDefault(IsOld);
            if (next is not null && pods.Count == wanted && alive.Count == wanted && alive.TrueForAll(pod => pod == next || IsReady(pod))) deletion.Delete(next);
        }
        Count(type, ns, name, wanted, revision, alive, IsOld);
    }

    private void Create(ResourceType type, JsonObject owner, string name, string? node, string revision)
    {
        // Nothing is created in a namespace that is on its way out.
        if (store.Get(ResourceType.Namespaces, null, owner.Namespace()!)?.At("metadata", "deletionTimestamp") is not null) return;
        JsonObject template = (JsonObject)owner["spec"]!["template"]!.DeepClone();
        JsonObject metadata = template["metadata"] as JsonObject ?? [];
        JsonObject spec = (JsonObject)template["spec"]!.DeepClone();
        if (node is not null)
        {
            spec["nodeName"] = node;
            AddTolerations(spec);
        }
        JsonObject labels = (JsonObject?)metadata["labels"]?.DeepClone() ?? [];
        if (type != ResourceType.ReplicaSets) labels[TemplateHash.Revision] = type == ResourceType.StatefulSets ? $"{owner.Name()}-{revision}" : revision;
        if (type == ResourceType.StatefulSets)
        {
            labels["apps.kubernetes.io/pod-index"] = name[(owner.Name().Length + 1)..];
            labels["statefulset.kubernetes.io/pod-name"] = name;
        }
        JsonObject created = new()
        {
            ["name"] = name,
            ["generateName"] = $"{owner.Name()}-",
            ["namespace"] = owner.Namespace(),
            ["uid"] = Guid.NewGuid().ToString(),
            ["generation"] = 1,
            ["creationTimestamp"] = ContainerState.Timestamp(time.GetUtcNow()),
            ["labels"] = labels,
        };
        if (metadata["annotations"] is { } annotations) created["annotations"] = annotations.DeepClone();
        created["ownerReferences"] = new JsonArray(Reference(type, owner));
        store.Create(ResourceType.Pods, new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = created,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodStatus.QosClass(spec) },
        });
    }

    /// <summary>Daemons stay where other pods would have to go.</summary>
    private static void AddTolerations(JsonObject spec)
    {
        if (spec["tolerations"] is not JsonArray tolerations) spec["tolerations"] = tolerations = [];
        foreach ((string condition, string effect) in s_daemonTolerations)
        {
            tolerations.Add((JsonNode)new JsonObject { ["key"] = "node.kubernetes.io/" + condition, ["operator"] = "Exists", ["effect"] = effect });
        }
    }

    /// <summary>A pod whose labels its owner no longer selects is let go: it runs on, and is replaced.</summary>
    private void Release(JsonObject owner, JsonObject pod)
    {
        if (LabelSelector.Of(owner.At("spec", "selector"))?.Matches(pod) != false) return;
        string uid = owner.Text("metadata", "uid") ?? "";
        store.Update(ResourceType.Pods, pod.Namespace(), pod.Name(), found =>
        {
            JsonArray references = found["metadata"]!["ownerReferences"] as JsonArray ?? [];
            foreach (JsonObject reference in references.OfType<JsonObject>().Where(reference => reference.Text("uid") == uid).ToList()) references.Remove(reference);
            if (references.Count == 0) (found["metadata"] as JsonObject)!.Remove("ownerReferences");
        });
    }

    /// <summary>A pod that nobody controls belongs to the replica set that selects it.</summary>
    private void Adopt(JsonObject pod)
    {
        if (pod["metadata"]!["deletionTimestamp"] is not null || pod.Text("status", "phase") is "Failed" or "Succeeded") return;
        JsonObject? owner = store.List(ResourceType.ReplicaSets, pod.Namespace()).Items.FirstOrDefault(set =>
            LabelSelector.Of(set.At("spec", "selector")) is { SelectsAll: false } selector && selector.Matches(pod));
        if (owner is null) return;
        store.Update(ResourceType.Pods, pod.Namespace(), pod.Name(), found =>
        {
            if (Controller(found) is not null) return;
            JsonArray references = found["metadata"]!["ownerReferences"] as JsonArray ?? [];
            found["metadata"]!["ownerReferences"] = references;
            references.Add((JsonNode)Reference(ResourceType.ReplicaSets, owner));
        });
    }

    private void Count(ResourceType type, string ns, string name, int wanted, string revision, List<JsonObject> pods, Func<JsonObject, bool> isOld) => store.Update(type, ns, name, owner =>
    {
        int ready = pods.Count(IsReady), updated = pods.Count(pod => !isOld(pod));
        JsonObject status = owner["status"] as JsonObject ?? [];
        owner["status"] = status;
        status["observedGeneration"] = JsonNumber.Read(owner["metadata"]!["generation"]) ?? 1;
        if (type == ResourceType.DaemonSets)
        {
            status["currentNumberScheduled"] = pods.Count;
            status["desiredNumberScheduled"] = wanted;
            status["numberReady"] = ready;
            status["numberAvailable"] = ready;
            status["updatedNumberScheduled"] = updated;
            status["numberMisscheduled"] = 0;
            return;
        }
        status["replicas"] = pods.Count;
        status["readyReplicas"] = ready;
        status["availableReplicas"] = ready;
        if (type == ResourceType.ReplicaSets) return;
        status["updatedReplicas"] = updated;
        status["updateRevision"] = $"{name}-{revision}";
        if (updated == wanted && ready == wanted) status["currentRevision"] = $"{name}-{revision}";
        else status["currentRevision"] ??= $"{name}-{revision}";
    });

    private static JsonObject? Controller(JsonObject value) => value.Objects("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller") == true);

    private static JsonObject Reference(ResourceType type, JsonObject owner) => new()
    {
        ["apiVersion"] = type.ApiVersion,
        ["kind"] = type.Kind,
        ["name"] = owner.Name(),
        ["uid"] = owner.Text("metadata", "uid"),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    private static int Ordinal(string pod) => int.TryParse(pod[(pod.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture, out int ordinal) ? ordinal : 0;

    internal static bool IsReady(JsonObject pod) =>
        pod.Objects("status", "conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    /// <summary>Five characters of the alphabet that Kubernetes makes names from: no vowels, no look-alikes.</summary>
    private static string Suffix() => RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
}
