using EphemeralDebug.Sandbox.Store;
using static EphemeralDebug.Sandbox.Patching.Schema;

namespace EphemeralDebug.Sandbox.Patching;

/// <summary>The fields of core/v1 Pod in Kubernetes 1.36, as far as the sandbox looks into them.</summary>
internal static class PodSchema
{
    internal static readonly Schema Metadata = Object(
        "name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds managedFields",
        ("labels", Map), ("annotations", Map), ("finalizers", Set),
        ("ownerReferences", Keyed(Object("apiVersion kind name uid controller blockOwnerDeletion"), "uid")));

    private static readonly Schema s_keyRef = Object("name key optional") with { Atomic = true };

    private static readonly Schema s_envVar = Object("name value", ("valueFrom", Object("",
        ("fieldRef", Object("apiVersion fieldPath") with { Atomic = true }),
        ("resourceFieldRef", Object("containerName resource divisor") with { Atomic = true }),
        ("configMapKeyRef", s_keyRef), ("secretKeyRef", s_keyRef),
        ("fileKeyRef", Object("volumeName path key optional") with { Atomic = true }))));

    private static readonly Schema s_capabilities = Object("add drop");
    private static readonly Schema s_seLinux = Object("user role type level");
    private static readonly Schema s_windows = Object("gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess");
    private static readonly Schema s_profile = Object("type localhostProfile");

    private static readonly Schema s_containerSecurity = Object(
        "privileged runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount",
        ("capabilities", s_capabilities), ("seLinuxOptions", s_seLinux), ("windowsOptions", s_windows),
        ("seccompProfile", s_profile), ("appArmorProfile", s_profile));

    private static readonly Schema s_resources = Object("", ("limits", Map), ("requests", Map), ("claims", Keyed(Object("name request"), "name") with { MergeKey = null }));
    private static readonly Schema s_httpGet = Object("path port host scheme httpHeaders");

    private static readonly Schema s_probe = Object(
        "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds",
        ("exec", Object("command")), ("httpGet", s_httpGet), ("tcpSocket", Object("port host")), ("grpc", Object("port service")));

    private static readonly Schema s_handler = Object("", ("exec", Object("command")), ("httpGet", s_httpGet), ("tcpSocket", Object("port host")), ("sleep", Object("seconds")));

    private const string ContainerLeaves = "name image command args workingDir imagePullPolicy terminationMessagePath terminationMessagePolicy "
        + "stdin stdinOnce tty restartPolicy restartPolicyRules resizePolicy";

    private static readonly (string, Schema)[] s_containerFields =
    [
        ("ports", Keyed(Object("name containerPort hostPort hostIP protocol"), "containerPort", "containerPort", "protocol")),
        ("env", Keyed(s_envVar, "name")),
        ("envFrom", ListOf(Object("prefix", ("configMapRef", Object("name optional")), ("secretRef", Object("name optional"))))),
        ("resources", s_resources),
        ("volumeMounts", Keyed(Object("name mountPath readOnly recursiveReadOnly subPath subPathExpr mountPropagation"), "mountPath")),
        ("volumeDevices", Keyed(Object("name devicePath"), "devicePath")),
        ("livenessProbe", s_probe), ("readinessProbe", s_probe), ("startupProbe", s_probe),
        ("lifecycle", Object("stopSignal", ("postStart", s_handler), ("preStop", s_handler))),
        ("securityContext", s_containerSecurity),
    ];

    internal static readonly Schema Container = Object(ContainerLeaves, s_containerFields);

    internal static readonly Schema EphemeralContainer = Object(ContainerLeaves + " targetContainerName", s_containerFields);

    // The sources of volumes are looked into one level deep; what is below has one owner.
    private static readonly Schema s_volume = Map with
    {
        Fields = new[] { "configMap", "downwardAPI", "emptyDir", "ephemeral", "hostPath", "image", "persistentVolumeClaim", "projected", "secret" }
            .ToDictionary(source => source, _ => Map, StringComparer.Ordinal),
    };

    internal static readonly Schema Spec = Object(
        "restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy serviceAccountName serviceAccount automountServiceAccountToken nodeName "
        + "hostNetwork hostPID hostIPC hostUsers shareProcessNamespace hostname subdomain schedulerName priorityClassName priority enableServiceLinks "
        + "preemptionPolicy runtimeClassName setHostnameAsFQDN hostnameOverride affinity tolerations dnsConfig readinessGates topologySpreadConstraints "
        + "overhead resourceClaims schedulingGates workloadRef",
        ("nodeSelector", Map with { Atomic = true }),
        ("containers", Keyed(Container, "name")),
        ("initContainers", Keyed(Container, "name")),
        ("ephemeralContainers", Keyed(EphemeralContainer, "name")),
        ("volumes", Keyed(s_volume, "name")),
        ("imagePullSecrets", Keyed(Object("name"), "name")),
        ("hostAliases", Keyed(Object("ip hostnames"), "ip")),
        ("os", Object("name")),
        ("resources", s_resources),
        ("securityContext", Object(
            "runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seLinuxChangePolicy",
            ("seLinuxOptions", s_seLinux), ("windowsOptions", s_windows), ("seccompProfile", s_profile), ("appArmorProfile", s_profile))));

    internal static readonly Schema Status = Map with
    {
        Fields = new Dictionary<string, Schema> { ["conditions"] = Keyed(Map, "type"), ["podIPs"] = Keyed(Map, "ip"), ["hostIPs"] = Leaf },
    };

    internal static readonly Schema Pod = Object("apiVersion kind", ("metadata", Metadata), ("spec", Spec), ("status", Status));

    // Of the other kinds the sandbox knows the metadata and the pod template; everything else is kept as it comes.
    private static readonly Schema s_other = Map with
    {
        Fields = new Dictionary<string, Schema>
        {
            ["metadata"] = Metadata,
            ["spec"] = Map with
            {
                Fields = new Dictionary<string, Schema>
                {
                    ["template"] = Map with { Fields = new Dictionary<string, Schema> { ["metadata"] = Metadata, ["spec"] = Spec } },
                },
            },
            ["status"] = Map with { Fields = new Dictionary<string, Schema> { ["conditions"] = Keyed(Map, "type") } },
        },
    };

    internal static Schema For(ResourceType type) => type == ResourceType.Pods ? Pod : s_other;
}
