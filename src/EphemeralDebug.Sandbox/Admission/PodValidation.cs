using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>The rules for new pods, and for changes through the main resource.</summary>
internal static partial class PodValidation
{
    private const string OnlyThese = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
        + "(allow it to be set to 1 if it was previously negative)\n";

    internal static IReadOnlyList<FieldError> CheckNew(JsonObject pod)
    {
        List<FieldError> errors = [];
        CheckName(pod.Name(), errors);
        JsonNode? spec = pod["spec"];
        List<JsonObject> containers = [.. spec.Objects("containers")];
        HashSet<string> names = [];
        if (containers.Count == 0) errors.Add(FieldError.Required("spec.containers"));
        CheckContainers(containers, "spec.containers", pod, names, errors);
        CheckContainers([.. spec.Objects("initContainers")], "spec.initContainers", pod, names, errors);
        HashSet<string> volumes = [];
        int i = 0;
        foreach (JsonObject volume in spec.Objects("volumes"))
        {
            string name = volume.Text("name") ?? "";
            ContainerValidation.CheckName(name, $"spec.volumes[{i}].name", errors);
            if (!volumes.Add(name)) errors.Add(FieldError.Duplicate($"spec.volumes[{i}].name", name));
            i++;
        }
        if (spec.Text("restartPolicy") is { } restart and not ("Always" or "OnFailure" or "Never"))
            errors.Add(FieldError.NotSupported("spec.restartPolicy", restart, "Always", "OnFailure", "Never"));
        if (spec.Flag("shareProcessNamespace") is true)
        {
            if (spec.Flag("hostPID") is true)
                errors.Add(FieldError.Invalid("spec.securityContext.shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"));
            if (spec.Text("os", "name") == "windows") errors.Add(FieldError.Forbidden("spec.shareProcessNamespace", "cannot be set for a windows pod"));
        }
        if (spec.Number("activeDeadlineSeconds") is long deadline and (< 1 or > int.MaxValue))
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive"));
        CheckWindows(spec, errors);
        if (spec.Objects("ephemeralContainers").Any()) errors.Add(FieldError.Forbidden("spec.ephemeralContainers", "cannot be set on create"));
        return errors;
    }

    /// <summary>A change of a pod through the main resource: labels and annotations, images, tolerations, a deadline; nothing else.</summary>
    internal static IReadOnlyList<FieldError> CheckChange(JsonObject before, JsonObject pod)
    {
        List<FieldError> errors = [];
        JsonObject old = Comparable(before), now = Comparable(pod);
        if (before.Objects("spec", "containers").Count() != pod.Objects("spec", "containers").Count())
        {
            errors.Add(FieldError.Forbidden("spec.containers", "pod updates may not add or remove containers"));
            return errors;
        }
        CheckDeadline(before.At("spec", "activeDeadlineSeconds"), pod.At("spec", "activeDeadlineSeconds"), errors);
        if (errors.Count > 0) return errors;
        if (!JsonNode.DeepEquals(old, now))
            errors.Add(FieldError.Forbidden("spec", OnlyThese + GoDump.Diff(GoDump.EphemeralContainers(before), GoDump.EphemeralContainers(pod))));
        return errors;
    }

    /// <summary>A deadline may be set where there was none, and come nearer; nothing else.</summary>
    private static void CheckDeadline(JsonNode? before, JsonNode? now, List<FieldError> errors)
    {
        const string Field = "spec.activeDeadlineSeconds";
        long? old = Kubelet.JsonNumber.Read(before), next = Kubelet.JsonNumber.Read(now);
        if (next is < 0 or > int.MaxValue) errors.Add(FieldError.Invalid(Field, next, "must be between 0 and 2147483647, inclusive"));
        else if (next > old) errors.Add(FieldError.Invalid(Field, next, "must be less than or equal to previous value"));
        else if (next is null && old is not null) errors.Add(FieldError.Invalid(Field, null, "must not update from a positive integer to nil value"));
    }

    private static void CheckWindows(JsonNode? spec, List<FieldError> errors)
    {
        if (spec.Text("os", "name") == "windows")
        {
            foreach (string field in new[] { "hostPID", "hostIPC" })
            {
                if (spec.Flag(field) is true) errors.Add(FieldError.Forbidden($"spec.{field}", "cannot be set for a windows pod"));
            }
        }
        bool hostProcess = spec.Flag("securityContext", "windowsOptions", "hostProcess") is true
            || spec.Objects("containers").Any(container => container.Flag("securityContext", "windowsOptions", "hostProcess") is true);
        if (hostProcess && spec.Flag("hostNetwork") is not true)
            errors.Add(FieldError.Invalid("spec.hostNetwork", false, "hostNetwork must be true if pod contains any hostProcess containers"));
    }

    internal static void CheckName(string name, List<FieldError> errors)
    {
        if (name.Length == 0) errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else
        {
            if (name.Length > 253) errors.Add(FieldError.Invalid("metadata.name", name, "must be no more than 253 characters"));
            if (!Subdomain().IsMatch(name))
                errors.Add(FieldError.Invalid("metadata.name", name, "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                    + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
        }
    }

    private static void CheckContainers(List<JsonObject> containers, string path, JsonObject pod, HashSet<string> names, List<FieldError> errors)
    {
        for (int i = 0; i < containers.Count; i++)
        {
            ContainerValidation.Check(containers[i], $"{path}[{i}]", pod, errors);
            string name = containers[i].Text("name") ?? "";
            if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}[{i}].name", name));
        }
    }

    private static JsonObject Comparable(JsonObject pod)
    {
        JsonObject spec = pod["spec"]?.DeepClone() as JsonObject ?? [];
        foreach (JsonObject container in spec.Objects("containers").Concat(spec.Objects("initContainers"))) container.Remove("image");
        spec.Remove("activeDeadlineSeconds");
        spec.Remove("tolerations");
        return spec;
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
