using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>The rows of pods that this module makes.</summary>
internal static class DebugPodRows
{
    /// <summary>The row of a pod as the server has just made it.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="detail">The same, read.</param>
    /// <param name="container">The container to enter; null where there is none.</param>
    internal static DebugPod Of(JsonObject pod, PodDetail detail, string? container)
    {
        PodInfo row = detail.Row;
        DebugPod made = new()
        {
            Name = row.Name,
            Namespace = row.Namespace,
            Context = row.Context,
            KubeConfig = row.KubeConfig,
            Uid = row.Uid,
            Source = pod.Object("metadata").Object("annotations").String(DebugMarks.SourceAnnotation),
            Container = container,
            Created = row.Created,
            Expires = pod.Object("spec").Integer("activeDeadlineSeconds") is { } seconds ? (row.Created ?? DateTimeOffset.UtcNow).AddSeconds(seconds) : null,
        };
        return Now(made, detail);
    }

    /// <summary>The same pod as it is now.</summary>
    internal static DebugPod Now(DebugPod made, PodDetail now)
    {
        ContainerInfo? container = made.Container is { } name ? now.Find(name) : null;
        return made with
        {
            Node = now.Row.Node,
            Phase = now.Row.Phase,
            Status = now.Row.Status,
            Image = container?.Image,
            ExitCode = container is not null && ContainerWait.HasEnded(container) ? container.ExitCode : null,
        };
    }
}
