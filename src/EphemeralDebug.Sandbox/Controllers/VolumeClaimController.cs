using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Gives every claim a volume, as a provisioner that binds at once does.</summary>
internal sealed class VolumeClaimController(ObjectStore store) : IController
{
    public void ReconcileAll()
    {
        foreach (JsonObject claim in store.List(ResourceType.PersistentVolumeClaims, null).Items) Bind(claim);
    }

    public void Reconcile(StoreEvent change)
    {
        if (change.Resource == ResourceType.PersistentVolumeClaims && change.Type == "ADDED") Bind(change.Object);
    }

    private void Bind(JsonObject claim) => store.Update(ResourceType.PersistentVolumeClaims, claim.Namespace(), claim.Name(), found =>
    {
        JsonObject spec = found.Ensure("spec");
        if (spec.Text("volumeName") is { Length: > 0 }) return;
        spec["volumeName"] = $"pvc-{found.Text("metadata", "uid")}";
        spec["storageClassName"] ??= "standard";
        spec["volumeMode"] ??= "Filesystem";
        found["status"] = new JsonObject
        {
            ["phase"] = "Bound",
            ["accessModes"] = spec["accessModes"]?.DeepClone(),
            ["capacity"] = new JsonObject { ["storage"] = spec.Text("resources", "requests", "storage") ?? "1Gi" },
        };
    });
}
