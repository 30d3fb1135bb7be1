using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Writes events as the scheduler and the kubelet do. An event that happens again is counted, not written anew.</summary>
internal sealed class EventRecorder(ObjectStore store, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string, string?, string, string), string> _written = new();
    private long _last = time.GetUtcNow().Ticks;

    /// <summary>An event of the kubelet about a pod or, with a field path, one of its containers.</summary>
    internal void Record(JsonObject pod, string? fieldPath, string type, string reason, string message) =>
        Record(pod, fieldPath, type, reason, message, "kubelet", (string?)pod["spec"]?["nodeName"] ?? "");

    /// <summary>An event of the controller that attaches volumes: one that cannot be attached.</summary>
    internal void RecordAttachment(JsonObject pod, string message) => Record(pod, null, "Warning", "FailedAttachVolume", message, "attachdetach-controller", "");

    private void Record(JsonObject pod, string? fieldPath, string type, string reason, string message, string component, string node)
    {
        JsonObject metadata = pod["metadata"]!.AsObject();
        string ns = (string)metadata["namespace"]!, now = ContainerState.Timestamp(time.GetUtcNow());
        (string, string?, string, string) key = ((string)metadata["uid"]!, fieldPath, reason, message);
        if (_written.TryGetValue(key, out string? before) && store.Update(ResourceType.Events, ns, before, Count) is not null) return;

        JsonObject happened = New(pod, fieldPath, type, reason, message);
        JsonObject source = new() { ["component"] = component };
        if (node.Length > 0) source["host"] = node;
        happened["source"] = source;
        happened["firstTimestamp"] = now;
        happened["lastTimestamp"] = now;
        happened["count"] = 1;
        happened["eventTime"] = null;
        happened["reportingComponent"] = component;
        happened["reportingInstance"] = node;
        store.Create(ResourceType.Events, happened);
        _written[key] = (string)happened["metadata"]!["name"]!;

        void Count(JsonObject found)
        {
            found["count"] = (int)(JsonNumber.Read(found["count"]) ?? 0) + 1;
            found["lastTimestamp"] = now;
        }
    }

    /// <summary>An event of the scheduler, which uses the newer form.</summary>
    internal void RecordScheduling(JsonObject pod, string type, string reason, string message, string action)
    {
        JsonObject happened = New(pod, fieldPath: null, type, reason, message);
        happened["source"] = new JsonObject();
        happened["firstTimestamp"] = null;
        happened["lastTimestamp"] = null;
        happened["eventTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        happened["action"] = action;
        happened["reportingComponent"] = "default-scheduler";
        happened["reportingInstance"] = "default-scheduler-sandbox";
        store.Create(ResourceType.Events, happened);
    }

    /// <summary>Forgets what was written about a pod that is gone.</summary>
    internal void Forget(string uid)
    {
        foreach ((string, string?, string, string) key in _written.Keys.Where(key => key.Item1 == uid)) _written.TryRemove(key, out _);
    }

    private JsonObject New(JsonObject pod, string? fieldPath, string type, string reason, string message)
    {
        JsonObject metadata = pod["metadata"]!.AsObject();
        string name = (string)metadata["name"]!, ns = (string)metadata["namespace"]!;
        JsonObject involved = new()
        {
            ["kind"] = "Pod",
            ["namespace"] = ns,
            ["name"] = name,
            ["uid"] = (string?)metadata["uid"],
            ["apiVersion"] = "v1",
            ["resourceVersion"] = (string?)metadata["resourceVersion"],
        };
        if (fieldPath is not null) involved["fieldPath"] = fieldPath;
        return new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{name}.{Interlocked.Increment(ref _last):x16}",
                ["namespace"] = ns,
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = ContainerState.Timestamp(time.GetUtcNow()),
            },
            ["involvedObject"] = involved,
            ["reason"] = reason,
            ["message"] = message,
            ["type"] = type,
        };
    }
}
