namespace EphemeralDebug.Sandbox.Store;

/// <summary>A kind of object that the sandbox keeps, with the names that the API knows it by.</summary>
/// <param name="Group">The API group; empty for core.</param>
/// <param name="Version">The version, <c>v1</c>.</param>
/// <param name="Plural">The name in URLs: <c>pods</c>.</param>
/// <param name="Kind">The kind: <c>Pod</c>.</param>
/// <param name="Namespaced">Whether objects live in namespaces.</param>
/// <param name="ShortNames">What kubectl also accepts: <c>po</c>.</param>
internal sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced, params string[] ShortNames)
{
    internal string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    internal static readonly ResourceType Pods = new("", "v1", "pods", "Pod", true, "po");
    internal static readonly ResourceType Nodes = new("", "v1", "nodes", "Node", false, "no");
    internal static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false, "ns");
    internal static readonly ResourceType Events = new("", "v1", "events", "Event", true, "ev");
    internal static readonly ResourceType ReplicationControllers = new("", "v1", "replicationcontrollers", "ReplicationController", true, "rc");
    internal static readonly ResourceType Services = new("", "v1", "services", "Service", true, "svc");
    internal static readonly ResourceType PersistentVolumeClaims = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc");
    internal static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true, "deploy");
    internal static readonly ResourceType ReplicaSets = new("apps", "v1", "replicasets", "ReplicaSet", true, "rs");
    internal static readonly ResourceType StatefulSets = new("apps", "v1", "statefulsets", "StatefulSet", true, "sts");
    internal static readonly ResourceType DaemonSets = new("apps", "v1", "daemonsets", "DaemonSet", true, "ds");
    internal static readonly ResourceType Jobs = new("batch", "v1", "jobs", "Job", true);
    internal static readonly ResourceType CronJobs = new("batch", "v1", "cronjobs", "CronJob", true, "cj");

    internal static readonly ResourceType PodDisruptionBudgets = new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb");

    internal static readonly IReadOnlyList<ResourceType> All =
    [
        Pods, Nodes, Namespaces, Events, ReplicationControllers, Services, PersistentVolumeClaims,
        Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, PodDisruptionBudgets,
    ];
}
