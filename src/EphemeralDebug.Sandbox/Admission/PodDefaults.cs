using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>What the server fills in where a pod says nothing.</summary>
internal static class PodDefaults
{
    private const string TokenVolume = "kube-api-access-";

    internal static void Apply(JsonObject pod)
    {
        JsonObject spec = pod.Ensure("spec");
        Default(spec, "restartPolicy", "Always");
        Default(spec, "terminationGracePeriodSeconds", 30);
        Default(spec, "dnsPolicy", "ClusterFirst");
        spec.Ensure("securityContext");
        Default(spec, "schedulerName", "default-scheduler");
        Default(spec, "enableServiceLinks", true);
        foreach (string list in new[] { "initContainers", "containers", "ephemeralContainers" })
        {
            foreach (JsonObject container in spec.Objects(list)) Container(container);
        }
        foreach (JsonObject volume in spec.Objects("volumes")) Volume(volume);
    }

    /// <summary>A stored pod as the server reads it: whatever was stored without defaults has them.</summary>
    internal static JsonObject AsRead(JsonObject stored)
    {
        JsonObject pod = (JsonObject)stored.DeepClone();
        Apply(pod);
        return pod;
    }

    /// <summary>The defaults of a container, ephemeral ones included.</summary>
    internal static void Container(JsonObject container)
    {
        container.Ensure("resources");
        Default(container, "terminationMessagePath", "/dev/termination-log");
        Default(container, "terminationMessagePolicy", "File");
        Default(container, "imagePullPolicy", IsLatest(container.Text("image") ?? "") ? "Always" : "IfNotPresent");
        foreach (JsonObject port in container.Objects("ports")) Default(port, "protocol", "TCP");
        foreach (JsonObject variable in container.Objects("env"))
        {
            if (variable.At("valueFrom", "fieldRef") is JsonObject reference) Default(reference, "apiVersion", "v1");
        }
        foreach (string name in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
        {
            if (container[name] is not JsonObject probe) continue;
            Default(probe, "timeoutSeconds", 1);
            Default(probe, "periodSeconds", 10);
            Default(probe, "successThreshold", 1);
            Default(probe, "failureThreshold", 3);
            if (probe["httpGet"] is JsonObject get) Default(get, "scheme", "HTTP");
        }
    }

    /// <summary>What admission adds to a new pod: service account and its token, tolerations, priority.</summary>
    internal static void Admit(JsonObject pod)
    {
        JsonObject spec = pod.Ensure("spec");
        string account = spec.Text("serviceAccountName") ?? "default";
        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
        Default(spec, "priority", 0);
        Default(spec, "preemptionPolicy", "PreemptLowerPriority");
        if (spec["tolerations"] is not JsonArray tolerations) spec["tolerations"] = tolerations = [];
        foreach (string key in new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" })
        {
            if (tolerations.Any(toleration => toleration.Text("key") is null || toleration.Text("key") == key)) continue;
            tolerations.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }
        if (spec.Flag("automountServiceAccountToken") is false) return;
        const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
        // A copy of a pod brings the volume of its original, which serves for the containers that are new to it.
        string? brought = spec.Objects("volumes").FirstOrDefault(each => each["projected"] is not null && each.Text("name")?.StartsWith(TokenVolume, StringComparison.Ordinal) == true)?.Text("name");
        string volume = brought ?? TokenVolume + RandomSuffix();
        bool used = false;
        foreach (JsonObject container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            if (container.Objects("volumeMounts").Any(mount => mount.Text("mountPath") == MountPath)) continue;
            if (container["volumeMounts"] is not JsonArray mounts) container["volumeMounts"] = mounts = [];
            mounts.Add((JsonNode)new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
            used = true;
        }
        if (!used || brought is not null) return;
        if (spec["volumes"] is not JsonArray volumes) spec["volumes"] = volumes = [];
        volumes.Add(JsonNode.Parse($$$"""
            {"name":"{{{volume}}}","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
            {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
            {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}
            """));
    }

    /// <summary>Guaranteed, Burstable or BestEffort, from requests and limits.</summary>
    internal static string QosClass(JsonObject pod)
    {
        List<JsonObject> containers = [.. pod.Objects("spec", "initContainers"), .. pod.Objects("spec", "containers")];
        bool any = containers.Any(container => container.At("resources", "requests") is JsonObject { Count: > 0 } || container.At("resources", "limits") is JsonObject { Count: > 0 });
        if (!any) return "BestEffort";
        bool guaranteed = containers.All(container => new[] { "cpu", "memory" }.All(resource =>
            container.At("resources", "limits", resource) is { } limit
            && (container.At("resources", "requests", resource) is not { } request || JsonNode.DeepEquals(request, limit))));
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    /// <summary>Five characters as generateName appends them: no vowels, no digits that look like letters.</summary>
    internal static string RandomSuffix() => RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 1) volume["emptyDir"] = new JsonObject();
        foreach (string source in new[] { "secret", "configMap", "projected", "downwardAPI" })
        {
            if (volume[source] is JsonObject files) Default(files, "defaultMode", 420);
        }
        if (volume["hostPath"] is JsonObject path) Default(path, "type", "");
    }

    private static bool IsLatest(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal)) return false;
        int colon = image.LastIndexOf(':');
        return colon <= image.LastIndexOf('/') || image[(colon + 1)..] == "latest";
    }

    private static void Default(JsonObject target, string name, JsonNode value)
    {
        if (target[name] is null) target[name] = value;
    }
}
