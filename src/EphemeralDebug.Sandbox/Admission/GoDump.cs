using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>
/// The differences that the server's messages end with: its internal structs as indented JSON under their Go names, compared line
/// by line. Containers are exact; nested values that are set are shown with the names of the API.
/// </summary>
internal static class GoDump
{
    private static readonly (string Json, string Go, string Empty)[] s_fields =
    [
        ("name", "Name", "\"\""), ("image", "Image", "\"\""), ("command", "Command", "null"), ("args", "Args", "null"), ("workingDir", "WorkingDir", "\"\""),
        ("ports", "Ports", "null"), ("envFrom", "EnvFrom", "null"), ("env", "Env", "null"), ("resources", "Resources", ""), ("resizePolicy", "ResizePolicy", "null"),
        ("restartPolicy", "RestartPolicy", "null"), ("restartPolicyRules", "RestartPolicyRules", "null"), ("volumeMounts", "VolumeMounts", "null"),
        ("volumeDevices", "VolumeDevices", "null"), ("livenessProbe", "LivenessProbe", "null"), ("readinessProbe", "ReadinessProbe", "null"),
        ("startupProbe", "StartupProbe", "null"), ("lifecycle", "Lifecycle", "null"), ("terminationMessagePath", "TerminationMessagePath", "\"\""),
        ("terminationMessagePolicy", "TerminationMessagePolicy", "\"\""), ("imagePullPolicy", "ImagePullPolicy", "\"\""), ("securityContext", "SecurityContext", "null"),
        ("stdin", "Stdin", "false"), ("stdinOnce", "StdinOnce", "false"), ("tty", "TTY", "false"), ("targetContainerName", "TargetContainerName", "\"\""),
    ];

    /// <summary>The lines of an ephemeral container, <paramref name="indent"/> spaces in.</summary>
    internal static List<string> EphemeralContainer(JsonObject container, int indent = 0)
    {
        string pad = new(' ', indent);
        List<string> lines = [$"{pad}{{"];
        for (int i = 0; i < s_fields.Length; i++)
        {
            (string json, string go, string empty) = s_fields[i];
            string comma = i < s_fields.Length - 1 ? "," : "";
            if (json == "resources")
            {
                lines.Add($"{pad} \"Resources\": {{");
                lines.Add($"{pad}  \"Limits\": {Flat(container.At("resources", "limits"))},");
                lines.Add($"{pad}  \"Requests\": {Flat(container.At("resources", "requests"))},");
                lines.Add($"{pad}  \"Claims\": null");
                lines.Add($"{pad} }}{comma}");
            }
            else if (container[json] is { } value) Value(value, $"{pad} \"{go}\": ", indent + 1, comma, lines);
            else lines.Add($"{pad} \"{go}\": {empty}{comma}");
        }
        lines.Add($"{pad}}}");
        return lines;
    }

    /// <summary>The pod spec's list of ephemeral containers, for the message about a change through the main resource.</summary>
    internal static List<string> EphemeralContainers(JsonObject pod)
    {
        List<JsonObject> containers = [.. pod.Objects("spec", "ephemeralContainers")];
        if (containers.Count == 0) return [" ],", " \"EphemeralContainers\": null,"];
        List<string> lines = [" ],", " \"EphemeralContainers\": ["];
        for (int i = 0; i < containers.Count; i++)
        {
            List<string> one = EphemeralContainer(containers[i], indent: 2);
            if (i < containers.Count - 1) one[^1] += ",";
            lines.AddRange(one);
        }
        lines.Add(" ],");
        return lines;
    }

    /// <summary>A unified diff with three lines of context and no file names.</summary>
    internal static string Diff(List<string> before, List<string> after)
    {
        int prefix = 0;
        while (prefix < before.Count && prefix < after.Count && before[prefix] == after[prefix]) prefix++;
        int suffix = 0;
        while (suffix < before.Count - prefix && suffix < after.Count - prefix && before[^(suffix + 1)] == after[^(suffix + 1)]) suffix++;
        int start = Math.Max(0, prefix - 3), tail = Math.Min(3, suffix);
        int oldEnd = before.Count - suffix, newEnd = after.Count - suffix;
        System.Text.StringBuilder text = new();
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"@@ -{start + 1},{oldEnd + tail - start} +{start + 1},{newEnd + tail - start} @@\n");
        for (int i = start; i < prefix; i++) text.Append(' ').Append(before[i]).Append('\n');
        for (int i = prefix; i < oldEnd; i++) text.Append('-').Append(before[i]).Append('\n');
        for (int i = prefix; i < newEnd; i++) text.Append('+').Append(after[i]).Append('\n');
        for (int i = oldEnd; i < oldEnd + tail; i++) text.Append(' ').Append(before[i]).Append('\n');
        return text.ToString();
    }

    private static void Value(JsonNode? value, string head, int indent, string comma, List<string> lines)
    {
        string pad = new(' ', indent);
        if (value is JsonArray { Count: > 0 } list)
        {
            lines.Add($"{head}[");
            for (int i = 0; i < list.Count; i++) Value(list[i], $"{pad} ", indent + 1, i < list.Count - 1 ? "," : "", lines);
            lines.Add($"{pad}]{comma}");
        }
        else if (value is JsonObject { Count: > 0 } fields)
        {
            lines.Add($"{head}{{");
            int i = 0;
            foreach ((string name, JsonNode? child) in fields)
                Value(child, $"{pad} \"{char.ToUpperInvariant(name[0])}{name[1..]}\": ", indent + 1, ++i < fields.Count ? "," : "", lines);
            lines.Add($"{pad}}}{comma}");
        }
        else lines.Add($"{head}{Flat(value)}{comma}");
    }

    private static string Flat(JsonNode? value) => value?.ToJsonString(KubernetesJson.Serializer) ?? "null";
}
