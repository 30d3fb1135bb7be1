using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Makes a debugging pod for a node, as <c>kubectl debug node/NAME</c> 1.36 does, and what its users ask for beyond. Nothing here
/// reaches a cluster; the same input gives the same output.
/// </summary>
public static partial class NodePod
{
    private const string DefaultContainer = "debugger";
    private const int LongestName = 253;

    // busybox knows the short options alone. The shell is the node's: not every node has bash.
    private static readonly string[] s_enterHost = ["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--"];
    private static readonly string[] s_hostShell = ["sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l"];

    private static readonly string[] s_windowsShell = ["powershell.exe", "-NoLogo"];

    /// <summary>Judges all that can be judged without the node.</summary>
    /// <exception cref="DebugException">The options can be right for no node.</exception>
    public static void Validate(NodePodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Container is not null)
            NameRules.Container(options.Container);
        if (options.Namespace is not null)
            NameRules.Namespace(options.Namespace);
        if (options.Image is not null)
            OptionRules.Image(options.Image);
        if (options.CustomProfile is not null)
            ContainerFields.CheckCustomProfile(options.CustomProfile, isEphemeral: false);
        OptionRules.Environment(options.Env);
        OptionRules.Terminal(options.Stdin, options.StdinOnce, options.Tty);
        OptionRules.Deadline(options.ExpireAfter);
        foreach ((string parameter, string? quantity) in new[] { ("Cpu", options.Cpu), ("Memory", options.Memory) })
            if (quantity is not null && !Quantity().IsMatch(quantity))
                throw Failure.InvalidQuantity(parameter, quantity);
        if (options.HostShell && options.ReadOnlyHost)
            throw Failure.ParametersExclude("-HostShell", "-ReadOnlyHost");
        if (options.HostShell && options.ArgumentsOnly)
            throw Failure.ParametersExclude("-HostShell", "-ArgumentsOnly");
        if (options.HostShell && options.Profile is not (DebugProfile.Auto or DebugProfile.Sysadmin))
            throw Failure.HostShellNeedsSysadmin(options.Profile);
        if (options.ReadOnlyHost && !PodProfile.MountsHost(ProfileFor(options, isWindows: false)))
            throw Failure.ReadOnlyHostWithoutMount(options.Profile);
    }

    /// <summary>Makes the pod.</summary>
    /// <param name="node">The node as read from the server.</param>
    /// <param name="options">What is asked for; <see cref="Validate"/> has passed it.</param>
    /// <param name="suffix">Draws the end of the pod's name.</param>
    /// <exception cref="DebugException"><c>ProfileNotForWindows</c></exception>
    public static NodePodPlan Build(JsonObject node, NodePodOptions options, Func<string> suffix)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(suffix);
        string name = node.Object("metadata").String("name") ?? "";
        bool isWindows = node.Object("metadata").Object("labels").String("kubernetes.io/os") == "windows";
        DebugProfile profile = ProfileFor(options, isWindows);
        if (isWindows && profile != DebugProfile.Sysadmin)
            throw Failure.ProfileNotForWindows(name, profile);

        List<string> leftOut = [];
        JsonObject container = Container(options, isWindows);
        JsonObject pod = Pod(node, options, container, PodName(name, suffix));
        if (isWindows)
            UseHostProcess(pod, options, leftOut);
        else
            ApplyProfile(profile, pod, container, options);
        if (options.CustomProfile is not null)
            CustomProfile.Merge(options.CustomProfile, container, leftOut);
        return new NodePodPlan
        {
            Name = pod.Object("metadata").String("name")!,
            Pod = pod,
            Container = container.String("name")!,
            Profile = profile,
            HostFiles = HostFiles(profile, options, isWindows),
            LeftOut = leftOut,
            Warnings = [.. SecurityProfile.Warnings(options.Profile, podSpec: null, container), .. Warnings(node, name)],
        };
    }

    private static DebugProfile ProfileFor(NodePodOptions options, bool isWindows) => options.Profile != DebugProfile.Auto
        ? options.Profile
        : options.HostShell || isWindows ? DebugProfile.Sysadmin : DebugProfile.General;

    private static JsonObject Container(NodePodOptions options, bool isWindows)
    {
        JsonObject container = new()
        {
            ["name"] = options.Container ?? DefaultContainer,
            ["image"] = options.Image ?? (isWindows ? NodePodOptions.WindowsImage : EphemeralContainerOptions.DefaultImage),
            ["terminationMessagePolicy"] = "File",
        };
        ContainerEdit.SetCommand(container, Words(options, isWindows), options.ArgumentsOnly);
        if (options.Env.Count > 0)
            container["env"] = ContainerEdit.Environment([], options.Env);
        if (options.ImagePullPolicy is { } policy)
            container["imagePullPolicy"] = policy.ToString();
        ContainerEdit.SetFlag(container, "stdin", options.Stdin);
        ContainerEdit.SetFlag(container, "stdinOnce", options.StdinOnce);
        ContainerEdit.SetFlag(container, "tty", options.Tty);
        if (Resources(options) is { Count: > 0 } amount)
            container["resources"] = new JsonObject { ["requests"] = amount, ["limits"] = amount.DeepClone() };
        return container;
    }

    private static string[] Words(NodePodOptions options, bool isWindows)
    {
        if (isWindows)
            return options.Command.Length > 0 ? options.Command : s_windowsShell;
        return options.HostShell ? [.. s_enterHost, .. options.Command.Length > 0 ? options.Command : s_hostShell] : options.Command;
    }

    private static JsonObject Resources(NodePodOptions options)
    {
        JsonObject amount = [];
        if (options.Cpu is not null)
            amount["cpu"] = options.Cpu;
        if (options.Memory is not null)
            amount["memory"] = options.Memory;
        return amount;
    }

    private static JsonObject Pod(JsonObject node, NodePodOptions options, JsonObject container, string podName)
    {
        string name = node.Object("metadata").String("name") ?? "";
        JsonObject metadata = new() { ["name"] = podName };
        if (options.Namespace is not null)
            metadata["namespace"] = options.Namespace;
        DebugMarks.Put(metadata, $"node/{name}", node.Object("metadata").String("uid"), container: null);
        JsonObject spec = new()
        {
            ["nodeName"] = name, // the scheduler would keep the pod from a node in trouble
            ["restartPolicy"] = "Never",
            ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            ["containers"] = new JsonArray(container),
        };
        if (options.ImagePullSecret.Length > 0)
            spec["imagePullSecrets"] = new JsonArray(options.ImagePullSecret.Select(secret => new JsonObject { ["name"] = secret }).ToArray<JsonNode>());
        if (options.ExpireAfter is { } after)
            spec["activeDeadlineSeconds"] = (long)Math.Ceiling(after.TotalSeconds);
        return new() { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void ApplyProfile(DebugProfile profile, JsonObject pod, JsonObject container, NodePodOptions options)
    {
        PodProfile.ApplyToNode(profile, pod, container);
        if (options.HostShell)
        {
            // In the host's mount namespace the host's files are where they belong.
            pod.Object("spec")!.Remove("volumes");
            container.Remove("volumeMounts");
        }
        if (options.ReadOnlyHost)
            container.Objects("volumeMounts").Single()["readOnly"] = true;
    }

    // All that Sysadmin means on Windows: a process of the host, as its system. Host namespaces and mounts are Linux's.
    private static void UseHostProcess(JsonObject pod, NodePodOptions options, List<string> leftOut)
    {
        JsonObject spec = pod.Object("spec")!;
        spec["os"] = new JsonObject { ["name"] = "windows" };
        spec["hostNetwork"] = true;
        spec["securityContext"] = new JsonObject
        {
            ["windowsOptions"] = new JsonObject { ["hostProcess"] = true, ["runAsUserName"] = @"NT AUTHORITY\SYSTEM" },
        };
        if (options.HostShell)
            leftOut.Add("host shell: on Windows every such process is one of the host");
        if (options.ReadOnlyHost)
            leftOut.Add("read-only host: on Windows the process has the host's files as the system has them");
    }

    private static string PodName(string node, Func<string> suffix)
    {
        string end = "-" + suffix(), start = "node-debugger-" + node;
        return start[..Math.Min(start.Length, LongestName - end.Length)].TrimEnd('-', '.') + end;
    }

    private static string HostFiles(DebugProfile profile, NodePodOptions options, bool isWindows)
    {
        if (isWindows)
            return @"Its process is one of the node itself: the node's files are under C:\.";
        if (options.HostShell)
            return "It is on the node itself, with the node's own files, processes and tools.";
        if (!PodProfile.MountsHost(profile))
            return $"The profile {profile} does not show the node's files. -Profile General has them under /host; -HostShell is on the node itself.";
        string files = $"The node's files are under {PodProfile.HostRootPath}{(options.ReadOnlyHost ? ", for reading alone" : "")}.";
        return profile == DebugProfile.Sysadmin
            ? $"{files} For the node's own tools: chroot {PodProfile.HostRootPath}"
            : $"{files} For the node's own tools: -HostShell, or chroot {PodProfile.HostRootPath} with -Profile Sysadmin";
    }

    private static IEnumerable<string> Warnings(JsonObject node, string name)
    {
        JsonObject? ready = node.Object("status").Objects("conditions").FirstOrDefault(condition => condition.String("type") == "Ready");
        if (ready is not null && ready.String("status") != "True")
            yield return PlainText.Clean($"The node '{name}' is not ready ({ready.String("reason")}): its kubelet may not start the pod.");
        if (node.Object("metadata").Object("labels").String("type") == "virtual-kubelet")
            yield return PlainText.Clean($"The node '{name}' is a virtual one: it has no machine to look into, and may refuse the pod.");
    }

    [GeneratedRegex(@"\A(?:\d+(?:\.\d*)?|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Quantity();
}
