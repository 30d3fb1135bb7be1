using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What this module asks of a pod's JSON. A part that is missing reads as empty.</summary>
internal sealed class PodView(JsonObject pod)
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    internal JsonObject Json { get; } = pod;

    internal JsonObject? Spec => Json.Object("spec");

    internal string Name => Json.Object("metadata").String("name") ?? "";

    internal string? Namespace => Json.Object("metadata").String("namespace");

    /// <summary>As <c>namespace/name</c>, for messages and target objects.</summary>
    internal string FullName => Namespace is { Length: > 0 } space ? $"{space}/{Name}" : Name;

    internal string? Phase => Json.Object("status").String("phase");

    internal bool IsBeingDeleted => Json.Object("metadata").String("deletionTimestamp") is not null;

    /// <summary>Whether the kubelet runs it from a file, and the API server only mirrors it.</summary>
    internal bool IsStatic => Json.Object("metadata").Object("annotations")?.ContainsKey(MirrorAnnotation) == true;

    /// <summary>Validation looks at <c>os.name</c> alone; a node selector says as much of what the kubelet can do.</summary>
    internal bool IsWindows => IsForWindows(Spec);

    internal static bool IsForWindows(JsonObject? spec) => spec.Object("os").String("name") == "windows"
        || spec.Object("nodeSelector").String("kubernetes.io/os") == "windows";

    internal IEnumerable<JsonObject> EphemeralContainers => Spec.Objects("ephemeralContainers");

    internal IEnumerable<JsonObject> Targets => Spec.Objects("containers").Concat(Spec.Objects("initContainers"));

    internal IEnumerable<string> VolumeNames => Names(Spec.Objects("volumes"));

    /// <summary>The container that kubectl's annotation names, else the first; null in a pod without containers.</summary>
    internal string? DefaultContainer
    {
        get
        {
            string? named = Json.Object("metadata").Object("annotations").String(DebugMarks.ContainerAnnotation);
            string[] names = Names(Spec.Objects("containers")).ToArray();
            return named is not null && names.Contains(named) ? named : names.FirstOrDefault();
        }
    }

    /// <summary>What sort of container has the name, in words; null where the name is free.</summary>
    internal string? KindOf(string name)
    {
        foreach ((string list, string kind) in new[] { ("containers", "a container"), ("initContainers", "an init container"), ("ephemeralContainers", "an ephemeral container") })
            if (Names(Spec.Objects(list)).Contains(name))
                return kind;
        return null;
    }

    internal JsonObject? FindTarget(string? name) => Targets.FirstOrDefault(container => container.String("name") == name);

    internal JsonObject? StatusOf(string? container) => Json.Object("status").Objects("containerStatuses")
        .Concat(Json.Object("status").Objects("initContainerStatuses"))
        .FirstOrDefault(status => status.String("name") == container);

    /// <summary>Whether a container runs now; true as well for a pod whose status is not known (one from a file).</summary>
    internal bool Runs(string container) => Phase is null || StatusOf(container).Object("state").Object("running") is not null;

    internal static IEnumerable<string> Names(IEnumerable<JsonObject> items, string field = "name") => items.Select(item => item.String(field)).OfType<string>();
}
