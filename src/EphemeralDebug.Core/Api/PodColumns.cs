namespace EphemeralDebug.Core.Api;

/// <summary>
/// The columns READY, STATUS and RESTARTS as <c>kubectl get pods</c> prints them; the rules are those of <c>printPod</c> in
/// kubernetes/pkg/printers/internalversion/printers.go (1.36).
/// </summary>
internal readonly record struct PodColumns(string Status, int Ready, int Total, int Restarts, DateTimeOffset? LastRestart)
{
    internal static PodColumns Of(PodFacts pod)
    {
        var status = pod.IsSchedulingGated ? "SchedulingGated"
            : !string.IsNullOrEmpty(pod.Reason) ? pod.Reason
            : !string.IsNullOrEmpty(pod.Phase) ? pod.Phase : "Unknown";

        var init = InitColumns(pod);
        var columns = init.Status is { } held && pod.IsInitialized != true
            ? new PodColumns(held, init.Ready, 0, init.Restarts, init.LastRestart)
            : MainColumns(pod, init.Status ?? status, init);

        if (pod.IsBeingDeleted)
        {
            // A finished pod keeps its outcome while it is deleted.
            if (pod.Reason == "NodeLost") columns = columns with { Status = "Unknown" };
            else if (pod.Phase is not ("Succeeded" or "Failed")) columns = columns with { Status = "Terminating" };
        }
        return columns with { Total = pod.Containers.Count + pod.Sidecars.Count };
    }

    private readonly record struct Init(string? Status, int Ready, int Restarts, DateTimeOffset? LastRestart, int SidecarRestarts, DateTimeOffset? LastSidecarRestart);

    // The first init container that is not through decides; a sidecar is through once it has started.
    private static Init InitColumns(PodFacts pod)
    {
        var init = default(Init);
        for (var i = 0; i < pod.InitStatuses.Count; i++)
        {
            var container = pod.InitStatuses[i];
            var isSidecar = container.Name is { } name && pod.Sidecars.Contains(name);
            init = init with
            {
                Restarts = init.Restarts + container.RestartCount,
                LastRestart = Later(init.LastRestart, container.LastTerminated?.FinishedAt),
                SidecarRestarts = init.SidecarRestarts + (isSidecar ? container.RestartCount : 0),
                LastSidecarRestart = Later(init.LastSidecarRestart, isSidecar ? container.LastTerminated?.FinishedAt : null),
            };

            if (container.Terminated is { ExitCode: 0 }) continue;
            if (isSidecar && container.Started)
            {
                if (container.Ready) init = init with { Ready = init.Ready + 1 };
                continue;
            }

            var held = container.Terminated is { } end ? Outcome(end)
                : container.IsWaiting && !string.IsNullOrEmpty(container.WaitingReason) && container.WaitingReason != "PodInitializing" ? container.WaitingReason
                : $"{i}/{pod.InitContainers.Count}";
            return init with { Status = "Init:" + held };
        }
        return init;
    }

    // The first container with something to tell decides.
    private static PodColumns MainColumns(PodFacts pod, string status, Init init)
    {
        var (ready, restarts, lastRestart) = (init.Ready, init.SidecarRestarts, init.LastSidecarRestart);
        var isAnyRunning = false;
        for (var i = pod.Statuses.Count - 1; i >= 0; i--)
        {
            var container = pod.Statuses[i];
            restarts += container.RestartCount;
            lastRestart = Later(lastRestart, container.LastTerminated?.FinishedAt);
            if (container.IsWaiting && !string.IsNullOrEmpty(container.WaitingReason)) status = container.WaitingReason;
            else if (container.Terminated is { } end) status = Outcome(end);
            else if (container.Ready && container.IsRunning) (isAnyRunning, ready) = (true, ready + 1);
        }
        if (status == "Completed" && isAnyRunning) status = pod.IsReady ? "Running" : "NotReady";
        return new PodColumns(status, ready, 0, restarts, lastRestart);
    }

    private static string Outcome(ContainerFacts.Termination end) =>
        !string.IsNullOrEmpty(end.Reason) ? end.Reason : end.Signal != 0 ? $"Signal:{end.Signal}" : $"ExitCode:{end.ExitCode}";

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
