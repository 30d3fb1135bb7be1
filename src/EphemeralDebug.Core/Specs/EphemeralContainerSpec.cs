using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Makes an ephemeral container from a pod and what is asked for, as <c>kubectl debug POD</c> 1.36 does. Nothing here reaches a
/// cluster; the same input gives the same output.
/// </summary>
public static class EphemeralContainerSpec
{
    private const string WindowsIgnoresTarget = "the kubelet of a Windows node shares no process namespaces";

    /// <summary>Judges all that can be judged without the pod.</summary>
    /// <exception cref="DebugException">The options can be right for no pod.</exception>
    public static void Validate(EphemeralContainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        JsonObject? spec = options.Spec is null ? null : ContainerFields.Unwrap(options.Spec);
        if (spec is not null)
            ContainerFields.CheckSpec(spec);
        if (options.CustomProfile is not null)
            ContainerFields.CheckCustomProfile(options.CustomProfile, isEphemeral: true);

        OptionRules.Image(ImageOf(options, spec));
        if (NameOf(options, spec) is { } name)
            NameRules.Container(name);
        OptionRules.Environment(options.Env);
        OptionRules.Terminal(
            options.Stdin || spec.Bool("stdin") == true, options.StdinOnce || spec.Bool("stdinOnce") == true, options.Tty || spec.Bool("tty") == true);
        if (options.Target is not null && options.NoTarget)
            throw Failure.TargetAndNoTarget();
        OptionRules.UserAndGroup(options.RunAsUser, options.RunAsGroup);
    }

    /// <summary>Judges whether this pod can take the container, before anything is sent.</summary>
    /// <exception cref="DebugException">
    /// <c>StaticPod</c>, <c>PodFinished</c>, <c>PodBeingDeleted</c>, <c>ContainerNameTaken</c>, <c>TargetNotFound</c>, <c>VolumeNotFound</c>
    /// </exception>
    public static void CheckPod(JsonObject pod, EphemeralContainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(options);
        PodView view = new(pod);
        JsonObject? spec = options.Spec is null ? null : ContainerFields.Unwrap(options.Spec);

        if (view.IsStatic)
            throw Failure.StaticPod(view.FullName);
        if (view.Phase is "Succeeded" or "Failed")
            throw Failure.PodFinished(view.FullName, view.Phase);
        if (view.IsBeingDeleted)
            throw Failure.PodBeingDeleted(view.FullName);
        if (NameOf(options, spec) is { } name && view.KindOf(name) is { } kind)
            throw Failure.ContainerNameTaken(view.FullName, $"{kind} named '{name}'");
        if (AskedTarget(options, spec) is { } target && view.FindTarget(target) is null)
            throw Failure.TargetNotFound(view.FullName, target, PodView.Names(view.Targets));

        string[] missing = PodView.Names(spec.Objects("volumeMounts").Concat(spec.Objects("volumeDevices")).Concat(options.CustomProfile.Objects("volumeMounts")))
            .Except(view.VolumeNames).ToArray();
        if (missing.Length > 0)
            throw Failure.VolumeNotFound(view.FullName, missing, view.VolumeNames);
    }

    /// <summary>
    /// Makes the container and the patch. In this order: the specification, what is copied from the target, the other
    /// options, the profile, the custom profile, and last the user and group that were given by number.
    /// </summary>
    /// <param name="pod">The pod as read from the server; it is not changed.</param>
    /// <param name="options">What is asked for; <see cref="Validate"/> has passed it.</param>
    /// <param name="profile">
    /// The profile to apply, never Auto. Where <paramref name="options"/> ask for Auto and this is Restricted, the container also gets the
    /// target's user and group.
    /// </param>
    /// <param name="suffix">Draws the end of a generated name; called again while the name is taken.</param>
    /// <exception cref="DebugException">As <see cref="CheckPod"/>.</exception>
    public static EphemeralContainerPlan Build(JsonObject pod, EphemeralContainerOptions options, DebugProfile profile, Func<string> suffix)
    {
        ArgumentNullException.ThrowIfNull(suffix);
        CheckPod(pod, options);
        PodView view = new(pod);
        JsonObject? spec = options.Spec is null ? null : ContainerFields.Unwrap(options.Spec);
        List<string> leftOut = [], warnings = [];

        string name = NameOf(options, spec) ?? DrawName(view, suffix);
        JsonObject container = spec?.DeepClone().AsObject() ?? [];
        container["name"] = name;
        container["image"] = ImageOf(options, spec);
        container["terminationMessagePolicy"] ??= "File";
        string? target = Target(view, options, spec, leftOut);
        container.Remove("targetContainerName");
        if (target is not null)
            container["targetContainerName"] = target;
        string? source = target ?? AskedTarget(options, spec) ?? view.DefaultContainer;
        CopyFromTarget(container, view.FindTarget(source), options, leftOut);
        SetOptions(container, options);

        SecurityProfile.Apply(profile, container);
        if (options.Profile == DebugProfile.Auto && profile == DebugProfile.Restricted)
            TargetIdentity.Give(container, view, source, (options.RunAsUser ?? options.CustomProfile.Object("securityContext").Integer("runAsUser")) is not null, warnings);
        if (options.CustomProfile is not null)
            CustomProfile.Merge(options.CustomProfile, container, leftOut);
        SecurityProfile.SetUserAndGroup(container, options.RunAsUser, options.RunAsGroup);
        warnings.AddRange(SecurityProfile.Warnings(options.Profile, view.Spec, container));

        return new EphemeralContainerPlan
        {
            Name = name,
            Container = container,
            Patch = Patch(view, container),
            Target = target,
            Profile = options.Profile == DebugProfile.Auto && profile == DebugProfile.Legacy ? null : profile,
            LeftOut = leftOut,
            Warnings = warnings,
        };
    }

    /// <summary>
    /// The profiles that Auto tries, the most capable first. A pod for Windows has Baseline alone, the others set what Windows does
    /// not know. Where the specification brings its own security context there is nothing to choose: Legacy, which changes nothing.
    /// </summary>
    public static IReadOnlyList<DebugProfile> AutoOrder(JsonObject pod, EphemeralContainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pod);
        if (options?.Spec is { } spec && ContainerFields.Unwrap(spec).Object("securityContext") is not null)
            return [DebugProfile.Legacy];
        return new PodView(pod).IsWindows
            ? [DebugProfile.Baseline]
            : [DebugProfile.General, DebugProfile.Baseline, DebugProfile.Restricted];
    }

    private static string ImageOf(EphemeralContainerOptions options, JsonObject? spec) =>
        options.Image ?? spec.String("image") ?? EphemeralContainerOptions.DefaultImage;

    private static string? NameOf(EphemeralContainerOptions options, JsonObject? spec) => options.Name ?? spec.String("name");

    private static string? AskedTarget(EphemeralContainerOptions options, JsonObject? spec) =>
        options.NoTarget ? null : options.Target ?? (spec.String("targetContainerName") is { Length: > 0 } target ? target : null);

    private static string? Target(PodView pod, EphemeralContainerOptions options, JsonObject? spec, List<string> leftOut)
    {
        string? asked = AskedTarget(options, spec);
        if (options.NoTarget)
            return null;
        if (pod.IsWindows)
        {
            if (asked is not null)
                leftOut.Add($"target {asked}: {WindowsIgnoresTarget}");
            return null;
        }
        // The kubelet cannot start a container beside a target that does not run. Where nobody asked for that target, a
        // container without it is worth more than none.
        if (asked is null && pod.DefaultContainer is { } usual && !pod.Runs(usual))
        {
            leftOut.Add($"target {usual}: it does not run now");
            return null;
        }
        return asked ?? pod.DefaultContainer;
    }

    private static string DrawName(PodView pod, Func<string> suffix)
    {
        string name;
        do
            name = "debugger-" + suffix();
        while (pod.KindOf(name) is not null);
        return name;
    }

    private static void CopyFromTarget(JsonObject container, JsonObject? source, EphemeralContainerOptions options, List<string> leftOut)
    {
        if (source is null)
            return;
        if (options.CopyEnv)
        {
            JsonArray variables = CopiedSettings.Env(source);
            foreach (JsonObject variable in container.Objects("env").ToArray())
                CopiedSettings.Set(variables, variable.DeepClone().AsObject());
            JsonArray references = CopiedSettings.EnvFrom(source);
            foreach (JsonObject reference in container.Objects("envFrom").ToArray())
                references.Add(reference.DeepClone());
            SetList(container, "env", variables);
            SetList(container, "envFrom", references);
        }
        if (options.CopyVolumeMounts)
        {
            JsonArray mounts = new(container.Objects("volumeMounts").Select(mount => mount.DeepClone()).ToArray());
            HashSet<string?> taken = mounts.Select(mount => mount.String("mountPath")).ToHashSet();
            foreach (JsonObject mount in CopiedSettings.VolumeMounts(source, leftOut).Where(mount => taken.Add(mount.String("mountPath"))))
                mounts.Add((JsonNode)mount);
            SetList(container, "volumeMounts", mounts);
        }
    }

    private static void SetOptions(JsonObject container, EphemeralContainerOptions options)
    {
        ContainerEdit.SetCommand(container, options.Command, options.ArgumentsOnly);
        if (options.Env.Count > 0)
            container["env"] = ContainerEdit.Environment(container.Objects("env"), options.Env);
        if (options.ImagePullPolicy is { } policy)
            container["imagePullPolicy"] = policy.ToString();
        if (!string.IsNullOrEmpty(options.WorkingDirectory))
            container["workingDir"] = options.WorkingDirectory;
        if (options.Stdin)
            container["stdin"] = true;
        if (options.StdinOnce)
            container["stdinOnce"] = true;
        if (options.Tty)
            container["tty"] = true;
    }

    private static JsonObject Patch(PodView pod, JsonObject container)
    {
        JsonObject spec = [];
        string[] existing = PodView.Names(pod.EphemeralContainers).ToArray();
        if (existing.Length > 0)
        {
            JsonNode[] order = existing.Append(container.String("name")!).Select(name => (JsonNode)new JsonObject { ["name"] = name }).ToArray();
            spec["$setElementOrder/ephemeralContainers"] = new JsonArray(order);
        }
        spec["ephemeralContainers"] = new JsonArray(container.DeepClone());
        return new JsonObject { ["spec"] = spec };
    }

    private static void SetList(JsonObject container, string name, JsonArray list)
    {
        if (list.Count > 0)
            container[name] = list;
        else
            container.Remove(name);
    }
}
