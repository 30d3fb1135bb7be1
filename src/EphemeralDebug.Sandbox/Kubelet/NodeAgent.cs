using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Controllers;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The simulated scheduler and kubelets of all nodes: follows the store's pods and runs their containers.</summary>
internal sealed class NodeAgent : INodeAgent
{
    private readonly ObjectStore _store;
    private readonly KubeletServices _kubelet;
    private readonly PodStreams _streams;
    private readonly IReadOnlyList<IController> _workloads;
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _lifetime = new();
    private Task _following = Task.CompletedTask;
    private readonly Dictionary<string, (string Namespace, string Name)> _unscheduled = new(StringComparer.Ordinal);
    private int _turn;

    internal NodeAgent(ObjectStore store, KubeletOptions options)
    {
        _store = store;
        _kubelet = new KubeletServices(store, options);
        _streams = new PodStreams(options, _lifetime.Token);
        _workloads = [new DeploymentController(store, options.Time), new WorkloadController(store, new PodDeletion(store, this, options.Time), options.Time)];
    }

    public void Start()
    {
        (IReadOnlyList<JsonObject> pods, long version) = _store.List(ResourceType.Pods, null);
        ObjectStore.Subscription changes = _store.Watch(version) ?? throw new InvalidOperationException("The store forgot its newest version.");
        foreach (JsonObject pod in pods) Follow(pod);
        foreach (IController controller in _workloads) controller.ReconcileAll();
        _following = FollowAsync(changes);
    }

    public Task LogAsync(HttpContext context, JsonObject pod) => LogEndpoint.AnswerAsync(context, pod, Worker(pod), _kubelet.Options.Time, _lifetime.Token);

    public Task AttachAsync(HttpContext context, JsonObject pod) => _streams.AttachAsync(context, pod, Worker(pod));

    public Task ExecAsync(HttpContext context, JsonObject pod) => _streams.ExecAsync(context, pod, Worker(pod));

    public void Terminate(string ns, string name, int gracePeriodSeconds)
    {
        if (_store.Get(ResourceType.Pods, ns, name) is not { } pod) return;
        if (Worker(pod) is { } worker) worker.Terminate(gracePeriodSeconds);
        else _store.Remove(ResourceType.Pods, ns, name);
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        try
        {
            await _following;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        await Task.WhenAll(_workers.Values.Select(worker => worker.AbandonAsync()));
        _lifetime.Dispose();
    }

    private PodWorker? Worker(JsonObject pod) => _workers.GetValueOrDefault((string?)pod["metadata"]?["uid"] ?? "");

    private async Task FollowAsync(ObjectStore.Subscription changes)
    {
        using (changes)
        {
            // The first await comes at once: a store with thousands of pods must not hold up whoever starts the agent.
            await Task.Yield();
            await foreach (StoreEvent change in changes.Events.ReadAllAsync(_lifetime.Token))
            {
                if (change.Resource == ResourceType.Pods && change.Type == "DELETED") Forget(change.Object);
                else if (change.Resource == ResourceType.Pods) Follow(change.Object);
                else if (change.Resource == ResourceType.Nodes && change.Type == "ADDED") AdmitWaiting(change.Object.Name());
                if (FreesRoom(change)) RetryUnscheduled();
                foreach (IController controller in _workloads) controller.Reconcile(change);
            }
        }
    }

    private void Follow(JsonObject pod)
    {
        if ((string?)pod["metadata"]?["uid"] is not { } uid) return;
        if (_workers.TryGetValue(uid, out PodWorker? known))
        {
            known.Sync(pod);
            return;
        }
        if (pod["metadata"]!["deletionTimestamp"] is not null || (string?)pod["status"]?["phase"] is "Succeeded" or "Failed") return;
        if ((string?)pod["spec"]?["nodeName"] is not { Length: > 0 })
        {
            Schedule(pod);
            return;
        }
        // Where there is no such node there is no kubelet to look at the pod.
        if (_store.Get(ResourceType.Nodes, null, pod.Text("spec", "nodeName")!) is not { } node) return;
        IEnumerable<JsonObject> others = _store.List(ResourceType.Pods, null).Items.Where(other => Worker(other) is not null);
        if (NodeAdmission.Objection(pod, node, others) is { } objection)
        {
            Reject(pod, objection);
            return;
        }
        PodWorker worker = new(_kubelet, pod);
        _workers[uid] = worker;
        worker.Start();
    }

    /// <summary>A kubelet that will not have a pod ends it at once.</summary>
    private void Reject(JsonObject pod, (string Reason, string Message) objection)
    {
        _kubelet.Events.Record(pod, null, "Warning", objection.Reason, objection.Message);
        _store.Update(ResourceType.Pods, pod.Namespace(), pod.Name(), found => found["status"] = new JsonObject
        {
            ["phase"] = "Failed",
            ["message"] = "Pod was rejected: " + objection.Message,
            ["reason"] = objection.Reason,
            ["startTime"] = ContainerState.Timestamp(_kubelet.Options.Time.GetUtcNow()),
            ["qosClass"] = PodStatus.QosClass(found["spec"]!.AsObject()),
        });
    }

    /// <summary>A node has come: its kubelet looks at the pods that were bound to it before.</summary>
    private void AdmitWaiting(string node)
    {
        foreach (JsonObject pod in _store.List(ResourceType.Pods, null).Items.Where(pod => pod.Text("spec", "nodeName") == node)) Follow(pod);
    }

    private static bool FreesRoom(StoreEvent change) =>
        change.Resource == ResourceType.Nodes || (change.Resource == ResourceType.PersistentVolumeClaims && change.Type == "ADDED")
        || (change.Resource == ResourceType.Pods && (change.Type == "DELETED" || change.Object.Text("status", "phase") is "Succeeded" or "Failed"));

    private void Forget(JsonObject pod)
    {
        _unscheduled.Remove(pod.Text("metadata", "uid") ?? "");
        if (_workers.TryRemove((string?)pod["metadata"]!["uid"] ?? "", out PodWorker? worker)) _ = worker.AbandonAsync();
    }

    /// <summary>Binds a pod to a node, or says in its conditions why it cannot be.</summary>
    private void Schedule(JsonObject pod)
    {
        if (pod["spec"]?["schedulingGates"] is JsonArray { Count: > 0 }) return;
        string ns = (string)pod["metadata"]!["namespace"]!, name = (string)pod["metadata"]!["name"]!, uid = (string)pod["metadata"]!["uid"]!;
        (string? node, string? message) = new Scheduler(_store).Pick(pod, _turn++);
        if (node is null) _unscheduled[uid] = (ns, name);
        else _unscheduled.Remove(uid);
        DateTimeOffset now = _kubelet.Options.Time.GetUtcNow();
        bool known = ((pod["status"]?["conditions"] as JsonArray) ?? []).Any(condition => (string?)condition?["message"] == message && message is not null);
        if (known) return;
        JsonObject? changed = _store.Update(ResourceType.Pods, ns, name, found =>
        {
            if ((string?)found["metadata"]!["uid"] != uid) return;
            if (node is not null) found["spec"]!["nodeName"] = node;
            JsonObject status = found["status"] as JsonObject ?? [];
            JsonObject scheduled = PodStatus.NewCondition(
                status["conditions"] as JsonArray, "PodScheduled", node is not null, node is null ? "Unschedulable" : null, message, JsonNumber.Read(found["metadata"]!["generation"]), now);
            found["status"] = new JsonObject
            {
                ["phase"] = "Pending",
                ["conditions"] = new JsonArray(scheduled),
                ["qosClass"] = PodStatus.QosClass(found["spec"]!.AsObject()),
            };
        });
        if (changed is null) return;
        if (node is not null) _kubelet.Events.RecordScheduling(pod, "Normal", "Scheduled", $"Successfully assigned {ns}/{name} to {node}", "Binding");
        else _kubelet.Events.RecordScheduling(pod, "Warning", "FailedScheduling", message!, "Scheduling");
    }

    private void RetryUnscheduled()
    {
        foreach ((string ns, string name) in _unscheduled.Values.ToList())
        {
            if (_store.Get(ResourceType.Pods, ns, name) is { } pod && pod.Text("spec", "nodeName") is not { Length: > 0 }) Schedule(pod);
        }
    }
}
