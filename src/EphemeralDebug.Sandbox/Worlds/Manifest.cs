using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;

namespace EphemeralDebug.Sandbox.Worlds;

/// <summary>Makes objects as the API server would have stored them: with identities, and with the defaults written out.</summary>
internal static class Manifest
{
    /// <summary>The head of an object that is somewhat old.</summary>
    internal static JsonObject Metadata(string name, string? ns, TimeSpan age, params ReadOnlySpan<(string Key, string Value)> labels)
    {
        JsonObject metadata = new() { ["name"] = name };
        if (ns is not null) metadata["namespace"] = ns;
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["generation"] = 1;
        metadata["creationTimestamp"] = ContainerState.Timestamp(DateTimeOffset.UtcNow - age);
        JsonObject all = [];
        foreach ((string key, string value) in labels) all[key] = value;
        if (all.Count > 0) metadata["labels"] = all;
        return metadata;
    }

    /// <summary>A pod spec from a short one: the fields that the server would add are added.</summary>
    internal static JsonObject PodSpec(string json)
    {
        JsonObject spec = JsonNode.Parse(json)!.AsObject();
        foreach (string list in (string[])["initContainers", "containers"])
        {
            foreach (JsonNode? container in spec[list] as JsonArray ?? []) AddDefaults(container!.AsObject());
        }
        AddMissing(spec, "restartPolicy", "Always");
        AddMissing(spec, "terminationGracePeriodSeconds", 30);
        AddMissing(spec, "dnsPolicy", "ClusterFirst");
        AddMissing(spec, "serviceAccountName", "default");
        AddMissing(spec, "serviceAccount", "default");
        AddMissing(spec, "securityContext", new JsonObject());
        AddMissing(spec, "schedulerName", "default-scheduler");
        JsonArray tolerations = spec["tolerations"] as JsonArray ?? [];
        spec["tolerations"] = tolerations;
        foreach (string state in (string[])["not-ready", "unreachable"])
        {
            tolerations.Add(new JsonObject { ["key"] = "node.kubernetes.io/" + state, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }
        AddMissing(spec, "priority", 0);
        AddMissing(spec, "enableServiceLinks", true);
        AddMissing(spec, "preemptionPolicy", "PreemptLowerPriority");
        return spec;
    }

    internal static JsonObject Pod(JsonObject metadata, JsonObject spec, JsonObject? owner = null)
    {
        if (owner is not null) metadata["ownerReferences"] = new JsonArray(Owner(owner));
        return new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodStatus.QosClass(spec) },
        };
    }

    internal static JsonObject Owner(JsonObject owner) => new()
    {
        ["apiVersion"] = (string?)owner["apiVersion"],
        ["kind"] = (string?)owner["kind"],
        ["name"] = (string?)owner["metadata"]!["name"],
        ["uid"] = (string?)owner["metadata"]!["uid"],
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    private static void AddDefaults(JsonObject container)
    {
        (ImageReference? image, _) = ImageReference.Parse((string?)container["image"] ?? "");
        AddMissing(container, "resources", new JsonObject());
        AddMissing(container, "terminationMessagePath", "/dev/termination-log");
        AddMissing(container, "terminationMessagePolicy", "File");
        AddMissing(container, "imagePullPolicy", image is { Tag: "latest", Digest: null } ? "Always" : "IfNotPresent");
    }

    private static void AddMissing(JsonObject value, string name, JsonNode content)
    {
        if (!value.ContainsKey(name)) value[name] = content;
    }
}
