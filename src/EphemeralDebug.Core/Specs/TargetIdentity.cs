using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// The user and group that let a debug container without capabilities see into its target: the kernel opens <c>/proc/PID/root</c> only
/// to a process of the same user and group.
/// </summary>
internal static class TargetIdentity
{
    /// <summary>
    /// Taken where the target's user is not known or is root. Without a user an image that runs as root (busybox) would hang in
    /// CreateContainerConfigError under runAsNonRoot. 65532 is <c>nonroot</c> of the distroless images: where nobody says which user
    /// the target has, that one is the likeliest to be it, and it owns nothing on an ordinary machine.
    /// </summary>
    internal const long Fallback = 65532;

    /// <summary>Gives a container the user and group of another, unless somebody asked for a user.</summary>
    internal static void Give(JsonObject container, PodView pod, string? other, bool isAskedFor, List<string> warnings)
    {
        (long user, long? group, bool isKnown) = Find(pod, other);
        SecurityProfile.SetUserAndGroup(container, user, group);
        if (!isKnown && !isAskedFor)
            warnings.Add($"No non-root user is known for {(other is null ? "the pod" : $"container '{PlainText.Clean(other)}'")}, so the debug container runs as {user}, and may not see into other processes. Set another with -RunAsUser and -RunAsGroup.");
    }

    /// <summary>The specification first (container, then pod), then what the kubelet saw the container start as.</summary>
    internal static (long User, long? Group, bool IsKnown) Find(PodView pod, string? container)
    {
        JsonObject? own = pod.FindTarget(container).Object("securityContext");
        JsonObject? whole = pod.Spec.Object("securityContext");
        JsonObject? seen = pod.StatusOf(container).Object("user").Object("linux");
        long? user = own.Integer("runAsUser") ?? whole.Integer("runAsUser") ?? seen.Integer("uid");
        if (user is null or 0)
            return (Fallback, Fallback, IsKnown: false);
        // An unknown group stays unset: with the same user, the runtime gives both containers its default.
        return (user.Value, own.Integer("runAsGroup") ?? whole.Integer("runAsGroup") ?? seen.Integer("gid"), IsKnown: true);
    }
}
