using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>Keeps a container of a copy from doing its work: its image and its mounts stay, and it sleeps.</summary>
internal static class PodCopyFreeze
{
    // musl's is linked statically, so that it runs beside any other files, or none.
    private const string SleepImage = "busybox:musl";
    private const string Volume = "ephemeraldebug-sleep", Folder = "/.ephemeraldebug", Copier = "ephemeraldebug-sleep";
    private const string ForSixtyEightYears = "2147483647"; // `infinity` is not every sleep's

    /// <summary>Freezes, and gives the name of the container; null where it is not asked for.</summary>
    internal static string? Apply(JsonObject spec, PodCopyOptions options, CopySource source, List<string> leftOut)
    {
        if (options.Freeze is not { } method)
            return null;
        string? name = options.InitContainer ?? options.Container ?? PodCopyContainers.DefaultContainer(spec, source);
        if (name is null || PodCopyContainers.Find(spec, name) is not { } container)
            throw Failure.CopyContainerNotFound(source.ToString(), "-Freeze", name ?? "", PodView.Names(spec.Objects("containers")));
        if (spec.Objects("initContainers").Contains(container))
            throw Failure.FreezeUnsupported($"The init container '{PlainText.Clean(name)}' would keep all others from starting", $"Make it the copy's container: -InitContainer {name} -Freeze");

        bool isWindows = PodView.IsForWindows(spec);
        if (isWindows && method == FreezeMethod.CopiedSleep)
            throw Failure.FreezeUnsupported("A container of Windows can be given no program from outside", "Give a command that the image has and that does not end, for example: -- powershell -Command Start-Sleep 86400");
        container["command"] = (method, isWindows) switch
        {
            (_, true) => new JsonArray("ping.exe", "-t", "127.0.0.1"),
            (FreezeMethod.CopiedSleep, _) => new JsonArray($"{Folder}/busybox", "sleep", ForSixtyEightYears),
            _ => new JsonArray("sleep", ForSixtyEightYears),
        };
        container.Remove("args");
        if (container.Object("lifecycle") is { } lifecycle && lifecycle.Remove("postStart"))
            leftOut.Add(PlainText.Clean($"postStart hook of container {name}: the process that it belongs to does not run"));
        if (method == FreezeMethod.CopiedSleep)
            BringSleep(spec, container);
        return name;
    }

    private static void BringSleep(JsonObject spec, JsonObject container)
    {
        JsonObject copier = new()
        {
            ["name"] = Copier,
            ["image"] = SleepImage,
            ["command"] = new JsonArray("cp", "/bin/busybox", $"{Folder}/busybox"),
            ["volumeMounts"] = new JsonArray(Mount(isReadOnly: false)),
        };
        // What admits the container admits its helper: the same user, the same limits.
        foreach (string same in new[] { "securityContext", "resources" })
            if (container[same] is { } value)
                copier[same] = value.DeepClone();
        // Its image runs as root where nobody names a user, which the kubelet does not start where root is forbidden.
        JsonObject? own = container.Object("securityContext"), whole = spec.Object("securityContext");
        if ((own.Bool("runAsNonRoot") ?? whole.Bool("runAsNonRoot")) == true && (own.Integer("runAsUser") ?? whole.Integer("runAsUser")) is null)
            SecurityProfile.SetUserAndGroup(copier, TargetIdentity.Fallback, group: null);
        // A copy of such a copy has all of it already.
        if (!Has(spec, "initContainers", Copier))
            List(spec, "initContainers").Insert(0, copier);
        if (!Has(spec, "volumes", Volume))
            List(spec, "volumes").Add((JsonNode)new JsonObject { ["name"] = Volume, ["emptyDir"] = new JsonObject() });
        if (!Has(container, "volumeMounts", Volume))
            List(container, "volumeMounts").Add((JsonNode)Mount(isReadOnly: true));
    }

    private static JsonObject Mount(bool isReadOnly)
    {
        JsonObject mount = new() { ["name"] = Volume, ["mountPath"] = Folder };
        ContainerEdit.SetFlag(mount, "readOnly", isReadOnly);
        return mount;
    }

    private static bool Has(JsonObject parent, string list, string name) => PodView.Names(parent.Objects(list)).Contains(name);

    private static JsonArray List(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray list)
            parent[name] = list = [];
        return list;
    }
}
