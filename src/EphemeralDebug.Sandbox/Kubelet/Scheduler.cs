using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Picks a node for a pod: selector and taints count, room does not.</summary>
internal static class Scheduler
{
    /// <summary>The node's name, or why there is none, in the scheduler's words.</summary>
    internal static (string? Node, string? Message) Pick(JsonObject pod, IReadOnlyList<JsonObject> nodes, int turn)
    {
        if (nodes.Count == 0) return (null, "no nodes available to schedule pods");
        List<JsonObject> fit = [];
        int unselected = 0;
        Dictionary<string, int> tainted = [];
        foreach (JsonObject node in nodes)
        {
            if (pod["spec"]?["nodeSelector"] is JsonObject selector && !selector.All(label => (string?)node["metadata"]?["labels"]?[label.Key] == (string?)label.Value))
            {
                unselected++;
                continue;
            }
            JsonNode? taint = ((node["spec"]?["taints"] as JsonArray) ?? []).FirstOrDefault(taint => (string?)taint?["effect"] != "PreferNoSchedule" && !Tolerated(pod, taint!));
            if (taint is null) fit.Add(node);
            else
            {
                string key = $"{{{(string?)taint["key"]}: {(string?)taint["value"]}}}";
                tainted[key] = tainted.GetValueOrDefault(key) + 1;
            }
        }
        if (fit.Count > 0) return ((string)fit[turn % fit.Count]["metadata"]!["name"]!, null);
        List<string> reasons = [];
        if (unselected > 0) reasons.Add($"{unselected} node(s) didn't match Pod's node affinity/selector");
        reasons.AddRange(tainted.Select(pair => $"{pair.Value} node(s) had untolerated taint(s)"));
        return (null, $"0/{nodes.Count} nodes are available: {string.Join(", ", reasons)}. no new claims to deallocate, "
            + $"preemption: 0/{nodes.Count} nodes are available: {nodes.Count} Preemption is not helpful for scheduling.");
    }

    private static bool Tolerated(JsonObject pod, JsonNode taint) => ((pod["spec"]?["tolerations"] as JsonArray) ?? []).OfType<JsonObject>().Any(toleration =>
    {
        string key = (string?)toleration["key"] ?? "", effect = (string?)toleration["effect"] ?? "", value = (string?)toleration["value"] ?? "";
        if (effect.Length > 0 && effect != (string?)taint["effect"]) return false;
        if ((string?)toleration["operator"] == "Exists") return key.Length == 0 || key == (string?)taint["key"];
        return key == (string?)taint["key"] && value == ((string?)taint["value"] ?? "");
    });
}
