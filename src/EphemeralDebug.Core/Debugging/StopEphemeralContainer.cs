using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// Ends an ephemeral container, which the API has no request for: signals its first process from inside, else ends or uses its standard
/// input. Only the container's status proves that it has ended.
/// </summary>
public static class StopEphemeralContainer
{
    /// <summary>Does it.</summary>
    /// <returns>The container after its end, with what ended it; as it was where it had ended before.</returns>
    /// <exception cref="DebugException">It does not run yet, may not be reached, or goes on whatever was tried.</exception>
    public static Task<EphemeralContainer> RunAsync(PodWatches watches, StopRequest request, DebugListener listener, CancellationToken cancellationToken) =>
        RunAsync(watches, request, watches.Api.OpenStreamsAsync, listener, cancellationToken);

    internal static async Task<EphemeralContainer> RunAsync(
        PodWatches watches, StopRequest request, Func<StreamRequest, CancellationToken, Task<IProcessStreams>> open, DebugListener listener, CancellationToken cancellationToken)
    {
        KubernetesApi api = watches.Api;
        using PodFollower follower = watches.Follow(request.Namespace, NameRules.Pod(request.Pod));
        listener.Progress(request.Pod, "reading the pod");
        JsonObject pod = await watches.InTurnAsync(() => api.GetPodAsync(request.Namespace, request.Pod, cancellationToken), cancellationToken).ConfigureAwait(false);
        PodInfo row = KubernetesApi.ReadPod(pod, api.Transport.Context, api.Transport.KubeConfig);
        if (request.PodUid is { } uid && uid != row.Uid) throw Failure.PodReplaced(request.Namespace, request.Pod);
        EphemeralContainer container = Find(row, request.Container);
        if (ContainerWait.HasEnded(container))
        {
            await listener.Verbose($"{container}: it has already ended.").ConfigureAwait(false);
            return container;
        }

        if (container.State != ContainerState.Running) throw Failure.ContainerNotStarted(container);
        follower.StartFrom(row.ResourceVersion);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<EphemeralContainer> ended = UntilEndedAsync(follower, container, end.Token);
        try
        {
            StopAttempt attempt = new(container, SharesProcesses(pod, container), row.Owner, request, open, watches, listener, ended);
            return await attempt.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static EphemeralContainer Find(PodInfo pod, string? name) => name is null
        ? FindEphemeralContainer.Last(pod)
        : pod.EphemeralContainers.FirstOrDefault(container => container.Name == name)
            ?? throw Failure.EphemeralContainerNotFound(pod.Namespace, pod.Name, name, pod.EphemeralContainers.Select(container => container.Name));

    /// <summary>Whether PID 1, as the container sees it, is not its own.</summary>
    private static bool SharesProcesses(JsonObject pod, EphemeralContainer container) =>
        container.Target is not null || (bool?)pod["spec"]?["shareProcessNamespace"] == true || (bool?)pod["spec"]?["hostPID"] == true;

    private static async Task<EphemeralContainer> UntilEndedAsync(PodFollower follower, EphemeralContainer container, CancellationToken cancellationToken)
    {
        while (true)
        {
            PodNews news = await follower.NextAsync(cancellationToken).ConfigureAwait(false);
            if (news.Gone || (news.Pod is { } other && other.Uid != container.PodUid)) throw Failure.PodGoneMeanwhile(container);
            if (news.Pod?.EphemeralContainers.FirstOrDefault(one => one.Name == container.Name) is { State: ContainerState.Terminated } after) return after;
        }
    }
}
