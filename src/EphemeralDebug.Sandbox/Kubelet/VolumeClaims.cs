using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The volume claims of pods, and which node each claim's volume is attached to.</summary>
internal sealed class VolumeClaims(ObjectStore store, EventRecorder events)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Claim), string> _attached = [];

    internal static IEnumerable<string> NamesOf(JsonObject pod) =>
        pod.Objects("spec", "volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>();

    internal static bool HasMode(JsonObject? claim, string mode) => claim.At("spec", "accessModes") is JsonArray modes && modes.Any(each => (string?)each == mode);

    /// <summary>Whether a pod still holds its volumes and ports: until it has ended.</summary>
    internal static bool IsHeldBy(JsonObject pod) => pod.Text("status", "phase") is not ("Succeeded" or "Failed");

    /// <summary>Waits until every volume of a pod that only one node may have at a time is attached to the pod's.</summary>
    internal async Task AttachAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        foreach (string claim in NamesOf(pod))
        {
            using ObjectStore.Subscription changes = store.Watch(store.Version)!;
            while (Holders(pod, claim) is { Count: > 0 } holders)
            {
                string volume = store.Get(ResourceType.PersistentVolumeClaims, pod.Namespace(), claim).Text("spec", "volumeName") ?? claim;
                events.RecordAttachment(pod, $"Multi-Attach error for volume \"{volume}\" Volume is already used by pod(s) {string.Join(", ", holders)}");
                await NextPodAsync(changes, cancellationToken);
            }
        }
    }

    /// <summary>The pods for which a claim's volume stays on another node; none where it is the pod's node's now.</summary>
    private List<string> Holders(JsonObject pod, string claim)
    {
        string ns = pod.Namespace()!, node = pod.Text("spec", "nodeName")!;
        JsonObject? stored = store.Get(ResourceType.PersistentVolumeClaims, ns, claim);
        if (!HasMode(stored, "ReadWriteOnce") && !HasMode(stored, "ReadWriteOncePod")) return [];
        lock (_lock)
        {
            string attached = _attached.GetValueOrDefault((ns, claim), node);
            List<string> holders = attached == node ? [] : [.. store.List(ResourceType.Pods, ns).Items
                .Where(other => other.Text("spec", "nodeName") == attached && IsHeldBy(other) && NamesOf(other).Contains(claim)).Select(other => other.Name())];
            if (holders.Count == 0) _attached[(ns, claim)] = node;
            return holders;
        }
    }

    private static async Task NextPodAsync(ObjectStore.Subscription changes, CancellationToken cancellationToken)
    {
        await foreach (StoreEvent change in changes.Events.ReadAllAsync(cancellationToken))
        {
            if (change.Resource == ResourceType.Pods) return;
        }
    }
}
