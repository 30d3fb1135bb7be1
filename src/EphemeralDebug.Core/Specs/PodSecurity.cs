using System.Globalization;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Judges a pod by the Pod Security Standards as the API server's admission plugin does (k8s.io/pod-security-admission): the whole pod,
/// with every ephemeral container that it already has. A local judgement can only foretell: exemptions of users, namespaces and
/// runtime classes are known to the server alone.
/// </summary>
public static class PodSecurity
{
    /// <summary>The minor version whose rules <c>latest</c> stands for here: that of the API server that the rules were taken from.</summary>
    private const int Latest = 36;

    private delegate PodSecurityViolation? Check(PodSecurityPod pod, int version);

    private sealed record Rule(int Since, Check Check, int OverriddenSince = int.MaxValue);

    // Both lists are in the order of the server's check ids, which is the order of its message. A baseline rule whose restricted
    // counterpart takes over is left out under restricted, from the version on that has the counterpart.
    private static readonly Rule[] s_baseline =
    [
        new(0, (pod, _) => PodSecurityChecks.AppArmor(pod)),
        new(0, (pod, _) => PodSecurityChecks.BaselineCapabilities(pod), OverriddenSince: 22),
        new(0, (pod, _) => PodSecurityChecks.HostNamespaces(pod)),
        new(0, (pod, _) => PodSecurityChecks.HostPathVolumes(pod), OverriddenSince: 0),
        new(0, (pod, _) => PodSecurityChecks.HostPorts(pod)),
        new(34, (pod, _) => PodSecurityChecks.ProbeAndLifecycleHosts(pod)),
        new(0, (pod, _) => PodSecurityChecks.Privileged(pod)),
        new(0, (pod, version) => version >= 35 && pod.HasUserNamespace ? null : PodSecurityChecks.ProcMount(pod), OverriddenSince: 35),
        new(0, PodSecurityChecks.SELinux),
        new(19, (pod, _) => PodSecurityChecks.BaselineSeccomp(pod), OverriddenSince: 19),
        new(0, PodSecurityChecks.Sysctls),
        new(0, (pod, _) => PodSecurityChecks.WindowsHostProcess(pod)),
    ];

    private static readonly Rule[] s_restricted =
    [
        new(8, (pod, version) => version >= 25 && pod.IsWindows ? null : PodSecurityChecks.PrivilegeEscalation(pod)),
        new(22, (pod, version) => version >= 25 && pod.IsWindows ? null : PodSecurityChecks.RestrictedCapabilities(pod)),
        new(35, (pod, _) => PodSecurityChecks.ProcMount(pod)),
        new(0, (pod, _) => PodSecurityChecks.RestrictedVolumes(pod)),
        new(0, (pod, version) => version >= 35 && pod.HasUserNamespace ? null : PodSecurityChecks.RunAsNonRoot(pod)),
        new(23, (pod, version) => version >= 35 && pod.HasUserNamespace ? null : PodSecurityChecks.RunAsUser(pod)),
        new(19, (pod, version) => version >= 25 && pod.IsWindows ? null : PodSecurityChecks.RestrictedSeccomp(pod)),
    ];

    /// <summary>What the server would say of the pod; empty where the level admits it.</summary>
    /// <param name="level">
    /// <c>privileged</c>, <c>baseline</c> or <c>restricted</c>, as in the namespace's label. None means privileged; another word
    /// means restricted, since the server fails closed.
    /// </param>
    /// <param name="version"><c>latest</c> or <c>v1.N</c>. Anything else means latest. The annotations that carried seccomp before 1.19 are not read.</param>
    /// <param name="pod">The pod as it would be.</param>
    public static IReadOnlyList<PodSecurityViolation> Evaluate(string? level, string? version, JsonObject pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        if (string.IsNullOrEmpty(level) || level == "privileged")
            return [];
        int minor = Minor(version);
        IEnumerable<Rule> rules = level == "baseline"
            ? s_baseline
            : s_baseline.Where(rule => minor < rule.OverriddenSince).Concat(s_restricted);
        PodSecurityPod subject = new(pod);
        return rules.Where(rule => rule.Since <= minor).Select(rule => rule.Check(subject, minor)).OfType<PodSecurityViolation>().ToArray();
    }

    /// <summary>The violations as one line, as the server puts them after <c>violates PodSecurity "LEVEL:VERSION": </c>.</summary>
    public static string Describe(IEnumerable<PodSecurityViolation> violations) => string.Join(", ", violations);

    private static int Minor(string? version) =>
        version is not null && version.StartsWith("v1.", StringComparison.Ordinal)
            && int.TryParse(version.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? Math.Min(minor, Latest)
            : Latest;
}
