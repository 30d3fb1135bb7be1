using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What each profile does to the pod around a debug container, in a copy and on a node; the same as <c>kubectl debug</c> 1.36.</summary>
internal static class PodProfile
{
    internal const string HostRootVolume = "host-root", HostRootPath = "/host";

    private static readonly (string Name, Func<PodCopyOptions, bool> IsKept)[] s_probes =
    [
        ("livenessProbe", options => options.KeepLiveness),
        ("readinessProbe", options => options.KeepReadiness),
        ("startupProbe", options => options.KeepStartup),
    ];

    /// <summary>A copy. Without a debug container (images were set, and nothing else) only the pod itself is changed.</summary>
    internal static void ApplyToCopy(DebugProfile profile, JsonObject pod, JsonObject? container, PodCopyOptions options)
    {
        JsonObject metadata = pod.Object("metadata")!, spec = pod.Object("spec")!;
        if (container is not null)
            SecurityProfile.Apply(profile, container);
        if (profile == DebugProfile.Legacy)
        {
            metadata.Remove("labels"); // always, and nothing else
            return;
        }

        if (!options.KeepLabels)
            metadata.Remove("labels");
        if (!options.KeepAnnotations)
            metadata.Remove("annotations");
        foreach (JsonObject one in spec.Objects("containers"))
            foreach ((string probe, Func<PodCopyOptions, bool> isKept) in s_probes)
                if (!isKept(options))
                    one.Remove(probe);
        if (!options.KeepInitContainers)
            spec.Remove("initContainers");
        if (spec["shareProcessNamespace"] is null && CanShareProcesses(spec))
            spec["shareProcessNamespace"] = true;
    }

    /// <summary>The server refuses it together with hostPID, which shares more, and for Windows, which cannot.</summary>
    internal static bool CanShareProcesses(JsonObject spec) => spec.Bool("hostPID") != true && !PodView.IsForWindows(spec);

    /// <summary>The pod of a node.</summary>
    internal static void ApplyToNode(DebugProfile profile, JsonObject pod, JsonObject container)
    {
        JsonObject spec = pod.Object("spec")!;
        // On a node General grants the host's namespaces instead of a capability.
        SecurityProfile.Apply(profile == DebugProfile.General ? DebugProfile.Baseline : profile, container);
        if (profile is DebugProfile.Legacy or DebugProfile.General or DebugProfile.Netadmin or DebugProfile.Sysadmin)
        {
            spec["hostNetwork"] = true;
            spec["hostPID"] = true;
            spec["hostIPC"] = true;
        }
        if (MountsHost(profile))
        {
            Add(spec, "volumes", new() { ["name"] = HostRootVolume, ["hostPath"] = new JsonObject { ["path"] = "/" } });
            Add(container, "volumeMounts", new() { ["name"] = HostRootVolume, ["mountPath"] = HostRootPath });
        }
    }

    internal static bool MountsHost(DebugProfile profile) => profile is DebugProfile.Legacy or DebugProfile.General or DebugProfile.Sysadmin;

    private static void Add(JsonObject parent, string name, JsonObject item)
    {
        if (parent[name] is not JsonArray list)
            parent[name] = list = [];
        list.Add((JsonNode)item);
    }
}
