using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Diagnosis;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Waits until a container is as somebody wants it, and hears at once when that cannot be.</summary>
public static class ContainerWait
{
    // On a pod that is not busy a container runs after about 0.25 s; only one that does not is worth a second watch.
    private static readonly TimeSpan s_untilEvents = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs, or has already ended.</summary>
    public static bool HasStarted(ContainerInfo container) => container.State is ContainerState.Running || HasEnded(container);

    /// <summary>Has ended; the kubelet may be about to start it again.</summary>
    public static bool HasEnded(ContainerInfo container) =>
        container.State is ContainerState.Terminated || container is { State: ContainerState.Waiting, Reason: "CrashLoopBackOff" };

    /// <summary>The end of the run that was under way when <paramref name="before"/> was seen, also where another has begun since; null while it goes on.</summary>
    internal static ContainerInfo? EndOf(ContainerInfo before, ContainerInfo now) =>
        HasEnded(now) ? now : now.Restarts > before.Restarts ? now with { ExitCode = now.LastExitCode, Reason = now.LastReason } : null;

    /// <summary>Waits for an ephemeral container that exists already; for the one that was added last where <paramref name="name"/> is null.</summary>
    /// <exception cref="DebugException">It cannot become so, the pod is gone, or the time is over.</exception>
    public static async Task<EphemeralContainer> RunAsync(PodWatches watches, string ns, string pod, string? name,
        Func<ContainerInfo, bool> reached, TimeSpan timeout, DebugListener listener, CancellationToken cancellationToken)
    {
        using PodFollower follower = watches.Follow(ns, NameRules.Pod(pod));
        follower.StartFrom(null);
        EphemeralContainer sought = new() { Pod = pod, Namespace = ns, Name = name ?? "" };
        try
        {
            return (EphemeralContainer)await UntilAsync(follower, new StartObservation { Container = sought }, reached, timeout, listener, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.ErrorId == nameof(Failure.PodNotFound))
        {
            await watches.Api.CheckNamespaceAsync(ns, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    internal static async Task<ContainerInfo> UntilAsync(PodFollower follower, StartObservation seen,
        Func<ContainerInfo, bool> reached, TimeSpan timeout, DebugListener listener, CancellationToken cancellationToken) =>
        (await UntilSeenAsync(follower, seen, reached, timeout, listener, cancellationToken).ConfigureAwait(false)).Container;

    internal static async Task<StartObservation> UntilSeenAsync(PodFollower follower, StartObservation seen,
        Func<ContainerInfo, bool> reached, TimeSpan timeout, DebugListener listener, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout != Timeout.InfiniteTimeSpan) patience.CancelAfter(timeout);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task events = StartEventsLaterAsync(follower, ended.Token);
        try
        {
            while (true)
            {
                seen = Look(seen, await follower.NextAsync(patience.Token).ConfigureAwait(false), listener);
                // First: with some runtimes a process that could not be started shows as one that has ended.
                if (StartFailure.Find(seen) is { } cannot) throw cannot;
                if (seen.Container.Name.Length > 0 && reached(seen.Container)) return seen;
                if (seen.IsGone) throw Failure.PodGoneMeanwhile(seen.Container);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && patience.IsCancellationRequested)
        {
            throw HasStarted(seen.Container)
                ? Failure.WaitTimeout(seen.Pod, seen.Container.Name, timeout)
                : StartFailure.TimedOut(seen, timeout);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await events.ConfigureAwait(false);
        }
    }

    private static StartObservation Look(StartObservation seen, PodNews news, DebugListener listener)
    {
        ContainerInfo container = seen.Container;
        if (news.Event is { } happened)
        {
            if (container.PodUid is { } one && happened.PodUid != one) return seen;
            if (happened.Reason == "Pulling" && happened.FieldPath == PodWarning.PathOf(container)) listener.Progress(container.Pod, "pulling the image");
            return happened.Type != "Warning" ? seen : seen with { Warnings = [.. seen.Warnings, new PodWarning(happened.Reason, happened.Message, happened.FieldPath)] };
        }

        if (news.Gone && seen.Phase is null && container.PodUid is null) throw Failure.PodNotFound(container.Namespace, container.Pod);
        if (news.Gone || (container.PodUid is { } uid && news.Pod!.Uid != uid)) return seen with { IsGone = true };
        PodInfo pod = news.Pod!;
        container = container.Name.Length == 0
            ? FindEphemeralContainer.Last(pod)
            : Find(news.Detail!, container)
                ?? throw Failure.EphemeralContainerNotFound(container.Namespace, container.Pod, container.Name, pod.EphemeralContainers.Select(c => c.Name));
        listener.Progress(container.Pod, Phase(container, pod));
        return seen with { Container = container, Phase = pod.Phase, IsBeingDeleted = pod.Status == "Terminating", Detail = news.Detail };
    }

    // An ephemeral container of a name is not an ordinary one of that name in a later pod.
    private static ContainerInfo? Find(PodDetail pod, ContainerInfo sought) =>
        pod.Find(sought.Name) is { } found && (sought is not EphemeralContainer || found is EphemeralContainer) ? found : null;

    private static string Phase(ContainerInfo container, PodInfo pod) => container.State switch
    {
        ContainerState.Running => "running",
        _ when pod.Node is null => "waiting for the pod to be scheduled",
        ContainerState.Waiting => container.Reason == "PodInitializing" ? $"waiting for init containers ({pod.Status})" : container.Reason == "ContainerCreating" ? "creating the container" : container.Reason ?? "waiting",
        _ => "waiting for the kubelet",
    };

    private static async Task StartEventsLaterAsync(PodFollower follower, CancellationToken ended)
    {
        try
        {
            await Task.Delay(s_untilEvents, ended).ConfigureAwait(false);
            follower.StartEvents();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
