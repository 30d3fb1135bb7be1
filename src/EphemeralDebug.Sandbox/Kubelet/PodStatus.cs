using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What a pod's status is made of, besides the pod itself.</summary>
internal sealed record PodStatus
{
    /// <summary>The condition that says that something other than the pod itself ends it. The kubelet keeps it.</summary>
    internal const string DisruptionTarget = "DisruptionTarget";

    internal required DateTimeOffset Now { get; init; }

    internal required IReadOnlyList<ContainerRecordSnapshot> Containers { get; init; }

    internal required string HostIp { get; init; }

    internal required string? PodIp { get; init; }

    internal required DateTimeOffset StartTime { get; init; }

    /// <summary>Whether the pod is being deleted: then nothing restarts any more.</summary>
    internal bool Terminating { get; init; }

    /// <summary>Set where the pod was ended from outside: <c>DeadlineExceeded</c> and its message.</summary>
    internal (string Reason, string Message)? Failed { get; init; }

    /// <summary>Writes the status into a pod.</summary>
    internal void WriteTo(JsonObject pod)
    {
        JsonObject before = pod["status"] as JsonObject ?? [];
        string policy = (string?)pod["spec"]?["restartPolicy"] ?? "Always", phase = Phase(policy);
        long? generation = JsonNumber.Read(pod["metadata"]!["generation"]);
        JsonObject status = [];
        if (generation is not null) status["observedGeneration"] = generation;
        status["phase"] = phase;
        if (Failed is { } failed)
        {
            status["message"] = failed.Message;
            status["reason"] = failed.Reason;
        }
        status["conditions"] = Conditions(before["conditions"] as JsonArray, phase, generation);
        status["hostIP"] = HostIp;
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = HostIp });
        if (PodIp is not null)
        {
            status["podIP"] = PodIp;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = PodIp });
        }
        status["startTime"] = ContainerState.Timestamp(StartTime);
        Add("initContainerStatuses", ContainerKind.Init);
        Add("containerStatuses", ContainerKind.Main);
        status["qosClass"] = (string?)before["qosClass"] ?? QosClass(pod["spec"]!.AsObject());
        Add("ephemeralContainerStatuses", ContainerKind.Ephemeral);
        status["resources"] = new JsonObject();
        pod["status"] = status;

        void Add(string name, ContainerKind kind)
        {
            IEnumerable<ContainerRecordSnapshot> some = Containers.Where(container => container.Kind == kind);
            // The kubelet sorts all but init containers by name.
            if (kind != ContainerKind.Init) some = some.OrderBy(container => container.Name, StringComparer.Ordinal);
            JsonArray statuses = [.. some.Select(container => container.ToJson())];
            if (statuses.Count > 0) status[name] = statuses;
        }
    }

    /// <summary>The pod's phase. Ephemeral containers do not count.</summary>
    internal string Phase(string restartPolicy)
    {
        if (Failed is not null) return "Failed";
        List<ContainerRecordSnapshot> init = [.. Containers.Where(container => container.Kind == ContainerKind.Init)];
        List<ContainerRecordSnapshot> main = [.. Containers.Where(container => container.Kind == ContainerKind.Main)];
        if (init.Any(container => !container.Sidecar && container.State is ContainerState.Terminated { ExitCode: not 0 }) && restartPolicy == "Never") return "Failed";
        if (init.Any(container => !container.Ready && !(container.Sidecar && container.State is ContainerState.Terminated)) && !Terminating) return "Pending";
        int running = main.Count(container => container.State is ContainerState.Running);
        int stopped = main.Count(container => container.State is ContainerState.Terminated || (container.State is ContainerState.Waiting && container.LastState is not null));
        if (running + stopped < main.Count) return "Pending";
        if (running > 0) return "Running";
        bool finished = main.All(container => container.State is ContainerState.Terminated);
        if (restartPolicy == "Always" && !Terminating) return "Running";
        if (finished && main.All(container => container.Succeeded)) return "Succeeded";
        return restartPolicy == "Never" || Terminating ? "Failed" : "Running";
    }

    internal static string QosClass(JsonObject spec)
    {
        JsonArray containers = spec["containers"] as JsonArray ?? [];
        bool Has(JsonNode? container, string list) => container?["resources"]?[list] is JsonObject { Count: > 0 };
        if (!containers.Any(container => Has(container, "requests") || Has(container, "limits"))) return "BestEffort";
        bool guaranteed = containers.All(container => container?["resources"]?["limits"] is JsonObject limits
            && limits["cpu"] is not null && limits["memory"] is not null
            && (container["resources"]!["requests"] is not JsonObject requests || JsonNode.DeepEquals(requests, limits)));
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private JsonArray Conditions(JsonArray? before, string phase, long? generation)
    {
        bool finished = phase is "Succeeded" or "Failed";
        string completed = phase == "Failed" ? "PodFailed" : "PodCompleted";
        List<string> notInitialized = [.. Containers.Where(container => container.Kind == ContainerKind.Init && !container.Ready).Select(container => container.Name)];
        List<string> unready = [.. Containers.Where(container => (container.Kind == ContainerKind.Main || container.Sidecar) && !container.Ready).Select(container => container.Name)];
        string? unreadyReason = finished ? completed : unready.Count > 0 ? "ContainersNotReady" : null;
        string? unreadyMessage = finished || unready.Count == 0 ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        bool ready = unreadyReason is null;
        JsonObject? target = before?.OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == DisruptionTarget);
        return
        [
            .. target is null ? [] : new JsonNode[] { target.DeepClone() },
            Condition("PodReadyToStartContainers", PodIp is not null && !finished, null, null),
            finished ? Condition("Initialized", true, completed, null)
                : notInitialized.Count == 0 ? Condition("Initialized", true, null, null)
                : Condition("Initialized", false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', notInitialized)}]"),
            Condition("Ready", ready, unreadyReason, unreadyMessage),
            Condition("ContainersReady", ready, unreadyReason, unreadyMessage),
            Condition("PodScheduled", true, null, null),
        ];

        JsonObject Condition(string type, bool isTrue, string? reason, string? message) =>
            NewCondition(before, type, isTrue, reason, message, generation, Now);
    }

    /// <summary>A condition that keeps its transition time while its status stays.</summary>
    internal static JsonObject NewCondition(JsonArray? before, string type, bool isTrue, string? reason, string? message, long? generation, DateTimeOffset now)
    {
        JsonNode? same = before?.FirstOrDefault(condition => (string?)condition?["type"] == type);
        string status = isTrue ? "True" : "False";
        JsonObject condition = new() { ["type"] = type };
        if (generation is not null) condition["observedGeneration"] = generation;
        condition["status"] = status;
        condition["lastProbeTime"] = null;
        condition["lastTransitionTime"] = (string?)same?["status"] == status ? (string?)same["lastTransitionTime"] : ContainerState.Timestamp(now);
        if (reason is not null) condition["reason"] = reason;
        if (message is not null) condition["message"] = message;
        return condition;
    }
}
