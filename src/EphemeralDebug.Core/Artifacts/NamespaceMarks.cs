using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>The namespaces that tools make to debug a node where no other admits a privileged pod.</summary>
internal static partial class NamespaceMarks
{
    /// <summary>The artifact; null for any other namespace, however it is named.</summary>
    internal static DebugArtifact? Find(JsonObject value, string? context, string? kubeConfig)
    {
        JsonObject? metadata = value.Object("metadata");
        string name = metadata.String("name") ?? "";
        JsonObject? labels = metadata.Object("labels"), annotations = metadata.Object("annotations");
        string? source = annotations.String(DebugMarks.SourceAnnotation);
        bool isPrivileged = labels.String("pod-security.kubernetes.io/enforce") == "privileged";
        // Everything in a namespace goes with it: a label alone, which whoever fills it may copy, is too little.
        string? tool = labels.String(DebugMarks.ManagedByLabel) == DebugMarks.Manager && source is not null ? DebugMarks.Manager
            : OcName().IsMatch(name) && isPrivileged ? "oc"
            : null;
        return tool is null ? null : new DebugArtifact
        {
            Kind = DebugArtifactKind.Namespace,
            Tool = tool,
            Namespace = name,
            NamespaceUid = metadata.String("uid"),
            Source = source is null ? null : PlainText.OneLine(source),
            State = PlainText.Clean(value.Object("status").String("phase") ?? "Unknown"),
            Created = Time(metadata.String("creationTimestamp")),
            Expires = Time(annotations.String(DebugMarks.ExpiresAnnotation)),
            CreatedBy = FieldManagers.OfObject(metadata),
            Context = context,
            KubeConfig = kubeConfig,
        };
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    [GeneratedRegex(@"\Aopenshift-debug-[bcdfghjklmnpqrstvwxz2456789]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OcName();
}
