using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>The rules for every container, from k8s.io/kubernetes/pkg/apis/core/validation (validateContainerCommon), in its order.</summary>
internal static partial class ContainerValidation
{
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    internal static void Check(JsonObject container, string path, JsonObject pod, List<FieldError> errors)
    {
        CheckName(container.Text("name") ?? "", $"{path}.name", errors);
        string image = container.Text("image") ?? "";
        if (image.Length == 0) errors.Add(FieldError.Required($"{path}.image"));
        if (container.Text("terminationMessagePolicy") is { } policy and not ("File" or "FallbackToLogsOnError"))
            errors.Add(FieldError.NotSupported($"{path}.terminationMessagePolicy", policy, "FallbackToLogsOnError", "File"));
        CheckEnvironment(container, path, errors);
        CheckMounts(container, path, pod, errors);
        if (container.Text("imagePullPolicy") is { } pull and not ("Always" or "IfNotPresent" or "Never"))
            errors.Add(FieldError.NotSupported($"{path}.imagePullPolicy", pull, "Always", "IfNotPresent", "Never"));
        CheckSecurity(container["securityContext"], $"{path}.securityContext", pod, errors);
        if (image.Length > 0 && image.Trim() != image)
            errors.Add(FieldError.Invalid($"{path}.image", image, "must not have leading or trailing whitespace"));
    }

    internal static void CheckName(string name, string path, List<FieldError> errors)
    {
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        if (name.Length > 63) errors.Add(FieldError.Invalid(path, name, "must be no more than 63 characters"));
        if (!Label().IsMatch(name)) errors.Add(FieldError.Invalid(path, name, LabelRule));
    }

    private static void CheckEnvironment(JsonObject container, string path, List<FieldError> errors)
    {
        int i = 0;
        foreach (JsonObject variable in container.Objects("env"))
        {
            string place = $"{path}.env[{i++}]";
            string name = variable.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{place}.name"));
            else if (name.Any(c => c is '=' or < ' ' or > '~'))
                errors.Add(FieldError.Invalid($"{place}.name", name, "a valid environment variable name must consist only of printable ASCII characters other than '='"));
            if (variable["valueFrom"] is JsonObject from && (variable.Text("value") ?? "").Length > 0 && from.Count > 0)
                errors.Add(FieldError.Invalid($"{place}.valueFrom", "", "may not be specified when `value` is not empty"));
        }
    }

    private static void CheckMounts(JsonObject container, string path, JsonObject pod, List<FieldError> errors)
    {
        HashSet<string?> volumes = [.. pod.Objects("spec", "volumes").Select(volume => volume.Text("name"))];
        HashSet<string> paths = [];
        int i = 0;
        foreach (JsonObject mount in container.Objects("volumeMounts"))
        {
            string place = $"{path}.volumeMounts[{i++}]";
            string name = mount.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{place}.name"));
            else if (!volumes.Contains(name)) errors.Add(FieldError.NotFound($"{place}.name", name));
            string mountPath = mount.Text("mountPath") ?? "";
            if (mountPath.Length == 0) errors.Add(FieldError.Required($"{place}.mountPath"));
            else if (!paths.Add(mountPath)) errors.Add(FieldError.Invalid($"{place}.mountPath", mountPath, "must be unique"));
        }
        i = 0;
        foreach (JsonObject device in container.Objects("volumeDevices"))
        {
            string place = $"{path}.volumeDevices[{i++}]";
            string name = device.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{place}.name"));
            else if (!volumes.Contains(name)) errors.Add(FieldError.NotFound($"{place}.name", name));
            if (string.IsNullOrEmpty(device.Text("devicePath"))) errors.Add(FieldError.Required($"{place}.devicePath"));
        }
    }

    private static void CheckSecurity(JsonNode? context, string path, JsonObject pod, List<FieldError> errors)
    {
        if (context is null) return;
        if (pod.Text("spec", "os", "name") == "windows")
        {
            foreach (string field in new[]
            {
                "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
                "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
            })
            {
                if (context[field] is not null) errors.Add(FieldError.Forbidden($"{path}.{field}", "cannot be set for a windows pod"));
            }
        }
        foreach (string field in new[] { "runAsUser", "runAsGroup" })
        {
            if (context.Number(field) is long id && id is < 0 or > int.MaxValue)
                errors.Add(FieldError.Invalid($"{path}.{field}", id, "must be between 0 and 2147483647, inclusive"));
        }
        if (context.Flag("allowPrivilegeEscalation") is not false) return;
        if (context.Flag("privileged") is true)
            errors.Add(FieldError.Invalid(path, context.DeepClone(), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        if (context["capabilities"]?["add"] is JsonArray add && add.Any(capability => (string?)capability is "CAP_SYS_ADMIN"))
            errors.Add(FieldError.Invalid(path, context.DeepClone(), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();
}
