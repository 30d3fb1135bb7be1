using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What a kubelet looks at before it takes a pod that names its node: nobody may have asked the scheduler.</summary>
internal static class NodeAdmission
{
    private const string OsLabel = "kubernetes.io/os";

    /// <summary>The reason and the message of the refusal; null where the pod may run.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="node">Its node.</param>
    /// <param name="others">The pods that run already, on whatever node.</param>
    internal static (string Reason, string Message)? Objection(JsonObject pod, JsonObject node, IEnumerable<JsonObject> others)
    {
        string os = node.Text("metadata", "labels", OsLabel) ?? "linux";
        if (pod.Text("spec", "nodeSelector", OsLabel) is { } selected && selected != os)
            return ("PodOSSelectorNodeLabelDoesNotMatch", $"Failed to admit pod as the `{OsLabel}` label doesn't match node label");
        if (pod.Text("spec", "os", "name") is { } wanted && wanted != os) return ("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
        if (!Scheduler.IsSelected(pod, node)) return ("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
        IReadOnlyList<HostPort> ports = HostPort.Of(pod);
        bool clash = ports.Count > 0 && others.Any(other => other.Text("spec", "nodeName") == node.Name() && VolumeClaims.IsHeldBy(other) && HostPort.Of(other).Any(taken => ports.Any(taken.Clashes)));
        return clash ? ("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports") : null;
    }
}
