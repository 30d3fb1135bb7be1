using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>
/// Pod Security admission: what keeps a pod from a level, worded as k8s.io/pod-security-admission words it. Not looked at:
/// AppArmor, and hosts of probes and lifecycle hooks.
/// </summary>
internal static class PodSecurity
{
    private static readonly string[] s_baselineCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    private static readonly string[] s_baselineSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    private static readonly string[] s_restrictedVolumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>The level and version that a namespace's label asks for, e.g. <c>restricted:latest</c>; null where there is no level.</summary>
    internal static (string Level, string Name)? Policy(JsonObject? ns, string mode)
    {
        string? level = ns.Text("metadata", "labels", $"pod-security.kubernetes.io/{mode}");
        if (level is not ("baseline" or "restricted")) return null;
        string version = ns.Text("metadata", "labels", $"pod-security.kubernetes.io/{mode}-version") ?? "latest";
        return (level, $"{level}:{version}");
    }

    /// <summary>Every violation, joined as in the server's message; empty where the pod is allowed.</summary>
    internal static string Violations(JsonObject pod, string level)
    {
        List<JsonObject> containers = [.. pod.Objects("spec", "initContainers"), .. pod.Objects("spec", "containers"), .. pod.Objects("spec", "ephemeralContainers")];
        JsonNode? spec = pod["spec"];
        bool restricted = level == "restricted";
        List<string?> found = restricted ? [] : [BaselineCapabilities(containers)];
        found.Add(HostNamespaces(spec));
        if (!restricted) found.Add(HostPaths(spec));
        found.AddRange([HostPorts(containers), Privileged(containers), ProcMount(containers), SeLinux(containers, spec)]);
        if (!restricted) found.Add(BaselineSeccomp(containers, spec));
        found.AddRange([Sysctls(spec), HostProcess(containers, spec)]);
        if (restricted)
        {
            bool windows = spec.Text("os", "name") == "windows";
            found.AddRange(
            [
                windows ? null : Escalation(containers), windows ? null : RestrictedCapabilities(containers), RestrictedVolumes(spec),
                NonRoot(containers, spec), RootUser(containers, spec), windows ? null : RestrictedSeccomp(containers, spec),
            ]);
        }
        return string.Join(", ", found.OfType<string>());
    }

    private static string? BaselineCapabilities(List<JsonObject> containers)
    {
        List<(string Container, List<string> Added)> bad = Added(containers, s_baselineCapabilities);
        return bad.Count == 0 ? null
            : $"non-default capabilities ({Containers(bad.Select(one => one.Container))} must not include {Quoted(bad.SelectMany(one => one.Added).Distinct().Order(StringComparer.Ordinal))} in securityContext.capabilities.add)";
    }

    private static string? HostNamespaces(JsonNode? spec)
    {
        List<string> used = [.. new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => spec.Flag(name) is true).Select(name => $"{name}=true")];
        return used.Count == 0 ? null : $"host namespaces ({string.Join(", ", used)})";
    }

    private static string? HostPaths(JsonNode? spec)
    {
        List<string> volumes = [.. spec.Objects("volumes").Where(volume => volume["hostPath"] is not null).Select(volume => volume.Text("name") ?? "")];
        return volumes.Count == 0 ? null : $"hostPath volumes ({Plural("volume", volumes)})";
    }

    private static string? HostPorts(List<JsonObject> containers)
    {
        List<JsonObject> bad = [.. containers.Where(container => container.Objects("ports").Any(port => port.Number("hostPort") is > 0))];
        if (bad.Count == 0) return null;
        List<long> ports = [.. bad.SelectMany(container => container.Objects("ports")).Select(port => port.Number("hostPort") ?? 0).Where(port => port > 0).Distinct().Order()];
        return $"hostPort ({Containers(Names(bad))} {(bad.Count == 1 ? "uses" : "use")} hostPort{(ports.Count == 1 ? "" : "s")} {string.Join(", ", ports)})";
    }

    private static string? Privileged(List<JsonObject> containers) => Each(containers, container => container.Flag("securityContext", "privileged") is true,
        "privileged", "must not set securityContext.privileged=true");

    private static string? ProcMount(List<JsonObject> containers)
    {
        List<JsonObject> bad = [.. containers.Where(container => container.Text("securityContext", "procMount") is { } mount && mount != "Default")];
        return bad.Count == 0 ? null
            : $"procMount ({Containers(Names(bad))} must not set securityContext.procMount to {Quoted(bad.Select(container => container.Text("securityContext", "procMount")!).Distinct().Order(StringComparer.Ordinal))})";
    }

    private static string? SeLinux(List<JsonObject> containers, JsonNode? spec)
    {
        static bool Bad(JsonNode? options) => options is not null && (options.Text("type") is not (null or "" or "container_t" or "container_init_t" or "container_kvm_t" or "container_engine_t")
            || !string.IsNullOrEmpty(options.Text("user")) || !string.IsNullOrEmpty(options.Text("role")));
        List<string> who = Bad(spec.At("securityContext", "seLinuxOptions")) ? ["pod"] : [];
        List<JsonObject> bad = [.. containers.Where(container => Bad(container.At("securityContext", "seLinuxOptions")))];
        if (bad.Count > 0) who.Add(Containers(Names(bad)));
        return who.Count == 0 ? null : $"seLinuxOptions ({string.Join(" and ", who)} set forbidden securityContext.seLinuxOptions)";
    }

    private static string? BaselineSeccomp(List<JsonObject> containers, JsonNode? spec)
    {
        List<string> parts = [];
        if (spec.Text("securityContext", "seccompProfile", "type") == "Unconfined") parts.Add("pod");
        List<JsonObject> bad = [.. containers.Where(container => container.Text("securityContext", "seccompProfile", "type") == "Unconfined")];
        if (bad.Count > 0) parts.Add(Containers(Names(bad)));
        return parts.Count == 0 ? null : $"seccompProfile ({string.Join(" and ", parts)} must not set securityContext.seccompProfile.type to \"Unconfined\")";
    }

    private static string? Sysctls(JsonNode? spec)
    {
        List<string> bad = [.. spec.Objects("securityContext", "sysctls").Select(sysctl => sysctl.Text("name") ?? "").Where(name => !s_baselineSysctls.Contains(name))];
        return bad.Count == 0 ? null : $"forbidden sysctls ({string.Join(", ", bad)})";
    }

    private static string? HostProcess(List<JsonObject> containers, JsonNode? spec)
    {
        List<string> who = spec.Flag("securityContext", "windowsOptions", "hostProcess") is true ? ["pod"] : [];
        List<JsonObject> bad = [.. containers.Where(container => container.Flag("securityContext", "windowsOptions", "hostProcess") is true)];
        if (bad.Count > 0) who.Add(Containers(Names(bad)));
        return who.Count == 0 ? null : $"hostProcess ({string.Join(" and ", who)} must not set securityContext.windowsOptions.hostProcess=true)";
    }

    private static string? Escalation(List<JsonObject> containers) => Each(containers, container => container.Flag("securityContext", "allowPrivilegeEscalation") is not false,
        "allowPrivilegeEscalation != false", "must set securityContext.allowPrivilegeEscalation=false");

    private static string? RestrictedCapabilities(List<JsonObject> containers)
    {
        List<string> parts = [];
        List<JsonObject> keeping = [.. containers.Where(container =>
            container.At("securityContext", "capabilities", "drop") is not JsonArray drop || !drop.Any(capability => (string?)capability == "ALL"))];
        if (keeping.Count > 0) parts.Add($"{Containers(Names(keeping))} must set securityContext.capabilities.drop=[\"ALL\"]");
        List<(string Container, List<string> Added)> bad = Added(containers, ["NET_BIND_SERVICE"]);
        if (bad.Count > 0)
            parts.Add($"{Containers(bad.Select(one => one.Container))} must not include {Quoted(bad.SelectMany(one => one.Added).Distinct().Order(StringComparer.Ordinal))} in securityContext.capabilities.add");
        return parts.Count == 0 ? null : $"unrestricted capabilities ({string.Join("; ", parts)})";
    }

    private static string? RestrictedVolumes(JsonNode? spec)
    {
        List<(string Name, string Kind)> bad = [.. spec.Objects("volumes")
            .Select(volume => (volume.Text("name") ?? "", volume.Select(field => field.Key).FirstOrDefault(key => key != "name") ?? "emptyDir"))
            .Where(volume => !s_restrictedVolumes.Contains(volume.Item2))];
        if (bad.Count == 0) return null;
        List<string> kinds = [.. bad.Select(volume => volume.Kind).Distinct().Order(StringComparer.Ordinal)];
        return $"restricted volume types ({Plural("volume", [.. bad.Select(volume => volume.Name)])} {(bad.Count == 1 ? "uses" : "use")} restricted volume type{(kinds.Count == 1 ? "" : "s")} {Quoted(kinds)})";
    }

    private static string? NonRoot(List<JsonObject> containers, JsonNode? spec)
    {
        bool? pod = spec.Flag("securityContext", "runAsNonRoot");
        List<string> explicitly = pod is false ? ["pod"] : [];
        List<JsonObject> bad = [.. containers.Where(container => container.Flag("securityContext", "runAsNonRoot") is false)];
        if (bad.Count > 0) explicitly.Add(Containers(Names(bad)));
        if (explicitly.Count > 0) return $"runAsNonRoot != true ({string.Join(" and ", explicitly)} must not set securityContext.runAsNonRoot=false)";
        List<JsonObject> silent = [.. containers.Where(container => pod is not true && container.Flag("securityContext", "runAsNonRoot") is null)];
        return silent.Count == 0 ? null : $"runAsNonRoot != true (pod or {Containers(Names(silent))} must set securityContext.runAsNonRoot=true)";
    }

    private static string? RootUser(List<JsonObject> containers, JsonNode? spec)
    {
        List<string> who = spec.Number("securityContext", "runAsUser") is 0 ? ["pod"] : [];
        List<JsonObject> bad = [.. containers.Where(container => container.Number("securityContext", "runAsUser") is 0)];
        if (bad.Count > 0) who.Add(Containers(Names(bad)));
        return who.Count == 0 ? null : $"runAsUser=0 ({string.Join(" and ", who)} must not set runAsUser=0)";
    }

    private static string? RestrictedSeccomp(List<JsonObject> containers, JsonNode? spec)
    {
        static bool Good(string? type) => type is "RuntimeDefault" or "Localhost";
        string? pod = spec.Text("securityContext", "seccompProfile", "type");
        List<string> parts = [];
        List<string> values = [];
        if (pod is not null && !Good(pod))
        {
            parts.Add("pod");
            values.Add(pod);
        }
        List<JsonObject> bad = [.. containers.Where(container => container.Text("securityContext", "seccompProfile", "type") is { } type && !Good(type))];
        if (bad.Count > 0)
        {
            parts.Add(Containers(Names(bad)));
            values.AddRange(bad.Select(container => container.Text("securityContext", "seccompProfile", "type")!));
        }
        if (parts.Count > 0) return $"seccompProfile ({string.Join(" and ", parts)} must not set securityContext.seccompProfile.type to {Quoted(values.Distinct())})";
        List<JsonObject> silent = [.. containers.Where(container => pod is null && container.Text("securityContext", "seccompProfile", "type") is null)];
        return silent.Count == 0 ? null : $"seccompProfile (pod or {Containers(Names(silent))} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }

    private static List<(string Container, List<string> Added)> Added(List<JsonObject> containers, string[] allowed) =>
    [
        .. containers.Select(container => (container.Text("name") ?? "", container.At("securityContext", "capabilities", "add") is JsonArray add
                ? add.Select(capability => (string?)capability ?? "").Where(capability => !allowed.Contains(capability)).ToList() : []))
            .Where(one => one.Item2.Count > 0),
    ];

    private static string? Each(List<JsonObject> containers, Func<JsonObject, bool> isBad, string reason, string demand)
    {
        List<JsonObject> bad = [.. containers.Where(isBad)];
        return bad.Count == 0 ? null : $"{reason} ({Containers(Names(bad))} {demand})";
    }

    private static IEnumerable<string> Names(IEnumerable<JsonObject> containers) => containers.Select(container => container.Text("name") ?? "");

    private static string Containers(IEnumerable<string> names) => Plural("container", [.. names]);

    private static string Plural(string noun, List<string> names) => $"{noun}{(names.Count == 1 ? "" : "s")} {Quoted(names)}";

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));
}
