using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What each profile does to the security context of an ephemeral container; the same as <c>kubectl debug</c> 1.36.</summary>
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
