using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>Which containers a copy has, and which of them is the debug container.</summary>
internal static class PodCopyContainers
{
    private const string Regular = "containers", Init = "initContainers";

    /// <summary>Makes an init container the only container. Those before it stay what they are, since it may need what they leave.</summary>
    internal static void Promote(JsonObject spec, string? name, CopySource source)
    {
        if (name is null)
            return;
        List<JsonObject> init = spec.Objects(Init).ToList();
        int at = init.FindIndex(container => container.String("name") == name);
        if (at < 0)
            throw Failure.CopyContainerNotFound(source.ToString(), "-InitContainer", name, PodView.Names(init));
        JsonObject promoted = init[at].DeepClone().AsObject();
        promoted.Remove("restartPolicy"); // the sign of a sidecar
        spec[Init] = new JsonArray(init.Take(at).Select(container => container.DeepClone()).ToArray());
        if (at == 0)
            spec.Remove(Init);
        spec[Regular] = new JsonArray(promoted);
        spec["restartPolicy"] = "Never";
    }

    internal static void RemoveInit(JsonObject spec, PodCopyOptions options, CopySource source)
    {
        if (options.RemoveInitContainer.Length == 0)
            return;
        JsonObject[] init = spec.Objects(Init).ToArray();
        foreach (string name in options.RemoveInitContainer.Except(PodView.Names(init)))
            throw Failure.CopyContainerNotFound(source.ToString(), "-RemoveInitContainer", name, PodView.Names(init));
        JsonNode[] rest = init.Where(container => !options.RemoveInitContainer.Contains(container.String("name"))).Select(container => container.DeepClone()).ToArray();
        if (rest.Length > 0)
            spec[Init] = new JsonArray(rest);
        else
            spec.Remove(Init);
    }

    internal static void SetImages(JsonObject spec, IReadOnlyDictionary<string, string> images, CopySource source)
    {
        JsonObject[] all = spec.Objects(Regular).Concat(spec.Objects(Init)).ToArray();
        foreach (string name in images.Keys.Where(key => key != "*").Except(PodView.Names(all)))
            throw Failure.CopyContainerNotFound(source.ToString(), "-SetImage", name, PodView.Names(all));
        foreach (JsonObject container in all)
            if (images.TryGetValue(container.String("name") ?? "", out string? image))
                container["image"] = image;
        if (!images.TryGetValue("*", out string? other))
            return;
        foreach (JsonObject container in spec.Objects(Regular).Where(container => !images.ContainsKey(container.String("name") ?? "")))
            container["image"] = other;
    }

    /// <summary>The debug container: found, or added; null where the copy is for other images and nothing else.</summary>
    internal static JsonObject? Select(JsonObject spec, PodCopyOptions options, CopySource source, Func<string> suffix, out bool isNew)
    {
        isNew = false;
        string? name = options.InitContainer ?? options.Container ?? (options.Image is null && ConcernsOneContainer(options) ? DefaultContainer(spec, source) : null);
        if (name is not null && Find(spec, name) is { } found)
        {
            bool isInit = spec.Objects(Init).Contains(found);
            return isInit && !options.KeepInitContainers && options.Profile != DebugProfile.Legacy
                ? throw Failure.CopyContainerRemoved(source.ToString(), name)
                : found;
        }
        if (name is not null && options.Image is null)
            throw Failure.CopyContainerNotFound(source.ToString(), "-Container", name, PodView.Names(spec.Objects(Regular).Concat(spec.Objects(Init))));
        if (name is null && options.Image is null && options.SetImage.Count > 0)
            return options.Command.Length > 0 || options.Env.Count > 0 ? throw Failure.CopyCommandWithoutContainer(source.ToString()) : null;

        isNew = true;
        JsonObject added = new() { ["name"] = name ?? DrawName(spec, suffix), ["image"] = EphemeralContainerOptions.DefaultImage, ["terminationMessagePolicy"] = "File" };
        if (spec[Regular] is not JsonArray containers)
            spec[Regular] = containers = [];
        containers.Add((JsonNode)added);
        return added;
    }

    internal static void Edit(JsonObject container, PodCopyOptions options)
    {
        if (options.Image is not null)
            container["image"] = options.Image;
        ContainerEdit.SetCommand(container, options.Command, options.ArgumentsOnly);
        if (options.Env.Count > 0)
            container["env"] = ContainerEdit.Environment([], options.Env);
        if (options.ImagePullPolicy is { } policy)
            container["imagePullPolicy"] = policy.ToString();
        // An existing container loses what is not asked for, as with kubectl.
        ContainerEdit.SetFlag(container, "stdin", options.Stdin);
        ContainerEdit.SetFlag(container, "tty", options.Tty);
        if (options.StdinOnce)
            container["stdinOnce"] = true;
    }

    /// <summary>Lets all other containers go, and gives the one that stays. An init container has none beside it.</summary>
    internal static JsonObject KeepOnly(JsonObject spec, JsonObject container)
    {
        if (!spec.Objects(Regular).Contains(container))
            return container;
        JsonObject only = container.DeepClone().AsObject();
        spec[Regular] = new JsonArray(only);
        return only;
    }

    /// <summary>By kubectl's rule: the one that the annotation names, else the first.</summary>
    internal static string? DefaultContainer(JsonObject spec, CopySource source)
    {
        string? named = source.Pod.Object("metadata").Object("annotations").String(DebugMarks.ContainerAnnotation);
        string[] names = PodView.Names(spec.Objects(Regular)).ToArray();
        return names.Contains(named) ? named : names.FirstOrDefault();
    }

    internal static JsonObject? Find(JsonObject spec, string name) =>
        spec.Objects(Regular).Concat(spec.Objects(Init)).FirstOrDefault(container => container.String("name") == name);

    private static bool ConcernsOneContainer(PodCopyOptions options) =>
        options.Freeze is not null || options.OneContainer || options.AsRoot || options.RunAsUser is not null || options.RunAsGroup is not null;

    private static string DrawName(JsonObject spec, Func<string> suffix)
    {
        string name;
        do
            name = "debugger-" + suffix();
        while (Find(spec, name) is not null);
        return name;
    }
}
