using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The kubelet's work for one pod: starts its containers, restarts them, ends them, and writes the pod's status.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The tokens outlive the pod in waits that end later; they hold no timer and no handle.")]
internal sealed class PodWorker
{
    private readonly KubeletServices _kubelet;
    private readonly Lock _lock = new();
    private readonly Lock _reporting = new();
    private readonly List<ContainerRecord> _containers = [];
    private readonly List<Task> _tasks = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _killNow = new();
    private readonly DateTimeOffset _startTime;
    private readonly string _namespace;
    private readonly string _name;
    private readonly string _uid;
    private readonly string _restartPolicy;
    private JsonObject _pod;
    private PodSandbox? _sandbox;
    private ContainerStarter? _starter;
    private (string, string)? _failed;
    private long? _deadline;
    private Task? _terminating;

    internal PodWorker(KubeletServices kubelet, JsonObject pod)
    {
        _kubelet = kubelet;
        _pod = pod;
        _namespace = (string)pod["metadata"]!["namespace"]!;
        _name = (string)pod["metadata"]!["name"]!;
        _uid = (string)pod["metadata"]!["uid"]!;
        _restartPolicy = (string?)pod["spec"]!["restartPolicy"] ?? "Always";
        _startTime = kubelet.Options.Time.GetUtcNow();
        bool initializing = pod["spec"]!["initContainers"] is JsonArray { Count: > 0 };
        AddRecords(pod, "initContainers", ContainerKind.Init, "PodInitializing");
        AddRecords(pod, "containers", ContainerKind.Main, initializing ? "PodInitializing" : "ContainerCreating");
        AddRecords(pod, "ephemeralContainers", ContainerKind.Ephemeral, "ContainerCreating");
    }

    /// <summary>Brings the pod to life.</summary>
    internal void Start()
    {
        Report();
        Track(RunAsync());
        WatchDeadline();
    }

    /// <summary>Takes the pod as it is stored now: ephemeral containers that are new to it are started.</summary>
    internal void Sync(JsonObject pod)
    {
        List<ContainerRecord> added;
        lock (_lock)
        {
            _pod = pod;
            added = AddRecords(pod, "ephemeralContainers", ContainerKind.Ephemeral, "ContainerCreating");
            // A pod that is over accepts them and never starts them; their status never appears.
            if (_stop.IsCancellationRequested) added.ForEach(record => _containers.Remove(record));
        }
        WatchDeadline();
        lock (_lock)
        {
            if (added.Count == 0 || _sandbox is null || _stop.IsCancellationRequested) return;
        }
        Report();
        foreach (ContainerRecord record in added) Track(RunContainerAsync(record, started: null));
    }

    /// <summary>Ends the pod: SIGTERM, SIGKILL after the grace period, then it is removed from the store.</summary>
    internal void Terminate(int gracePeriodSeconds)
    {
        lock (_lock)
        {
            if (gracePeriodSeconds == 0) _killNow.Cancel();
            _terminating ??= Task.Run(() => TerminateAsync(gracePeriodSeconds));
        }
    }

    /// <summary>The pod is gone already: ends everything without another word.</summary>
    internal async Task AbandonAsync()
    {
        _stop.Cancel();
        _killNow.Cancel();
        SignalAll(Signal.Kill);
        await WhenAllTasksAsync();
        if (_sandbox is not null) _kubelet.Network.Leave(_sandbox.Network);
        _kubelet.Events.Forget(_uid);
    }

    /// <summary>A container of the pod by name; null where the kubelet does not know it yet.</summary>
    internal ContainerRecord? Find(string name)
    {
        lock (_lock) return _containers.Find(container => container.Name == name);
    }

    private async Task RunAsync()
    {
        await _kubelet.Claims.AttachAsync(_pod, _stop.Token);
        await Task.Delay(_kubelet.Options.SandboxTime, _kubelet.Options.Time, _stop.Token);
        List<ContainerRecord> init, main, ephemeral;
        lock (_lock)
        {
            _sandbox = new PodSandbox(_pod, _kubelet);
            _starter = new ContainerStarter(_kubelet, _sandbox);
            init = _containers.FindAll(container => container.Kind == ContainerKind.Init);
            main = _containers.FindAll(container => container.Kind == ContainerKind.Main);
            ephemeral = _containers.FindAll(container => container.Kind == ContainerKind.Ephemeral);
        }
        Report();
        // Ephemeral containers come first: they must help where init containers hang.
        foreach (ContainerRecord container in ephemeral) Track(RunContainerAsync(container, started: null));
        foreach (ContainerRecord container in init)
        {
            if (!container.Sidecar)
            {
                if (await RunContainerAsync(container, started: null)) continue;
                if (!_stop.IsCancellationRequested) await EndRestAsync();
                return;
            }
            TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Track(RunContainerAsync(container, started));
            await started.Task.WaitAsync(_stop.Token);
        }
        Task<bool>[] running = [.. main.Select(container => RunContainerAsync(container, started: null))];
        await Task.WhenAll(running);
        if (!_stop.IsCancellationRequested) await EndRestAsync();
    }

    /// <summary>The pod is over: what still runs beside its containers is ended.</summary>
    private async Task EndRestAsync()
    {
        _stop.Cancel();
        SignalAll(Signal.Term);
        await WaitUntilEndedAsync(TimeSpan.FromSeconds(2 * _kubelet.Options.BackOffScale));
        SignalAll(Signal.Kill);
    }

    /// <summary>Follows the pod's deadline, which may be set later, or come nearer.</summary>
    private void WatchDeadline()
    {
        long? seconds = JsonNumber.Read(_pod["spec"]!["activeDeadlineSeconds"]);
        lock (_lock)
        {
            if (seconds is null || seconds == _deadline || _stop.IsCancellationRequested) return;
            _deadline = seconds;
        }
        TimeSpan left = _startTime + TimeSpan.FromSeconds(seconds.Value) - _kubelet.Options.Time.GetUtcNow();
        Track(EndAtDeadlineAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero));
    }

    private async Task EndAtDeadlineAsync(TimeSpan time)
    {
        // Longer than a timer can be is for ever.
        await Task.Delay(time < TimeSpan.FromDays(40) ? time : Timeout.InfiniteTimeSpan, _kubelet.Options.Time, _stop.Token);
        if (_stop.IsCancellationRequested) return;
        const string Message = "Pod was active on the node longer than the specified deadline";
        lock (_lock) _failed = ("DeadlineExceeded", Message);
        _kubelet.Events.Record(_pod, null, "Normal", "DeadlineExceeded", Message);
        await EndRestAsync();
        Report();
    }

    /// <summary>Runs a container until it ends for good; true where it ended with 0.</summary>
    private async Task<bool> RunContainerAsync(ContainerRecord container, TaskCompletionSource? started)
    {
        for (int crashes = 0; ; crashes++)
        {
            int code = 128;
            long began = _kubelet.Options.Time.GetTimestamp();
            if (await StartAsync(container, restart: crashes > 0) is { } running)
            {
                started?.TrySetResult();
                code = await running.Completed;
                await ChangeStateAsync(container, () => container.State = Ended(container, code, Started(container), null));
            }
            if (_stop.IsCancellationRequested || !Restarts(container, code)) return code == 0;

            if (_kubelet.Options.Time.GetElapsedTime(began) > TimeSpan.FromMinutes(10)) crashes = 0;
            // The first restart is immediate, the later ones wait 10 s, 20 s, ... 5 min.
            if (crashes > 0) await BackOffAsync(container, Math.Min(300, 10 * Math.Pow(2, crashes - 1)));
        }
    }

    private bool Restarts(ContainerRecord container, int code) => container.Kind switch
    {
        ContainerKind.Ephemeral => false,
        ContainerKind.Init when container.Sidecar => true,
        ContainerKind.Init => code != 0 && _restartPolicy != "Never",
        _ => _restartPolicy == "Always" || (_restartPolicy == "OnFailure" && code != 0),
    };

    private async Task BackOffAsync(ContainerRecord container, double seconds)
    {
        string pod = ContainerSetup.PodName(_pod);
        _kubelet.Events.Record(_pod, container.FieldPath, "Warning", "BackOff", $"Back-off restarting failed container {container.Name} in pod {pod}");
        await ChangeStateAsync(container, () =>
        {
            if (container.State is ContainerState.Terminated ended) container.LastState = ended;
            container.State = new ContainerState.Waiting("CrashLoopBackOff", $"back-off {Duration(seconds)} restarting failed container={container.Name} pod={pod}");
        });
        await DelayAsync(seconds);
    }

    /// <summary>Starts a container, trying again for as long as it cannot; null where its process could not run at all.</summary>
    private async Task<RunningContainer?> StartAsync(ContainerRecord container, bool restart)
    {
        for (int attempt = 0; ; attempt++)
        {
            StartFailure? failure = await _starter!.TryAsync(_pod, container, Find, Change, _stop.Token);
            if (failure is null || failure.Created) Change(() => container.RestartCount += restart ? 1 : 0);
            if (failure is null)
            {
                await ChangeStateAsync(container, () =>
                {
                    if (container.State is ContainerState.Terminated before) container.LastState = before;
                    container.State = new ContainerState.Running(_kubelet.Options.Time.GetUtcNow());
                });
                // Whoever ended the pod meanwhile did not see this container.
                if (_stop.IsCancellationRequested) container.Current!.Process.Signal(Signal.Kill);
                return container.Current!;
            }
            // A genuine kubelet writes the status of a failed start only with its next look at the pod.
            await Task.Delay(_kubelet.Options.FailureStatusDelay, _kubelet.Options.Time, _stop.Token);
            await ChangeStateAsync(container, () =>
            {
                if (failure.Created) container.LastState = Ended(container, 128, DateTimeOffset.UnixEpoch, failure.Message);
                container.State = new ContainerState.Waiting(failure.Reason, failure.Message);
            });
            if (failure.Created) return null;
            if (failure.Reason == "ErrImagePull") await BackOffPullAsync(container, failure);
            await DelayAsync(Math.Min(300, 10 * Math.Pow(2, attempt)));
        }
    }

    private async Task BackOffPullAsync(ContainerRecord container, StartFailure failure)
    {
        await Task.Delay(_kubelet.Options.FailureStatusDelay, _kubelet.Options.Time, _stop.Token);
        string message = $"Back-off pulling image \"{(string?)container.Spec["image"]}\"";
        _kubelet.Events.Record(_pod, container.FieldPath, "Normal", "BackOff", message);
        _kubelet.Events.Record(_pod, container.FieldPath, "Warning", "Failed", "Error: ImagePullBackOff");
        await ChangeStateAsync(container, () => container.State = new ContainerState.Waiting("ImagePullBackOff", $"{message}: ErrImagePull: {failure.Message}"));
    }

    private ContainerState.Terminated Ended(ContainerRecord container, int code, DateTimeOffset started, string? message) =>
        new(code, message is not null ? "StartError" : code == 0 ? "Completed" : "Error", message, started, _kubelet.Options.Time.GetUtcNow(), container.ContainerId!);

    private DateTimeOffset Started(ContainerRecord container) => container.State is ContainerState.Running running ? running.StartedAt : _startTime;

    private async Task TerminateAsync(int gracePeriodSeconds)
    {
        _stop.Cancel();
        foreach (ContainerRecord container in Running())
        {
            _kubelet.Events.Record(_pod, container.FieldPath, "Normal", "Killing", $"Stopping container {container.Name}");
        }
        SignalAll(gracePeriodSeconds == 0 ? Signal.Kill : Signal.Term);
        await WaitUntilEndedAsync(TimeSpan.FromSeconds(gracePeriodSeconds * _kubelet.Options.BackOffScale));
        SignalAll(Signal.Kill);
        await WhenAllTasksAsync();
        Report();
        string now = ContainerState.Timestamp(_kubelet.Options.Time.GetUtcNow());
        _kubelet.Store.Update(ResourceType.Pods, _namespace, _name, pod =>
        {
            if ((string?)pod["metadata"]!["uid"] != _uid) return;
            pod["metadata"]!["deletionTimestamp"] = now;
            pod["metadata"]!["deletionGracePeriodSeconds"] = 0;
        });
        if ((string?)_kubelet.Store.Get(ResourceType.Pods, _namespace, _name)?["metadata"]?["uid"] == _uid) _kubelet.Store.Remove(ResourceType.Pods, _namespace, _name);
    }

    private async Task WaitUntilEndedAsync(TimeSpan time)
    {
        Task ended = Task.WhenAll(Running().Select(container => container.Current!.Completed));
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_killNow.Token);
        await Task.WhenAny(ended, Task.Delay(time, _kubelet.Options.Time, either.Token));
        await either.CancelAsync();
    }

    private List<ContainerRecord> Running()
    {
        lock (_lock) return _containers.FindAll(container => container.Current is { Completed.IsCompleted: false });
    }

    private void SignalAll(Signal signal)
    {
        foreach (ContainerRecord container in Running()) container.Current!.Process.Signal(signal);
    }

    private List<ContainerRecord> AddRecords(JsonObject pod, string list, ContainerKind kind, string reason)
    {
        List<ContainerRecord> added = [];
        foreach (JsonNode? spec in pod["spec"]![list] as JsonArray ?? [])
        {
            if (_containers.Exists(container => container.Name == (string?)spec!["name"])) continue;
            added.Add(new ContainerRecord(kind, spec!.AsObject(), new ContainerState.Waiting(reason)));
        }
        _containers.AddRange(added);
        return added;
    }

    private void Change(Action change)
    {
        lock (_lock) change();
    }

    private async Task ChangeStateAsync(ContainerRecord container, Action change)
    {
        if (_kubelet.Options.BeforeStatus is { } hold)
        {
            await hold(new ContainerIdentity(_namespace, _name, container.Name), _killNow.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Change(change);
        Report();
    }

    private void Report()
    {
        lock (_reporting)
        {
            PodStatus status;
            lock (_lock)
            {
                status = new PodStatus
                {
                    Now = _kubelet.Options.Time.GetUtcNow(),
                    Containers = [.. _containers.Select(container => container.Snapshot())],
                    HostIp = _sandbox?.HostIp ?? _kubelet.NodeAddress((string)_pod["spec"]!["nodeName"]!),
                    PodIp = _sandbox?.Network.Address,
                    StartTime = _startTime,
                    Terminating = _terminating is not null,
                    Failed = _failed,
                };
            }
            _kubelet.Store.Update(ResourceType.Pods, _namespace, _name, pod =>
            {
                if ((string?)pod["metadata"]!["uid"] == _uid) status.WriteTo(pod);
            });
        }
    }

    private Task DelayAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds * _kubelet.Options.BackOffScale), _kubelet.Options.Time, _stop.Token);

    private void Track(Task task)
    {
        lock (_lock)
        {
            _tasks.RemoveAll(before => before.IsCompleted);
            _tasks.Add(WatchAsync(task));
        }
    }

    /// <summary>A mistake of the simulation must be seen, not hang: it becomes an event of the pod.</summary>
    private async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The pod is over.
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            _kubelet.Events.Record(_pod, null, "Warning", "FailedSync", "Error syncing pod: " + wrong);
        }
    }

    private async Task WhenAllTasksAsync()
    {
        Task[] tasks;
        lock (_lock) tasks = [.. _tasks];
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A duration as Go prints it: <c>10s</c>, <c>2m40s</c>, <c>5m0s</c>.</summary>
    private static string Duration(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60)}m{seconds % 60}s");
}
