using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a debug container takes over from its target: the environment and the volume mounts.</summary>
internal static class CopiedSettings
{
    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    internal static JsonArray EnvFrom(JsonObject source) => Clone(source.Objects("envFrom"));

    /// <summary>The target's variables; a reference to its own resources says whose they are, since the debug container has none.</summary>
    internal static JsonArray Env(JsonObject source)
    {
        JsonArray variables = Clone(source.Objects("env"));
        foreach (JsonNode? variable in variables)
            if (variable.Object("valueFrom").Object("resourceFieldRef") is { } reference && string.IsNullOrEmpty(reference.String("containerName")))
                reference["containerName"] = source.String("name");
        return variables;
    }

    /// <summary>Sets a variable in its place, or at the end: the order counts where one value refers to another.</summary>
    internal static void Set(JsonArray variables, JsonObject variable)
    {
        int at = variables.OfType<JsonObject>().Select(item => item.String("name")).ToList().IndexOf(variable.String("name"));
        if (at >= 0)
            variables[at] = variable;
        else
            variables.Add((JsonNode)variable);
    }

    /// <summary>The target's mounts that the server accepts in an ephemeral container; the others are told in <paramref name="leftOut"/>.</summary>
    internal static IEnumerable<JsonObject> VolumeMounts(JsonObject source, List<string> leftOut)
    {
        foreach (JsonObject mount in source.Objects("volumeMounts"))
        {
            string path = mount.String("mountPath") ?? "", volume = mount.String("name") ?? "";
            string what = PlainText.Clean($"{path} (volume {volume})");
            if (IsServiceAccountToken(path, volume))
            {
                leftOut.Add($"{what}: the service account token would give the debug container the target's identity");
            }
            else if (!string.IsNullOrEmpty(mount.String("subPath")) || !string.IsNullOrEmpty(mount.String("subPathExpr")))
            {
                leftOut.Add($"{what}: the server allows no subPath in an ephemeral container; see it under /proc/PID/root{PlainText.Clean(path)} of the target's process");
            }
            else
            {
                JsonObject copy = mount.DeepClone().AsObject();
                if (copy.String("mountPropagation") == "Bidirectional")
                {
                    copy.Remove("mountPropagation");
                    leftOut.Add($"{what}: mounted without mountPropagation Bidirectional, which needs a privileged container");
                }
                yield return copy;
            }
        }
        foreach (JsonObject device in source.Objects("volumeDevices"))
            leftOut.Add(PlainText.Clean($"{device.String("devicePath")} (volume {device.String("name")}): block devices are not copied"));
    }

    private static bool IsServiceAccountToken(string path, string volume) =>
        path.TrimEnd('/') == TokenPath || volume.StartsWith("kube-api-access-", StringComparison.Ordinal);

    private static JsonArray Clone(IEnumerable<JsonObject> items) => new(items.Select(item => item.DeepClone()).ToArray());
}
