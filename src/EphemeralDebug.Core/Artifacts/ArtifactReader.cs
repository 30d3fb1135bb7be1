using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>
/// Reads pods into their artifacts. A pod that a controller owns and that has no ephemeral container is none and holds none: of such a pod,
/// which is nearly every one, no more is read than its row. Not thread-safe.
/// </summary>
internal sealed class ArtifactReader(string? context, string? kubeConfig)
{
    private readonly PodReader _pods = new(context, kubeConfig);

    /// <summary>Reads one pod.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not well-formed.</exception>
    internal PodArtifacts Read(ReadOnlySpan<byte> json)
    {
        PodInfo pod = _pods.Read(json);
        bool isPlain = pod.EphemeralContainers.Length == 0 && pod.Owner is not null;
        return new PodArtifacts(pod.Namespace, pod.Name, isPlain ? [] : [.. Find(pod, JsonNode.Parse(json)!.AsObject())]);
    }

    /// <summary>The artifacts of a pod.</summary>
    /// <param name="pod">Its row.</param>
    /// <param name="json">The pod.</param>
    internal static IEnumerable<DebugArtifact> Find(PodInfo pod, JsonObject json)
    {
        // Deleting what a controller owns would only make it come back.
        DebugArtifact? itself = pod.Owner is null ? Itself(pod, json) : null;
        if (itself is not null) yield return itself;
        foreach (EphemeralContainer container in pod.EphemeralContainers)
        {
            (string? manager, DateTimeOffset? added) = FieldManagers.OfEphemeralContainer(json.Object("metadata"), container.Name);
            yield return Basis(pod, json, DebugArtifactKind.EphemeralContainer, EphemeralMarks.ToolOf(container.Name, manager)) with
            {
                Container = container.Name,
                Image = container.Image,
                State = State(container),
                Created = Earlier(added, container.Started),
                Started = container.Started,
                CreatedBy = manager,
                InDebugPod = itself is not null,
            };
        }
    }

    private static DebugArtifact? Itself(PodInfo pod, JsonObject json)
    {
        MarkedPod marked = new(json);
        if (PodMarks.Find(marked) is not { } mark) return null;
        string? image = json.Object("spec").Objects("containers").FirstOrDefault(container => container.String("name") == pod.DefaultContainer).String("image");
        return Basis(pod, json, mark.Kind, mark.Tool) with
        {
            Container = pod.DefaultContainer,
            Image = image is null ? null : PlainText.Clean(image),
            Source = mark.Source?.Invoke(marked) is { } source ? PlainText.OneLine(source) : null,
            State = pod.Status,
            Created = pod.Created,
            CreatedBy = FieldManagers.OfObject(json.Object("metadata")),
        };
    }

    private static DebugArtifact Basis(PodInfo pod, JsonObject json, DebugArtifactKind kind, string tool) => new()
    {
        Kind = kind,
        Tool = tool,
        Namespace = pod.Namespace,
        Pod = pod.Name,
        PodUid = pod.Uid,
        Node = pod.Node,
        Owner = pod.Owner,
        Expires = Deadline(pod, json),
        Context = pod.Context,
        KubeConfig = pod.KubeConfig,
    };

    // The kubelet counts from its first look at the pod.
    private static DateTimeOffset? Deadline(PodInfo pod, JsonObject json) =>
        json.Object("spec").Integer("activeDeadlineSeconds") is { } seconds and >= 0 and <= int.MaxValue && (StartTime(json) ?? pod.Created) is { } start
            ? start.AddSeconds(seconds)
            : null;

    /// <summary>When the kubelet first saw the pod, from where its deadline counts; null before that.</summary>
    internal static DateTimeOffset? StartTime(JsonObject json) =>
        DateTimeOffset.TryParse(json.Object("status").String("startTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static string State(EphemeralContainer container) =>
        container.State is ContainerState.Waiting or ContainerState.Terminated && container.Reason is { Length: > 0 } reason ? reason : container.State.ToString();

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
