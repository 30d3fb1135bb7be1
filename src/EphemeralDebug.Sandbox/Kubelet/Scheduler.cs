using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Picks a node for a pod: selector, taints, cordons, host ports and volume claims count, room does not.</summary>
internal sealed class Scheduler(ObjectStore store)
{
    /// <summary>The node's name, or why there is none, in the scheduler's words.</summary>
    internal (string? Node, string? Message) Pick(JsonObject pod, int turn)
    {
        IReadOnlyList<JsonObject> nodes = store.List(ResourceType.Nodes, null).Items;
        if (nodes.Count == 0) return (null, "no nodes available to schedule pods");
        string? missing = VolumeClaims.NamesOf(pod).FirstOrDefault(claim => store.Get(ResourceType.PersistentVolumeClaims, pod.Namespace(), claim) is null);
        if (missing is not null) return (null, Message(nodes.Count, [$"persistentvolumeclaim \"{missing}\" not found"], ["Preemption is not helpful for scheduling"]));
        bool shares = HostPort.Of(pod).Count > 0 || VolumeClaims.NamesOf(pod).Any();
        List<JsonObject> pods = !shares ? [] : [.. store.List(ResourceType.Pods, null).Items.Where(other => !ReferenceEquals(other, pod) && VolumeClaims.IsHeldBy(other))];
        List<JsonObject> fit = [];
        List<string> reasons = [], preemptions = [];
        foreach (JsonObject node in nodes)
        {
            string? lasting = Objection(pod, node);
            string? passing = lasting is null ? Occupied(pod, node, pods) : null;
            if (lasting is null && passing is null) fit.Add(node);
            if (lasting is not null) reasons.Add(lasting);
            if (passing is not null) reasons.Add(passing);
            preemptions.Add(lasting is not null ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod");
        }
        return fit.Count > 0 ? (fit[turn % fit.Count].Name(), null) : (null, Message(nodes.Count, Counted(reasons), preemptions));
    }

    /// <summary>Why a node cannot have a pod, whatever else runs there; null where it can.</summary>
    internal static string? Objection(JsonObject pod, JsonObject node)
    {
        if (node.Flag("spec", "unschedulable") == true && !Tolerated(pod, new JsonObject { ["key"] = "node.kubernetes.io/unschedulable", ["effect"] = "NoSchedule" })) return "node(s) were unschedulable";
        if (!IsSelected(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
        bool tolerated = node.Objects("spec", "taints").All(taint => taint.Text("effect") == "PreferNoSchedule" || Tolerated(pod, taint));
        return tolerated ? null : "node(s) had untolerated taint(s)";
    }

    /// <summary>Whether a pod's node selector is for a node.</summary>
    internal static bool IsSelected(JsonObject pod, JsonObject node) =>
        pod.At("spec", "nodeSelector") is not JsonObject selector || selector.All(label => node.Text("metadata", "labels", label.Key) == (string?)label.Value);

    private string? Occupied(JsonObject pod, JsonObject node, List<JsonObject> pods)
    {
        if (HostPort.Of(pod) is { Count: > 0 } ports && pods.Where(other => other.Text("spec", "nodeName") == node.Name()).SelectMany(HostPort.Of).Any(taken => ports.Any(taken.Clashes)))
            return "node(s) didn't have free ports for the requested pod ports";
        List<string> exclusive = [.. VolumeClaims.NamesOf(pod).Where(claim => VolumeClaims.HasMode(store.Get(ResourceType.PersistentVolumeClaims, pod.Namespace(), claim), "ReadWriteOncePod"))];
        bool used = pods.Exists(other => other.Namespace() == pod.Namespace() && other.Text("spec", "nodeName") is { Length: > 0 } && VolumeClaims.NamesOf(other).Any(exclusive.Contains));
        return used ? "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode" : null;
    }

    private static string Message(int nodes, IEnumerable<string> reasons, IEnumerable<string> preemptions) =>
        $"0/{nodes} nodes are available: {string.Join(", ", reasons)}. no new claims to deallocate, "
        + $"preemption: 0/{nodes} nodes are available: {string.Join(", ", preemptions.Count() == 1 ? preemptions.Select(reason => $"{nodes} {reason}") : Counted(preemptions))}.";

    private static IEnumerable<string> Counted(IEnumerable<string> reasons) =>
        reasons.GroupBy(reason => reason).Select(group => $"{group.Count()} {group.Key}").Order(StringComparer.Ordinal);

    private static bool Tolerated(JsonObject pod, JsonNode taint) => ((pod["spec"]?["tolerations"] as JsonArray) ?? []).OfType<JsonObject>().Any(toleration =>
    {
        string key = (string?)toleration["key"] ?? "", effect = (string?)toleration["effect"] ?? "", value = (string?)toleration["value"] ?? "";
        if (effect.Length > 0 && effect != (string?)taint["effect"]) return false;
        if ((string?)toleration["operator"] == "Exists") return key.Length == 0 || key == (string?)taint["key"];
        return key == (string?)taint["key"] && value == ((string?)taint["value"] ?? "");
    });
}
