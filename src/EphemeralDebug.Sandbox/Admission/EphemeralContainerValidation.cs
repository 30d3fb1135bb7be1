using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>
/// The rules of pods/ephemeralcontainers, from k8s.io/kubernetes/pkg/apis/core/validation (validateEphemeralContainers,
/// ValidatePodEphemeralContainersUpdate): an allow-list of fields, unique names, an existing target, and nothing but additions.
/// </summary>
internal static class EphemeralContainerValidation
{
    private const string Path = "spec.ephemeralContainers";
    private const string NotAllowed = "cannot be set for an Ephemeral Container";

    private static readonly string[] s_forbidden =
        ["ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

    internal static IReadOnlyList<FieldError> Check(JsonObject before, JsonObject pod)
    {
        if (before.At("metadata", "annotations", "kubernetes.io/config.mirror") is not null)
            return [FieldError.Forbidden("[]", "static pods do not support ephemeral containers")];
        List<FieldError> errors = [];
        HashSet<string> targets = [.. pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).Select(container => container.Text("name") ?? "")];
        HashSet<string> names = [.. targets];
        int i = 0;
        foreach (JsonObject container in pod.Objects("spec", "ephemeralContainers")) CheckOne(container, $"{Path}[{i++}]", pod, targets, names, errors);
        foreach (JsonObject old in before.Objects("spec", "ephemeralContainers"))
        {
            string name = old.Text("name") ?? "";
            JsonObject? now = pod.Objects("spec", "ephemeralContainers").FirstOrDefault(container => container.Text("name") == name);
            if (now is null) errors.Add(FieldError.Forbidden(Path, $"existing ephemeral containers \"{name}\" may not be removed\n"));
            else if (!JsonNode.DeepEquals(now, old))
                errors.Add(FieldError.Forbidden(Path, $"existing ephemeral containers \"{name}\" may not be changed\n{GoDump.Diff(GoDump.EphemeralContainer(old), GoDump.EphemeralContainer(now))}"));
        }
        return errors;
    }

    private static void CheckOne(JsonObject container, string path, JsonObject pod, HashSet<string> targets, HashSet<string> names, List<FieldError> errors)
    {
        ContainerValidation.Check(container, path, pod, errors);
        string name = container.Text("name") ?? "";
        if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
        if (container.Text("targetContainerName") is { Length: > 0 } target && !targets.Contains(target))
            errors.Add(FieldError.NotFound($"{path}.targetContainerName", target));
        foreach (string field in s_forbidden)
        {
            JsonNode? value = container[field];
            bool empty = value is null or JsonArray { Count: 0 } || (field == "resources" && value is JsonObject { Count: 0 });
            if (!empty) errors.Add(FieldError.Forbidden($"{path}.{field}", NotAllowed));
        }
        int i = 0;
        foreach (JsonObject mount in container.Objects("volumeMounts"))
        {
            if (mount.Text("subPath") is { Length: > 0 }) errors.Add(FieldError.Forbidden($"{path}.volumeMounts[{i}].subPath", NotAllowed));
            if (mount.Text("subPathExpr") is { Length: > 0 }) errors.Add(FieldError.Forbidden($"{path}.volumeMounts[{i}].subPathExpr", NotAllowed));
            i++;
        }
    }
}
