using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Makes a copy of a pod for debugging, as <c>kubectl debug POD --copy-to</c> 1.36 does, and what its users ask for beyond. The copy is
/// made on the JSON, so that fields which this module does not know survive. Nothing here reaches a cluster; the same input gives
/// the same output.
/// </summary>
public static class PodCopy
{
    // A pod's name becomes its host name, which has room for so many characters.
    private const int LongestDrawnName = 63;

    /// <summary>Judges all that can be judged without the source.</summary>
    /// <exception cref="DebugException">The options can be right for no pod.</exception>
    public static void Validate(PodCopyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.CopyTo is not null)
            NameRules.Pod(options.CopyTo);
        if (options.ToNamespace is not null)
            NameRules.Namespace(options.ToNamespace);
        foreach (string name in new[] { options.Container, options.InitContainer }.Concat(options.SetImage.Keys.Where(key => key != "*")).OfType<string>())
            NameRules.Container(name);
        foreach (string image in options.SetImage.Values.Append(options.Image).OfType<string>())
            OptionRules.Image(image);
        if (options.CustomProfile is not null)
            ContainerFields.CheckCustomProfile(options.CustomProfile, isEphemeral: false);
        OptionRules.Environment(options.Env);
        OptionRules.Terminal(options.Stdin, options.StdinOnce, options.Tty);
        OptionRules.UserAndGroup(options.RunAsUser, options.RunAsGroup);
        OptionRules.Deadline(options.ExpireAfter);
        CheckPairs(options);
    }

    private static void CheckPairs(PodCopyOptions options)
    {
        if (options.Target is not null)
            throw Failure.TargetForCopy();
        if (options.AsRoot && options.RunAsUser is not (null or 0))
            throw Failure.ParametersExclude("-AsRoot", "-RunAsUser");
        if (options.SameNode && options.Node is not null)
            throw Failure.ParametersExclude("-SameNode", "-Node");
        if (options.InitContainer is not null && options.Container is not null)
            throw Failure.ParametersExclude("-InitContainer", "-Container");
        if (options.Replace && options.DeleteWithSource)
            throw Failure.ParametersExclude("-Replace", "-DeleteWithSource");
        // What is frozen keeps its image; with an image and no container named, another container is added beside it.
        bool isNew = options.Image is not null && options.Container is null && options.InitContainer is null;
        if (options.Freeze is not null && options.Command.Length > 0 && !isNew)
            throw Failure.ParametersExclude("-Freeze", "-Command");
        if (options.Freeze is not null && options.Image is not null && !isNew)
            throw Failure.ParametersExclude("-Freeze", "-Image");
    }

    /// <summary>The profiles that Auto tries, the most capable first. A pod for Windows has Baseline alone.</summary>
    public static IReadOnlyList<DebugProfile> AutoOrder(CopySource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new PodView(source.Pod).IsWindows ? [DebugProfile.Baseline] : [DebugProfile.General, DebugProfile.Baseline, DebugProfile.Restricted];
    }

    /// <summary>
    /// The ways to freeze a container, in the order to try them: the next one where the container cannot start because its image lacks the
    /// command. A container for Windows has one way.
    /// </summary>
    public static IReadOnlyList<FreezeMethod> FreezeOrder(CopySource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new PodView(source.Pod).IsWindows ? [FreezeMethod.Sleep] : [FreezeMethod.Sleep, FreezeMethod.CopiedSleep];
    }

    /// <summary>Makes the copy.</summary>
    /// <param name="source">What is copied; it is not changed.</param>
    /// <param name="options">What is asked for; <see cref="Validate"/> has passed it.</param>
    /// <param name="profile">The profile to apply, never Auto.</param>
    /// <param name="suffix">Draws the end of a generated name; called again while the name is taken.</param>
    /// <param name="surroundings">What the copy's namespace holds, for warnings; null where it is not known.</param>
    /// <exception cref="DebugException">
    /// <c>CopyContainerNotFound</c>, <c>CopyContainerRemoved</c>, <c>CopyCommandWithoutContainer</c>, <c>SourceWithoutNode</c>, <c>OwnerInOtherNamespace</c>,
    /// <c>FreezeUnsupported</c>
    /// </exception>
    public static PodCopyPlan Build(CopySource source, PodCopyOptions options, DebugProfile profile, Func<string> suffix, PodSurroundings? surroundings = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(suffix);
        List<string> leftOut = [.. source.LeftOut], warnings = [];
        JsonObject pod = Bare(source, options, suffix);
        JsonObject spec = pod.Object("spec")!;
        Place(spec, source, options, leftOut);
        PodCopyContainers.Promote(spec, options.InitContainer, source);
        PodCopyContainers.RemoveInit(spec, options, source);
        PodCopyContainers.SetImages(spec, options.SetImage, source);

        JsonObject? container = PodCopyContainers.Select(spec, options, source, suffix, out bool isNew);
        if (container is not null)
            PodCopyContainers.Edit(container, options);
        JsonObject? before = container.Object("securityContext")?.DeepClone().AsObject();
        PodProfile.ApplyToCopy(profile, pod, container, options);
        if (container is not null)
        {
            if (options.Profile == DebugProfile.Auto && profile == DebugProfile.Restricted)
                SetIdentity(container, isNew, before, source, options, warnings);
            if (options.CustomProfile is not null)
                CustomProfile.Merge(options.CustomProfile, container, leftOut);
            SetAskedUser(pod, container, options);
            if (options.OneContainer)
                container = PodCopyContainers.KeepOnly(spec, container);
        }
        string? frozen = PodCopyFreeze.Apply(spec, options, source, leftOut);

        PodCopyBelongings.Adapt(pod, source, options, leftOut);
        string? name = container.String("name");
        warnings.AddRange(SecurityProfile.Warnings(options.Profile, spec, container));
        warnings.AddRange(PodCopyWarnings.Of(pod, source, options, name, frozen, surroundings ?? new()));
        DebugMarks.Put(pod.Object("metadata")!, source.ToString(), source.Uid, name);
        return new PodCopyPlan
        {
            Name = pod.Object("metadata").String("name")!,
            Namespace = pod.Object("metadata").String("namespace"),
            Pod = pod,
            Container = name,
            Frozen = frozen,
            Profile = profile,
            LeftOut = leftOut,
            Warnings = warnings,
        };
    }

    // Of the metadata only what a person writes; of the rest the specification without what the server or kubectl debug put into it.
    private static JsonObject Bare(CopySource source, PodCopyOptions options, Func<string> suffix)
    {
        JsonObject metadata = new() { ["name"] = options.CopyTo ?? DrawName(source.Name, suffix) };
        if ((options.ToNamespace ?? source.Namespace) is { } ns)
            metadata["namespace"] = ns;
        foreach (string part in new[] { "labels", "annotations" })
            if (source.Pod.Object("metadata").Object(part) is { } kept)
                metadata[part] = kept.DeepClone();
        JsonObject spec = source.Pod.Object("spec")?.DeepClone().AsObject() ?? [];
        spec.Remove("ephemeralContainers");
        return new() { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static string DrawName(string source, Func<string> suffix)
    {
        string end = "-debug-" + suffix();
        return source[..Math.Min(source.Length, LongestDrawnName - end.Length)].TrimEnd('-', '.') + end;
    }

    private static void Place(JsonObject spec, CopySource source, PodCopyOptions options, List<string> leftOut)
    {
        string? own = source.Pod.Object("spec").String("nodeName");
        if (options.SameNode && string.IsNullOrEmpty(own))
            throw Failure.SourceWithoutNode(source.ToString());
        spec.Remove("nodeName");
        if ((options.SameNode ? own : options.Node) is { } node)
        {
            spec["nodeName"] = node;
            if (spec.Remove("schedulingGates"))
                leftOut.Add("schedulingGates: the server accepts none in a pod that has its node");
        }

        if (options.ShareProcesses is not { } share)
            return;
        if (PodView.IsForWindows(spec))
            leftOut.Add("shared processes: containers of Windows share none");
        else
            spec["shareProcessNamespace"] = share;
    }

    // Restricted replaces the whole security context of an existing container, and nobody asked for another user than it had.
    private static void SetIdentity(JsonObject container, bool isNew, JsonObject? before, CopySource source, PodCopyOptions options, List<string> warnings)
    {
        bool isAskedFor = options.AsRoot || (options.RunAsUser ?? options.CustomProfile.Object("securityContext").Integer("runAsUser")) is not null;
        PodView view = new(source.Pod);
        if (isNew)
            TargetIdentity.Give(container, view, view.DefaultContainer, isAskedFor, warnings);
        else
            SecurityProfile.SetUserAndGroup(container, before.Integer("runAsUser"), before.Integer("runAsGroup"));
    }

    private static void SetAskedUser(JsonObject pod, JsonObject container, PodCopyOptions options)
    {
        SecurityProfile.SetUserAndGroup(container, options.AsRoot ? 0 : options.RunAsUser, options.RunAsGroup);
        if (!options.AsRoot)
            return;
        container.Object("securityContext")?.Remove("runAsNonRoot");
        pod.Object("spec").Object("securityContext")?.Remove("runAsNonRoot");
    }
}
