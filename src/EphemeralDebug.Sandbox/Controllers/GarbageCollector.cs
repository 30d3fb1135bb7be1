using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Deletes, in the background, what is owned by nothing but objects that were deleted.</summary>
/// <remarks>An owner that never was in this store counts as one that is there: tests may store objects of owners elsewhere.</remarks>
internal sealed class GarbageCollector(ObjectStore store, PodDeletion pods) : IController
{
    private readonly Dictionary<string, HashSet<(ResourceType Type, string? Namespace, string Name)>> _dependents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    public void ReconcileAll()
    {
        foreach (ResourceType type in ResourceType.All)
        {
            foreach (JsonObject item in store.List(type, null).Items) Note(type, item);
        }
    }

    public void Reconcile(StoreEvent change)
    {
        if (change.Type != "DELETED")
        {
            // What was created for an owner that has just gone goes after it.
            if (Note(change.Resource, change.Object)) Collect(change.Resource, change.Object);
            return;
        }
        if (change.Object.Text("metadata", "uid") is not { } uid) return;
        _deleted.Add(uid);
        if (!_dependents.Remove(uid, out HashSet<(ResourceType, string?, string)>? dependents)) return;
        foreach ((ResourceType type, string? ns, string name) in dependents)
        {
            if (store.Get(type, ns, name) is { } dependent) Collect(type, dependent);
        }
    }

    /// <summary>Remembers whose the object is; true where one of its owners is gone.</summary>
    private bool Note(ResourceType type, JsonObject value)
    {
        bool lost = false;
        foreach (string owner in Owners(value))
        {
            if (_deleted.Contains(owner)) lost = true;
            else if (_dependents.TryGetValue(owner, out HashSet<(ResourceType, string?, string)>? known)) known.Add((type, value.Namespace(), value.Name()));
            else _dependents[owner] = [(type, value.Namespace(), value.Name())];
        }
        return lost;
    }

    private void Collect(ResourceType type, JsonObject value)
    {
        List<string> owners = [.. Owners(value)];
        if (owners.Count == 0 || !owners.Exists(_deleted.Contains)) return;
        if (!owners.TrueForAll(_deleted.Contains))
        {
            // Somebody still owns it: only the references that lead nowhere are taken out.
            store.Update(type, value.Namespace(), value.Name(), found =>
            {
                JsonArray references = found["metadata"]!["ownerReferences"] as JsonArray ?? [];
                foreach (JsonObject reference in references.OfType<JsonObject>().Where(reference => _deleted.Contains(reference.Text("uid") ?? "")).ToList()) references.Remove(reference);
            });
        }
        else if (type != ResourceType.Pods) store.Remove(type, value.Namespace(), value.Name());
        else if (value.At("metadata", "deletionTimestamp") is null) pods.Delete(value);
    }

    private static IEnumerable<string> Owners(JsonObject value) => value.Objects("metadata", "ownerReferences").Select(reference => reference.Text("uid") ?? "");
}
