using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>The request that adds ephemeral containers, and what the server's refusals of it mean.</summary>
internal static class EphemeralContainersPatch
{
    internal static async Task<JsonObject> SendAsync(IClusterTransport transport, string ns, string pod, JsonObject patch, bool dryRun,
        Action<string>? onWarning, CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectChange.PatchAsync(
                transport, $"{ResourcePath.Pod(ns, pod)}/ephemeralcontainers", patch, ObjectChange.StrategicMergePatch, dryRun, onWarning, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (Meaning(e, $"{ns}/{pod}") is { } failure)
        {
            throw failure;
        }
    }

    // The Status of a 422 names its causes only by field and message.
    private static DebugException? Meaning(DebugException said, string pod)
    {
        // A missing pod or namespace is named in details; a path that is not served is not.
        if (said.StatusCode == 404 && string.IsNullOrEmpty(said.DetailsName)) return Failure.EphemeralContainersUnsupported(pod, said);
        if (said.StatusCode != 422) return null;

        var words = string.Join('\n', [said.Message, .. said.Causes.Select(cause => $"{cause.Field}: {cause.Message}")]);
        bool Says(string text) => words.Contains(text, StringComparison.Ordinal);
        if (Says("static pods do not support ephemeral containers")) return Failure.StaticPod(pod, said);
        if (Says("existing ephemeral containers") || (Says("spec.ephemeralContainers[") && Says("].name: Duplicate value"))) return Failure.ContainerNameTaken(pod, "a container of that name", said);
        if (Says("].targetContainerName: Not found")) return Failure.TargetNotFound(pod, said);
        return null;
    }
}
