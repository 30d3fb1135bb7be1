using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>The single rules of the Pod Security Standards, each with the API server's words for a breach.</summary>
internal static class PodSecurityChecks
{
    private static readonly HashSet<string> s_defaultCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    private static readonly (string Name, int Since)[] s_sysctls =
    [
        ("kernel.shm_rmid_forced", 0), ("net.ipv4.ip_local_port_range", 0), ("net.ipv4.tcp_syncookies", 0), ("net.ipv4.ping_group_range", 0),
        ("net.ipv4.ip_unprivileged_port_start", 0), ("net.ipv4.ip_local_reserved_ports", 27), ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29), ("net.ipv4.tcp_keepalive_intvl", 29), ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32), ("net.ipv4.tcp_wmem", 32),
    ];

    private static readonly string[] s_safeVolumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] s_otherVolumes =
    [
        "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs",
        "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume", "scaleIO", "storageos",
    ];

    internal static PodSecurityViolation? AppArmor(PodSecurityPod pod)
    {
        static bool IsBad(JsonObject? security, SortedSet<string> values) =>
            security.Object("appArmorProfile") is { } profile && Add(values, profile.String("type") ?? "", value => value is "RuntimeDefault" or "Localhost");

        SortedSet<string> values = new(StringComparer.Ordinal);
        List<string> setters = Setters(pod, security => IsBad(security, values));
        string[] annotations = (pod.Annotations ?? [])
            .Where(annotation => annotation.Key.StartsWith("container.apparmor.security.beta.kubernetes.io/", StringComparison.Ordinal))
            .Select(annotation => (annotation.Key, Value: annotation.Value.AsString() ?? ""))
            .Where(annotation => annotation.Value is not ("" or "runtime/default") && !annotation.Value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(annotation => $"{annotation.Key}=\"{annotation.Value}\"").Order(StringComparer.Ordinal).ToArray();
        if (annotations.Length > 0)
            setters.Add(annotations.Length == 1 ? "annotation" : "annotations");
        string[] all = [.. values, .. annotations];
        return setters.Count == 0 ? null : new(all.Length == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
            $"{string.Join(" and ", setters)} must not set AppArmor profile type to {Quote(all)}");
    }

    internal static PodSecurityViolation? BaselineCapabilities(PodSecurityPod pod)
    {
        SortedSet<string> added = new(StringComparer.Ordinal);
        List<string> bad = pod.Offenders(security => AddsOther(security, s_defaultCapabilities.Contains, added));
        return bad.Count == 0 ? null : new("non-default capabilities", $"{Named(bad)} must not include {Quote(added)} in securityContext.capabilities.add");
    }

    internal static PodSecurityViolation? RestrictedCapabilities(PodSecurityPod pod)
    {
        SortedSet<string> added = new(StringComparer.Ordinal);
        List<string> keeping = pod.Offenders(security => !security.Object("capabilities").Strings("drop").Contains("ALL"));
        List<string> adding = pod.Offenders(security => AddsOther(security, name => name == "NET_BIND_SERVICE", added));
        List<string> details = [];
        if (keeping.Count > 0)
            details.Add($"{Named(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        if (adding.Count > 0)
            details.Add($"{Named(adding)} must not include {Quote(added)} in securityContext.capabilities.add");
        return details.Count == 0 ? null : new("unrestricted capabilities", string.Join("; ", details));
    }

    internal static PodSecurityViolation? HostNamespaces(PodSecurityPod pod)
    {
        string[] shared = new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => pod.Spec.Bool(name) == true).Select(name => $"{name}=true").ToArray();
        return shared.Length == 0 ? null : new("host namespaces", string.Join(", ", shared));
    }

    internal static PodSecurityViolation? HostPathVolumes(PodSecurityPod pod)
    {
        string[] volumes = pod.Spec.Objects("volumes").Where(volume => volume["hostPath"] is not null).Select(volume => volume.String("name") ?? "").ToArray();
        return volumes.Length == 0 ? null : new("hostPath volumes", Named(volumes, "volume"));
    }

    internal static PodSecurityViolation? RestrictedVolumes(PodSecurityPod pod)
    {
        SortedSet<string> types = new(StringComparer.Ordinal);
        List<string> bad = [];
        foreach (JsonObject volume in pod.Spec.Objects("volumes").Where(volume => !s_safeVolumes.Any(type => volume[type] is not null)))
        {
            bad.Add(volume.String("name") ?? "");
            types.Add(s_otherVolumes.FirstOrDefault(type => volume[type] is not null) ?? "unknown");
        }
        return bad.Count == 0 ? null : new("restricted volume types", $"{Named(bad, "volume")} {Use(bad)} {Named(types, "restricted volume type")}");
    }

    internal static PodSecurityViolation? HostPorts(PodSecurityPod pod)
    {
        SortedSet<string> ports = new(StringComparer.Ordinal);
        List<string> bad = [];
        foreach ((string name, JsonObject container, _) in pod.Containers)
        {
            string[] own = container.Objects("ports").Select(port => port.Integer("hostPort") ?? 0).Where(port => port != 0)
                .Select(port => port.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            if (own.Length > 0)
                bad.Add(name);
            ports.UnionWith(own);
        }
        return bad.Count == 0 ? null : new("hostPort", $"{Named(bad)} {Use(bad)} {(ports.Count == 1 ? "hostPort" : "hostPorts")} {string.Join(", ", ports)}");
    }

    internal static PodSecurityViolation? ProbeAndLifecycleHosts(PodSecurityPod pod)
    {
        SortedSet<string> bad = new(StringComparer.Ordinal), hosts = new(StringComparer.Ordinal);
        foreach ((string name, JsonObject container, _) in pod.Containers)
        {
            IEnumerable<JsonObject?> handlers = new[] { "livenessProbe", "readinessProbe", "startupProbe" }.Select(probe => container.Object(probe))
                .Concat(new[] { "postStart", "preStop" }.Select(hook => container.Object("lifecycle").Object(hook)));
            string[] own = handlers.SelectMany(handler => new[] { handler.Object("httpGet").String("host"), handler.Object("tcpSocket").String("host") })
                .Where(host => !string.IsNullOrEmpty(host)).Select(host => host!).ToArray();
            if (own.Length > 0)
                bad.Add(name);
            hosts.UnionWith(own);
        }
        return bad.Count == 0 ? null : new("probe or lifecycle host", $"{Named(bad)} {Use(bad)} {Named(hosts, "probe or lifecycle host")}");
    }

    internal static PodSecurityViolation? Privileged(PodSecurityPod pod)
    {
        List<string> bad = pod.Offenders(security => security.Bool("privileged") == true);
        return bad.Count == 0 ? null : new("privileged", $"{Named(bad)} must not set securityContext.privileged=true");
    }

    internal static PodSecurityViolation? ProcMount(PodSecurityPod pod)
    {
        SortedSet<string> types = new(StringComparer.Ordinal);
        List<string> bad = pod.Offenders(security => security.String("procMount") is { } type && Add(types, type, value => value == "Default"));
        return bad.Count == 0 ? null : new("procMount", $"{Named(bad)} must not set securityContext.procMount to {Quote(types)}");
    }

    internal static PodSecurityViolation? SELinux(PodSecurityPod pod, int version)
    {
        SortedSet<string> types = new(StringComparer.Ordinal);
        bool setsUser = false, setsRole = false;
        List<string> setters = Setters(pod, security =>
        {
            if (security.Object("seLinuxOptions") is not { } options)
                return false;
            bool isBadType = Add(types, options.String("type") ?? "", type =>
                type is "" or "container_t" or "container_init_t" or "container_kvm_t" || (version >= 31 && type == "container_engine_t"));
            bool user = !string.IsNullOrEmpty(options.String("user")), role = !string.IsNullOrEmpty(options.String("role"));
            setsUser |= user;
            setsRole |= role;
            return isBadType || user || role;
        });
        List<string> data = [];
        if (types.Count > 0)
            data.Add(Named(types, "type"));
        if (setsUser)
            data.Add("user may not be set");
        if (setsRole)
            data.Add("role may not be set");
        return setters.Count == 0 ? null : new("seLinuxOptions",
            $"{string.Join(" and ", setters)} set forbidden securityContext.seLinuxOptions: {string.Join("; ", data)}");
    }

    internal static PodSecurityViolation? BaselineSeccomp(PodSecurityPod pod)
    {
        SortedSet<string> types = new(StringComparer.Ordinal);
        List<string> setters = Setters(pod, security => security.Object("seccompProfile") is { } profile && Add(types, profile.String("type") ?? "", IsSafeSeccomp));
        return setters.Count == 0 ? null : new("seccompProfile",
            $"{string.Join(" and ", setters)} must not set securityContext.seccompProfile.type to {Quote(types)}");
    }

    internal static PodSecurityViolation? RestrictedSeccomp(PodSecurityPod pod)
    {
        if (BaselineSeccomp(pod) is { } violation)
            return violation;
        if (pod.Security.Object("seccompProfile") is not null)
            return null;
        List<string> bad = pod.Offenders(security => security.Object("seccompProfile") is null);
        return bad.Count == 0 ? null : new("seccompProfile", $"pod or {Named(bad)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }

    internal static PodSecurityViolation? Sysctls(PodSecurityPod pod, int version)
    {
        string[] bad = pod.Security.Objects("sysctls").Select(sysctl => sysctl.String("name") ?? "")
            .Where(name => !s_sysctls.Any(safe => safe.Name == name && safe.Since <= version)).ToArray();
        return bad.Length == 0 ? null : new("forbidden sysctls", string.Join(", ", bad));
    }

    internal static PodSecurityViolation? WindowsHostProcess(PodSecurityPod pod)
    {
        List<string> setters = Setters(pod, security => security.Object("windowsOptions").Bool("hostProcess") == true);
        return setters.Count == 0 ? null : new("hostProcess", $"{string.Join(" and ", setters)} must not set securityContext.windowsOptions.hostProcess=true");
    }

    internal static PodSecurityViolation? PrivilegeEscalation(PodSecurityPod pod)
    {
        List<string> bad = pod.Offenders(security => security.Bool("allowPrivilegeEscalation") != false);
        return bad.Count == 0 ? null : new("allowPrivilegeEscalation != false", $"{Named(bad)} must set securityContext.allowPrivilegeEscalation=false");
    }

    internal static PodSecurityViolation? RunAsNonRoot(PodSecurityPod pod)
    {
        List<string> setters = Setters(pod, security => security.Bool("runAsNonRoot") == false);
        if (setters.Count > 0)
            return new("runAsNonRoot != true", $"{string.Join(" and ", setters)} must not set securityContext.runAsNonRoot=false");
        if (pod.Security.Bool("runAsNonRoot") == true)
            return null;
        List<string> bad = pod.Offenders(security => security.Bool("runAsNonRoot") is null);
        return bad.Count == 0 ? null : new("runAsNonRoot != true", $"pod or {Named(bad)} must set securityContext.runAsNonRoot=true");
    }

    internal static PodSecurityViolation? RunAsUser(PodSecurityPod pod)
    {
        List<string> setters = Setters(pod, security => security.Integer("runAsUser") == 0);
        return setters.Count == 0 ? null : new("runAsUser=0", $"{string.Join(" and ", setters)} must not set runAsUser=0");
    }

    private static bool IsSafeSeccomp(string type) => type is "RuntimeDefault" or "Localhost";

    // Who breaks a rule that the pod itself can break too: "pod", "container "a"", or both.
    private static List<string> Setters(PodSecurityPod pod, Func<JsonObject?, bool> breaksRule)
    {
        List<string> setters = breaksRule(pod.Security) ? ["pod"] : [];
        List<string> containers = pod.Offenders(breaksRule);
        if (containers.Count > 0)
            setters.Add(Named(containers));
        return setters;
    }

    private static bool AddsOther(JsonObject? security, Func<string, bool> isAllowed, SortedSet<string> found)
    {
        string[] others = security.Object("capabilities").Strings("add").Where(name => !isAllowed(name)).ToArray();
        found.UnionWith(others);
        return others.Length > 0;
    }

    // Collects a value that is not allowed, and says whether it was one.
    private static bool Add(SortedSet<string> found, string value, Func<string, bool> isAllowed)
    {
        if (isAllowed(value))
            return false;
        found.Add(value);
        return true;
    }

    private static string Named(IReadOnlyCollection<string> names, string noun = "container") => $"{noun}{(names.Count == 1 ? "" : "s")} {Quote(names)}";

    private static string Use(IReadOnlyCollection<string> subjects) => subjects.Count == 1 ? "uses" : "use";

    private static string Quote(IEnumerable<string> items) => string.Join(", ", items.Select(item => $"\"{item}\""));
}
