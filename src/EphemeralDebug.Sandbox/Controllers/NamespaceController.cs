using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Empties the namespaces that are being deleted, and removes each when its last pod is gone.</summary>
internal sealed class NamespaceController(ObjectStore store, PodDeletion pods) : IController
{
    private static readonly ResourceType[] s_contents = [.. ResourceType.All.Where(type => type.Namespaced && type != ResourceType.Pods)];
    private readonly HashSet<string> _terminating = new(StringComparer.Ordinal);

    public void ReconcileAll()
    {
        foreach (JsonObject ns in store.List(ResourceType.Namespaces, null).Items) Look(ns);
    }

    public void Reconcile(StoreEvent change)
    {
        if (change.Resource == ResourceType.Namespaces)
        {
            if (change.Type == "DELETED") _terminating.Remove(change.Object.Name());
            else Look(change.Object);
        }
        else if (change.Object.Namespace() is { } ns && _terminating.Contains(ns)) Empty(ns);
    }

    private void Look(JsonObject ns)
    {
        if (ns.At("metadata", "deletionTimestamp") is not null && _terminating.Add(ns.Name())) Empty(ns.Name());
    }

    private void Empty(string ns)
    {
        // The owners of the pods go first, so that nobody replaces those.
        foreach (ResourceType type in s_contents)
        {
            foreach (JsonObject item in store.List(type, ns).Items) store.Remove(type, ns, item.Name());
        }
        foreach (JsonObject pod in store.List(ResourceType.Pods, ns).Items)
        {
            if (pod.At("metadata", "deletionTimestamp") is null) pods.Delete(pod);
        }
        if (store.List(ResourceType.Pods, ns).Items.Count == 0) store.Remove(ResourceType.Namespaces, null, ns);
    }
}
