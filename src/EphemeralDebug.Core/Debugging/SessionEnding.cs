using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Finds out how a session ended. An attach does not tell, so the container's status must; it comes up to two seconds later.</summary>
internal static class SessionEnding
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Whoever ends the input of a container without stdinOnce ends the attach alone: then nothing is to be expected.
    private static readonly TimeSpan s_afterInput = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_glance = TimeSpan.FromSeconds(2);

    internal static async Task<SessionOutcome> FindAsync(PodWatches watches, EnteredContainer entered, SessionLeave leave, CancellationToken cancellationToken)
    {
        ContainerInfo container = entered.Container;
        if (entered.Streams is null) return Ended(container);
        if (leave.End is not { } end) return new(SessionOutcomeKind.Detached, container);
        if (end.Kind == StreamEndKind.ConnectionLost) return await LostAsync(watches, container, end, cancellationToken).ConfigureAwait(false);
        if (end.Kind == StreamEndKind.Failed && !end.IsContainerNotRunning) throw Failure.StreamFailed(container, entered.Request.Shell, end.Message);
        if (entered.Request.Shell is not null)
        {
            return end.ExitCode is { } code
                ? new(SessionOutcomeKind.Exited, container with { ExitCode = code })
                : await UntoldAsync(watches, container, end, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan patience = leave.InputEnded && !entered.TakesInputEnd ? s_afterInput : s_patience;
        return await FollowAsync(watches, container, patience, cancellationToken).ConfigureAwait(false);
    }

    private static SessionOutcome Ended(ContainerInfo container) =>
        new(container.Reason == "OOMKilled" || container.Signal is not null || container.ExitCode == 137 ? SessionOutcomeKind.Killed : SessionOutcomeKind.Exited, container);

    internal static async Task<bool> IsPodGoneAsync(PodWatches watches, ContainerInfo container, CancellationToken cancellationToken)
    {
        (PodDetail? pod, bool gone) = await GlanceAsync(watches.Api, container, cancellationToken).ConfigureAwait(false);
        return IsGone(pod, gone);
    }

    private static async Task<SessionOutcome> LostAsync(PodWatches watches, ContainerInfo container, StreamEnd end, CancellationToken cancellationToken)
    {
        (PodDetail? pod, bool gone) = await GlanceAsync(watches.Api, container, cancellationToken).ConfigureAwait(false);
        // A process whose input was cut off may have ended well by itself: that is not the end that was asked for.
        return new(IsGone(pod, gone) ? SessionOutcomeKind.PodDeleted : SessionOutcomeKind.ConnectionLost, container, end.Message);
    }

    private static async Task<SessionOutcome> UntoldAsync(PodWatches watches, ContainerInfo container, StreamEnd end, CancellationToken cancellationToken)
    {
        (PodDetail? pod, bool gone) = await GlanceAsync(watches.Api, container, cancellationToken).ConfigureAwait(false);
        // The container's exit code is not that of the program which was started in it.
        return new(IsGone(pod, gone) ? SessionOutcomeKind.PodDeleted : SessionOutcomeKind.StatusMissing, container, end.Message);
    }

    private static async Task<SessionOutcome> FollowAsync(PodWatches watches, ContainerInfo container, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(patience);
        PodDetail? pod = null;
        try
        {
            using PodFollower follower = watches.Follow(container.Namespace, container.Pod);
            follower.StartFrom(null);
            while (true)
            {
                PodNews news = await follower.NextAsync(over.Token).ConfigureAwait(false);
                if (news.Event is not null) continue;
                if (news.Gone || news.Pod!.Uid != container.PodUid) return new(SessionOutcomeKind.PodDeleted, pod is null ? container : In(pod, container));
                pod = news.Detail!;
                if (EndIn(pod, container) is not null) break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
        catch (DebugException)
        {
            // Who may not watch may still read.
            pod = await PollAsync(watches.Api, container, over.Token, cancellationToken).ConfigureAwait(false);
        }

        if (pod is null) return new(SessionOutcomeKind.StatusMissing, container);
        if (IsGone(pod, gone: false)) return new(SessionOutcomeKind.PodDeleted, In(pod, container));
        return EndIn(pod, container) is { } end ? Ended(end) : new(SessionOutcomeKind.StreamClosed, In(pod, container));
    }

    private static async Task<PodDetail?> PollAsync(KubernetesApi api, ContainerInfo container, CancellationToken over, CancellationToken cancellationToken)
    {
        while (true)
        {
            (PodDetail? pod, bool gone) = await GlanceAsync(api, container, cancellationToken).ConfigureAwait(false);
            if (gone || pod is null || EndIn(pod, container) is not null || over.IsCancellationRequested) return pod;
            await Task.Delay(250, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The pod as it is now; nothing where the server does not say.</summary>
    private static async Task<(PodDetail? Pod, bool Gone)> GlanceAsync(KubernetesApi api, ContainerInfo container, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(s_glance);
        try
        {
            JsonObject json = await api.GetPodAsync(container.Namespace, container.Pod, over.Token).ConfigureAwait(false);
            PodDetail pod = api.DetailOf(json);
            return pod.Row.Uid == container.PodUid ? (pod, false) : (null, true);
        }
        catch (DebugException e)
        {
            return (null, e.StatusCode == 404);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, false);
        }
    }

    private static bool IsGone(PodDetail? pod, bool gone) => gone || pod?.Row.Status == "Terminating";

    private static ContainerInfo In(PodDetail pod, ContainerInfo container) =>
        pod.Find(container.Name) is { } now ? now with { Profile = container.Profile, LeftOut = container.LeftOut } : container;

    private static ContainerInfo? EndIn(PodDetail pod, ContainerInfo container) => ContainerWait.EndOf(container, In(pod, container));
}
