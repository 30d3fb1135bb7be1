using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Pure rules from a container's spec and image to what runs: user, command line, environment.</summary>
internal static class ContainerSetup
{
    /// <summary>Why <c>runAsNonRoot</c> forbids this image; null where it does not.</summary>
    internal static string? NonRootViolation(JsonObject pod, JsonObject container, ContainerImage image)
    {
        if ((bool?)Effective(pod, container, "runAsNonRoot") != true) return null;
        string where = $"(pod: \"{PodName(pod)}\", container: {(string?)container["name"]})";
        if (JsonNumber.Read(Effective(pod, container, "runAsUser")) is { } user) return user == 0 ? $"container's runAsUser breaks non-root policy {where}" : null;
        string name = image.User.Split(':')[0];
        if (name.Length == 0 || name == "0" || name == "root") return $"container has runAsNonRoot and image will run as root {where}";
        return name.All(char.IsAsciiDigit) ? null : $"container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root {where}";
    }

    internal static ContainerUser User(JsonObject pod, JsonObject container, ContainerImage image)
    {
        string[] parts = image.User.Split(':');
        long uid = JsonNumber.Read(Effective(pod, container, "runAsUser")) ?? (Number(parts[0]) ?? (parts[0].Length > 0 && parts[0] != "root" ? 11211 : 0));
        long gid = JsonNumber.Read(Effective(pod, container, "runAsGroup")) ?? (parts.Length > 1 ? Number(parts[1]) ?? 0 : 0);
        List<long> groups = [gid];
        JsonNode? context = pod["spec"]?["securityContext"];
        if (context?["supplementalGroups"] is JsonArray more) groups.AddRange(more.Select(group => JsonNumber.Read(group) ?? 0));
        if (JsonNumber.Read(context?["fsGroup"]) is { } fsGroup) groups.Add(fsGroup);
        JsonNode? own = container["securityContext"];
        bool privileged = (bool?)own?["privileged"] == true;
        bool Lists(string list, string capability) => own?["capabilities"]?[list] is JsonArray names && names.Any(name => (string?)name is "ALL" || (string?)name == capability);
        bool Has(string capability) => uid == 0 && (privileged || Lists("add", capability));
        return new ContainerUser(uid, gid, [.. groups.Distinct()])
        {
            CanTrace = Has("SYS_PTRACE"),
            CanAdminister = Has("SYS_ADMIN"),
            CanChangeRoot = Has("SYS_CHROOT") || (uid == 0 && !Lists("drop", "SYS_CHROOT")),
        };

        static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
    }

    internal static bool IsHostProcess(JsonObject pod, JsonObject container) =>
        (container.Flag("securityContext", "windowsOptions", "hostProcess") ?? pod.Flag("spec", "securityContext", "windowsOptions", "hostProcess")) == true;

    /// <summary>The command line: the spec's command replaces the image's entry point and its arguments.</summary>
    internal static IReadOnlyList<string> CommandLine(JsonObject container, ContainerImage image, IReadOnlyDictionary<string, string> environment)
    {
        IReadOnlyList<string> command = Strings(container["command"]), arguments = Strings(container["args"]);
        IEnumerable<string> line = command.Count > 0 ? command.Concat(arguments)
            : image.EntryPoint.Concat(arguments.Count > 0 ? arguments : image.Arguments);
        return [.. line.Select(word => Substitute(word, environment))];
    }

    internal static Dictionary<string, string> Environment(JsonObject pod, JsonObject container, ContainerImage image, string hostname, string? podIp)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOSTNAME"] = hostname,
        };
        if ((bool?)container["tty"] == true) environment["TERM"] = "xterm";
        foreach ((string name, string value) in image.Environment) environment[name] = value;
        environment["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
        environment["KUBERNETES_SERVICE_PORT"] = "443";
        environment["KUBERNETES_PORT"] = "tcp://10.96.0.1:443";
        foreach (JsonNode? variable in container["env"] as JsonArray ?? [])
        {
            string name = (string)variable!["name"]!;
            string? value = (string?)variable["value"] ?? Field((string?)variable["valueFrom"]?["fieldRef"]?["fieldPath"]);
            environment[name] = Substitute(value ?? "", environment);
        }
        environment["HOME"] = "/root";
        return environment;

        string? Field(string? path) => path switch
        {
            "metadata.name" => (string?)pod["metadata"]!["name"],
            "metadata.namespace" => (string?)pod["metadata"]!["namespace"],
            "metadata.uid" => (string?)pod["metadata"]!["uid"],
            "spec.nodeName" => (string?)pod["spec"]!["nodeName"],
            "status.podIP" => podIp,
            "status.hostIP" => (string?)pod["status"]?["hostIP"],
            _ => null,
        };
    }

    /// <summary>Name, namespace and uid as the kubelet writes them: <c>web_default(uid)</c>.</summary>
    internal static string PodName(JsonObject pod) =>
        $"{(string?)pod["metadata"]!["name"]}_{(string?)pod["metadata"]!["namespace"]}({(string?)pod["metadata"]!["uid"]})";

    private static JsonNode? Effective(JsonObject pod, JsonObject container, string field) =>
        container["securityContext"]?[field] ?? pod["spec"]?["securityContext"]?[field];

    private static IReadOnlyList<string> Strings(JsonNode? array) => array is JsonArray items ? [.. items.Select(item => (string)item!)] : [];

    /// <summary><c>$(NAME)</c> becomes the variable where there is one, <c>$$</c> a dollar.</summary>
    private static string Substitute(string text, IReadOnlyDictionary<string, string> environment)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        StringBuilder result = new();
        for (int at = 0; at < text.Length; at++)
        {
            int close = text[at] == '$' && at + 1 < text.Length && text[at + 1] == '(' ? text.IndexOf(')', at) : -1;
            if (close > 0 && environment.TryGetValue(text[(at + 2)..close], out string? value))
            {
                result.Append(value);
                at = close;
            }
            else result.Append(text[at]);
        }
        return result.ToString();
    }
}
