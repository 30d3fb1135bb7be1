using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Admission;

/// <summary>Refuses (enforce) or warns (warn) as the labels of the namespace ask; the whole pod is judged.</summary>
internal static class PodSecurityAdmission
{
    internal static void Judge(ApiRequest request, JsonObject? ns, JsonObject pod)
    {
        if (PodSecurity.Policy(ns, "enforce") is { } enforced && PodSecurity.Violations(pod, enforced.Level) is { Length: > 0 } refused)
            throw StatusException.Forbidden("", "pods", pod.Name(), $"violates PodSecurity \"{enforced.Name}\": {refused}");
        if (PodSecurity.Policy(ns, "warn") is { } warned && PodSecurity.Violations(pod, warned.Level) is { Length: > 0 } objections)
            request.Warn($"would violate PodSecurity \"{warned.Name}\": {objections}");
    }
}
