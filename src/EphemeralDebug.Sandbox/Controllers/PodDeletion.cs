using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Deletes pods gracefully: each is marked with the time by which it will be gone, and its node ends it.</summary>
internal sealed class PodDeletion(ObjectStore store, INodeAgent agent, TimeProvider clock)
{
    /// <summary>Deletes a pod, and gives it as it then is.</summary>
    /// <param name="pod">The pod as stored.</param>
    /// <param name="gracePeriodSeconds">Null for the pod's own.</param>
    /// <param name="dryRun">Stores nothing.</param>
    /// <param name="note">Writes into the pod why it goes.</param>
    internal JsonObject Delete(JsonObject pod, long? gracePeriodSeconds = null, bool dryRun = false, Action<JsonObject>? note = null)
    {
        string ns = pod.Namespace()!, name = pod.Name();
        int grace = (int)(gracePeriodSeconds ?? pod.Number("spec", "terminationGracePeriodSeconds") ?? 30);
        bool bound = pod.Text("spec", "nodeName") is { Length: > 0 };
        if (!bound || pod.Text("status", "phase") is "Succeeded" or "Failed") grace = 0;
        JsonObject leaving = (JsonObject)pod.DeepClone();
        Mark(leaving, grace, note);
        if (dryRun) return leaving;
        if (grace == 0)
        {
            store.Remove(ResourceType.Pods, ns, name);
            return leaving;
        }
        JsonObject? marked = store.Update(ResourceType.Pods, ns, name, found => Mark(found, grace, note));
        agent.Terminate(ns, name, grace);
        return marked ?? leaving;
    }

    private void Mark(JsonObject pod, int grace, Action<JsonObject>? note)
    {
        note?.Invoke(pod);
        JsonObject metadata = pod.Ensure("metadata");
        // A second delete may shorten the time that is left, never lengthen it.
        if (metadata.Number("deletionGracePeriodSeconds") is long already && already <= grace) return;
        metadata["deletionTimestamp"] = KubernetesJson.Time(clock.GetUtcNow().AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (metadata.Number("generation") is long generation) metadata["generation"] = generation + 1;
    }
}
