using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>Pods as kubectl get shows them; STATUS is worked out as in k8s.io/kubernetes/pkg/printers/internalversion (printPod).</summary>
internal static class PodTable
{
    internal static readonly TableLayout Layout = new(
    [
        TableLayout.Name,
        new TableColumn("Ready", Description: "The aggregate readiness state of this pod for accepting traffic."),
        new TableColumn("Status", Description: "The aggregate status of the containers in this pod."),
        new TableColumn("Restarts", Description: "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."),
        TableLayout.Age,
        new TableColumn("IP", 1),
        new TableColumn("Node", 1),
        new TableColumn("Nominated Node", 1),
        new TableColumn("Readiness Gates", 1),
    ], Cells);

    internal static JsonNode?[] Cells(JsonObject pod, DateTimeOffset now)
    {
        (int ready, int total, long restarts, string? lastRestart) = Count(pod);
        string restartCell = restarts > 0 && lastRestart is not null ? $"{restarts} ({HumanDuration.Since(lastRestart, now)} ago)" : $"{restarts}";
        List<string> gates = [.. pod.Objects("spec", "readinessGates").Select(gate => gate.Text("conditionType") ?? "")];
        int passed = gates.Count(gate => Condition(pod, gate)?.Text("status") == "True");
        return
        [
            pod.Name(),
            $"{ready}/{total}",
            Status(pod),
            restartCell,
            HumanDuration.Since(pod.Text("metadata", "creationTimestamp"), now),
            pod.Text("status", "podIP") ?? "<none>",
            pod.Text("spec", "nodeName") ?? "<none>",
            pod.Text("status", "nominatedNodeName") ?? "<none>",
            gates.Count == 0 ? "<none>" : $"{passed}/{gates.Count}",
        ];
    }

    /// <summary>The STATUS column.</summary>
    internal static string Status(JsonObject pod)
    {
        string phase = pod.Text("status", "phase") ?? "";
        string reason = pod.Text("status", "reason") ?? phase;
        if (Condition(pod, "PodScheduled")?.Text("reason") == "SchedulingGated") reason = "SchedulingGated";

        List<JsonObject> initContainers = [.. pod.Objects("spec", "initContainers")];
        bool initializing = false;
        int index = 0;
        foreach (JsonObject status in pod.Objects("status", "initContainerStatuses"))
        {
            JsonNode? terminated = status.At("state", "terminated");
            bool sidecar = initContainers.Any(container => container.Text("name") == status.Text("name") && container.Text("restartPolicy") == "Always");
            int place = index++;
            if (terminated is not null && terminated.Number("exitCode") == 0) continue;
            if (sidecar && status.Flag("started") is true) continue;
            if (terminated is not null) reason = $"Init:{TerminatedReason(terminated)}";
            else if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting && waiting != "PodInitializing") reason = $"Init:{waiting}";
            else reason = $"Init:{place}/{initContainers.Count}";
            initializing = true;
            break;
        }
        if (!initializing || Condition(pod, "Initialized")?.Text("status") == "True")
        {
            bool running = false;
            foreach (JsonObject status in pod.Objects("status", "containerStatuses").Reverse())
            {
                if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting) reason = waiting;
                else if (status.At("state", "terminated") is { } terminated) reason = TerminatedReason(terminated);
                else if (status.Flag("ready") is true && status.At("state", "running") is not null) running = true;
            }
            if (reason == "Completed" && running) reason = Condition(pod, "Ready")?.Text("status") == "True" ? "Running" : "NotReady";
        }
        if (pod.Text("metadata", "deletionTimestamp") is null) return reason;
        if (pod.Text("status", "reason") == "NodeLost") return "Unknown";
        return phase is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static (int Ready, int Total, long Restarts, string? LastRestart) Count(JsonObject pod)
    {
        int ready = 0, total = pod.Objects("spec", "containers").Count();
        long restarts = 0;
        string? last = null;
        HashSet<string?> sidecars = [.. pod.Objects("spec", "initContainers").Where(container => container.Text("restartPolicy") == "Always").Select(container => container.Text("name"))];
        total += sidecars.Count;
        foreach (JsonObject status in pod.Objects("status", "initContainerStatuses").Where(status => sidecars.Contains(status.Text("name"))).Concat(pod.Objects("status", "containerStatuses")))
        {
            restarts += status.Number("restartCount") ?? 0;
            string? finished = status.Text("lastState", "terminated", "finishedAt");
            if (string.CompareOrdinal(finished, last) > 0) last = finished;
            if (status.Flag("ready") is true && status.At("state", "running") is not null) ready++;
        }
        return (ready, total, restarts, last);
    }

    private static string TerminatedReason(JsonNode terminated)
    {
        if (terminated.Text("reason") is { Length: > 0 } reason) return reason;
        return terminated.Number("signal") is long signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{terminated.Number("exitCode") ?? 0}";
    }

    private static JsonObject? Condition(JsonObject pod, string type) =>
        pod.Objects("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);
}
