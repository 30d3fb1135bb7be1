using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What every pod that this module makes carries, so that whoever meets it knows what it is and where it is from.</summary>
public static class DebugMarks
{
    /// <summary>The label whose value <see cref="Manager"/> marks what this module has made.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>The value of <see cref="ManagedByLabel"/>.</summary>
    public const string Manager = "EphemeralDebug";

    /// <summary>The annotation that names what the pod was made from or for: <c>pod/shop/web-0</c>, <c>deployment/shop/web</c>, <c>node/worker-a7</c>.</summary>
    public const string SourceAnnotation = "ephemeraldebug/source";

    /// <summary>The annotation with the uid of the source: a later object of the same name is another one.</summary>
    public const string SourceUidAnnotation = "ephemeraldebug/source-uid";

    /// <summary>The annotation of a temporary namespace with the time (RFC 3339) after which nobody needs it; nothing but this module heeds it.</summary>
    public const string ExpiresAnnotation = "ephemeraldebug/expires";

    /// <summary>The annotation with the container that one enters; kubectl knows it too.</summary>
    public const string ContainerAnnotation = "kubectl.kubernetes.io/default-container";

    /// <summary>Whether this module has made the pod.</summary>
    public static bool IsOurs(PodInfo pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Labels.TryGetValue(ManagedByLabel, out string? manager) && manager == Manager;
    }

    internal static void Put(JsonObject metadata, string source, string? uid, string? container)
    {
        Child(metadata, "labels")[ManagedByLabel] = Manager;
        JsonObject annotations = Child(metadata, "annotations");
        annotations[SourceAnnotation] = source;
        if (uid is not null)
            annotations[SourceUidAnnotation] = uid;
        if (container is not null)
            annotations[ContainerAnnotation] = container;
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
            parent[name] = child = [];
        return child;
    }
}
