using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>A namespace as the pipeline brings it: an artifact that was written to a file and read again, or an object of kubectl's JSON.</summary>
internal sealed record NamespaceReference(string Name, string? Uid, string? Context, string? KubeConfig)
{
    /// <summary>Makes a reference of what came; null where it is no namespace.</summary>
    internal static NamespaceReference? From(object value)
    {
        // In JSON the kind of an artifact is a number, unless enums are written as strings.
        if (!LanguagePrimitives.TryConvertTo(PodReference.Member(value, "Kind"), out DebugArtifactKind kind) || kind != DebugArtifactKind.Namespace) return null;
        return PodReference.Member(value, "metadata") is { } metadata
            ? Text(metadata, "name") is { } name ? new(name, Text(metadata, "uid"), null, null) : null
            : Text(value, "Namespace") is { } own ? new(own, Text(value, "NamespaceUid"), Text(value, "Context"), Text(value, "KubeConfig")) : null;
    }

    private static string? Text(object value, string member) => PodReference.StringOf(PodReference.Member(value, member));
}
