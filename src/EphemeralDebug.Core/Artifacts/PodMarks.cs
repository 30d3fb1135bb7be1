using System.Text.RegularExpressions;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>
/// The marks by which the pods of debugging tools are known: one row a sort of pod, the first that fits decides. A row asks for a label or
/// annotation that only the tool sets; where a tool sets none, for its way of naming together with the structure that it gives its pods.
/// What could as well be somebody's application fits no row: kubectl's copies bear no mark at all, so they are not among these.
/// </summary>
internal static partial class PodMarks
{
    private const string OcLabel = "debug.openshift.io/managed-by";
    private const string OcSource = "debug.openshift.io/source-resource";

    /// <summary>The rows.</summary>
    internal static IReadOnlyList<PodMark> Rows { get; } =
    [
        new(DebugMarks.Manager, DebugArtifactKind.NodePod, pod => IsOurs(pod) && OurSource(pod)?.StartsWith("node/", StringComparison.Ordinal) == true, OurSource),
        new(DebugMarks.Manager, DebugArtifactKind.PodCopy, IsOurs, OurSource),

        // kubectl debug node/NAME; the label since 1.34.
        new("kubectl", DebugArtifactKind.NodePod, pod => pod.Label(DebugMarks.ManagedByLabel) == "kubectl-debug", NodeOf),
        new("kubectl", DebugArtifactKind.NodePod, IsUnlabelledNodeDebugger, NodeOf),

        // The label came after the annotation.
        new("oc", DebugArtifactKind.NodePod, pod => IsOcs(pod) && OcSourceOf(pod)?.StartsWith("node/", StringComparison.Ordinal) == true, OcSourceOf),
        new("oc", DebugArtifactKind.PodCopy, IsOcs, OcSourceOf),

        // k9s names its pod by its process id, kubectl-node-shell draws six characters.
        new("k9s", DebugArtifactKind.NodePod, pod => K9sName().IsMatch(pod.Name) && pod.HasContainer("k9s-shell") && pod.SharesNode, NodeOf),
        new("node-shell", DebugArtifactKind.NodePod, pod => NodeShellName().IsMatch(pod.Name) && pod.HasContainer("nsenter") && pod.SharesNode, NodeOf),

        // Lens and its forks (OpenLens, Freelens) end the name with a UUID, Headlamp with the node, a time and three characters.
        new("Lens", DebugArtifactKind.NodePod, pod => LensName().IsMatch(pod.Name) && pod.HasContainer("shell") && pod.SharesNode, NodeOf),
        new("Headlamp", DebugArtifactKind.NodePod, IsHeadlamps, NodeOf),
        new("kdashboard", DebugArtifactKind.NodePod, pod => pod.Label("kdashboard.io/node-shell") == "true", NodeOf),

        new("ksniff", DebugArtifactKind.DebugPod, pod => pod.Label("app") == "ksniff" && pod.Name.StartsWith("ksniff-", StringComparison.Ordinal)),
        new("dumpy", DebugArtifactKind.DebugPod, pod => pod.Label("app") == "dumpy-kubectl-plugin" && pod.Label("component") == "dumpy-sniffer", DumpySource),
        new("kpexec", DebugArtifactKind.DebugPod, pod => pod.Label("kpexec.ssup2") == "cnsenter"),

        // The kubectl-debug that was there before kubectl debug: a pod with an agent on the node.
        new("debug-agent", DebugArtifactKind.DebugPod, pod => AgentName().IsMatch(pod.Name) && pod.SharesNode),
    ];

    /// <summary>The row that a pod fits, which no controller owns; null where it is none of a debugging tool's.</summary>
    internal static PodMark? Find(MarkedPod pod) => Rows.FirstOrDefault(mark => mark.Fits(pod));

    private static bool IsOurs(MarkedPod pod) => pod.Label(DebugMarks.ManagedByLabel) == DebugMarks.Manager;

    private static string? OurSource(MarkedPod pod) => pod.Annotation(DebugMarks.SourceAnnotation);

    private static string? NodeOf(MarkedPod pod) => pod.Node is { } node ? $"node/{node}" : null;

    private static bool IsUnlabelledNodeDebugger(MarkedPod pod)
    {
        string start = $"node-debugger-{pod.Node}-";
        return pod.Node is not null
            && pod.Name.StartsWith(start, StringComparison.Ordinal) && Suffix().IsMatch(pod.Name[start.Length..])
            && pod.HasContainer("debugger") && pod.ToleratesAll && pod.IsNeverRestarted;
    }

    private static bool IsOcs(MarkedPod pod) => pod.Label(OcLabel) == "oc-debug" || pod.Annotation(OcSource) is not null;

    // "/v1, Resource=nodes/worker-a7", "apps/v1, Resource=deployments/web"
    private static string? OcSourceOf(MarkedPod pod)
    {
        if (pod.Annotation(OcSource) is not { } written) return null;
        string[] parts = written[(written.LastIndexOf('=') + 1)..].Split('/', 2);
        if (parts.Length < 2) return null;
        string kind = parts[0].TrimEnd('s');
        return kind == "node" ? $"node/{parts[1]}" : $"{kind}/{pod.Namespace}/{parts[1]}";
    }

    private static bool IsHeadlamps(MarkedPod pod)
    {
        string start = $"node-shell-{pod.Node}-";
        return pod.Node is not null
            && pod.Name.StartsWith(start, StringComparison.Ordinal) && HeadlampEnd().IsMatch(pod.Name[start.Length..])
            && pod.HasContainer("shell") && pod.SharesNode;
    }

    private static string? DumpySource(MarkedPod pod) => (pod.Label("dumpy-target-namespace"), pod.Label("dumpy-target-pod")) is ({ } ns, { } name)
        ? $"pod/{ns}/{name}"
        : null;

    [GeneratedRegex(@"\A[bcdfghjklmnpqrstvwxz2456789]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"\Ak9s-shell-[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex K9sName();

    [GeneratedRegex(@"\Ansenter-[a-z0-9]{6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NodeShellName();

    [GeneratedRegex(@"\Anode-shell-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LensName();

    [GeneratedRegex(@"\A[0-9a-z]+-[0-9a-z]{1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeadlampEnd();

    [GeneratedRegex(@"\Adebug-agent-pod-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AgentName();
}
