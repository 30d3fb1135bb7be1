using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What each profile does to the security context of a debug container; the same as <c>kubectl debug</c> 1.36.</summary>
internal static class SecurityProfile
{
    internal static void Apply(DebugProfile profile, JsonObject container)
    {
        switch (profile)
        {
            case DebugProfile.Legacy:
                break;
            case DebugProfile.General:
                AddCapabilities(container, "SYS_PTRACE");
                break;
            case DebugProfile.Baseline:
                container.Remove("securityContext");
                break;
            case DebugProfile.Restricted:
                container["securityContext"] = new JsonObject
                {
                    ["runAsNonRoot"] = true,
                    ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
                    ["allowPrivilegeEscalation"] = false,
                    ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
                };
                break;
            case DebugProfile.Netadmin:
                AddCapabilities(container, "NET_ADMIN", "NET_RAW");
                break;
            case DebugProfile.Sysadmin:
                SecurityContext(container)["privileged"] = true;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(profile), profile, "A profile is chosen before it is applied.");
        }
    }

    internal static JsonObject SecurityContext(JsonObject container) => Child(container, "securityContext");

    internal static void SetUserAndGroup(JsonObject container, long? user, long? group)
    {
        if (user is not null)
            SecurityContext(container)["runAsUser"] = user;
        if (group is not null)
            SecurityContext(container)["runAsGroup"] = group;
    }

    /// <summary>What a person should know of the profile that was asked for, and of the container that came of it.</summary>
    internal static IEnumerable<string> Warnings(DebugProfile asked, JsonObject? podSpec, JsonObject? container)
    {
        if (asked == DebugProfile.Legacy)
            yield return "The profile Legacy is deprecated, and kubectl plans to remove it in 1.39. Use another, for example: -Profile General";
        if (IsNonRootWithPrivileges(podSpec, container))
            yield return "The whole pod is set to run as a non-root user, so some of the capabilities that the profile grants may not work. Add -RunAsUser 0 to run the debug container as root.";
    }

    // kubectl's condition: only the pod's own runAsUser counts, and a container that asks for nothing special is left in peace.
    private static bool IsNonRootWithPrivileges(JsonObject? podSpec, JsonObject? container)
    {
        JsonObject? security = container.Object("securityContext");
        return podSpec.Object("securityContext").Integer("runAsUser") is not (null or 0)
            && security.Integer("runAsUser") != 0
            && (security.Bool("privileged") == true || security.Object("capabilities").Strings("add").Any());
    }

    private static void AddCapabilities(JsonObject container, params string[] names)
    {
        JsonObject capabilities = Child(SecurityContext(container), "capabilities");
        capabilities["add"] = capabilities.Strings("add").Concat(names).ToJsonArray();
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
            parent[name] = child = [];
        return child;
    }
}
