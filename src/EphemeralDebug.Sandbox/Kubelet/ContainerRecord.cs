using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

internal enum ContainerKind { Init, Main, Ephemeral }

/// <summary>What the kubelet knows of one container of a pod. Changed under the lock of its pod's worker.</summary>
internal sealed class ContainerRecord(ContainerKind kind, JsonObject spec, ContainerState state)
{
    internal ContainerKind Kind { get; } = kind;

    internal JsonObject Spec { get; } = spec;

    internal string Name { get; } = (string)spec["name"]!;

    internal string Image { get; set; } = (string?)spec["image"] ?? "";

    /// <summary>An init container that stays.</summary>
    internal bool Sidecar => Kind == ContainerKind.Init && (string?)Spec["restartPolicy"] == "Always";

    internal ContainerState State { get; set; } = state;

    internal ContainerState.Terminated? LastState { get; set; }

    internal int RestartCount { get; set; }

    internal string ImageId { get; set; } = "";

    /// <summary>With its scheme: <c>containerd://...</c>; null before there was one.</summary>
    internal string? ContainerId { get; set; }

    internal ContainerUser? User { get; set; }

    internal ContainerView? View { get; set; }

    /// <summary>The running container, or the one that ran last.</summary>
    internal RunningContainer? Current { get; set; }

    internal ContainerLog? Log { get; set; }

    internal ContainerLog? PreviousLog { get; set; }

    /// <summary>The environment and folder that exec'd processes inherit.</summary>
    internal ProcessStart? Start { get; set; }

    /// <summary>As in an event's <c>fieldPath</c>.</summary>
    internal string FieldPath => Kind switch
    {
        ContainerKind.Init => $"spec.initContainers{{{Name}}}",
        ContainerKind.Main => $"spec.containers{{{Name}}}",
        _ => $"spec.ephemeralContainers{{{Name}}}",
    };

    /// <summary>Whether the runtime has it running. The kubelet asks the runtime before a stream; the state that it reports may be late.</summary>
    internal bool IsRunning => Current is { Completed.IsCompleted: false };

    internal ContainerRecordSnapshot Snapshot() => new(this);
}

/// <summary>A container's record at one instant, ready to be written to the pod's status.</summary>
internal sealed class ContainerRecordSnapshot(ContainerRecord record)
{
    internal ContainerKind Kind { get; } = record.Kind;

    internal string Name { get; } = record.Name;

    internal bool Sidecar { get; } = record.Sidecar;

    internal ContainerState State { get; } = record.State;

    internal ContainerState.Terminated? LastState { get; } = record.LastState;

    internal bool Succeeded => State is ContainerState.Terminated { ExitCode: 0 };

    internal bool Ready => Kind switch
    {
        ContainerKind.Ephemeral => false,
        ContainerKind.Init when !Sidecar => Succeeded,
        _ => State is ContainerState.Running,
    };

    private readonly JsonObject _spec = record.Spec;
    private readonly int _restartCount = record.RestartCount;
    private readonly string _image = record.Image;
    private readonly string _imageId = record.ImageId;
    private readonly string? _containerId = record.ContainerId;
    private readonly ContainerUser? _user = record.User;

    internal JsonObject ToJson()
    {
        JsonObject status = new()
        {
            ["name"] = Name,
            ["state"] = State.ToJson(),
            ["lastState"] = LastState?.ToJson() ?? [],
            ["ready"] = Ready,
            ["restartCount"] = _restartCount,
            ["image"] = _image,
            ["imageID"] = _imageId,
        };
        if (_containerId is not null) status["containerID"] = _containerId;
        if (Kind != ContainerKind.Ephemeral) status["started"] = State is ContainerState.Running;
        if (_containerId is not null)
        {
            if (_spec["resources"]?["requests"] is JsonObject { Count: > 0 } requests) status["allocatedResources"] = requests.DeepClone();
            status["resources"] = _spec["resources"]?.DeepClone() ?? new JsonObject();
        }
        if (_spec["volumeMounts"] is JsonArray { Count: > 0 } mounts) status["volumeMounts"] = new JsonArray([.. mounts.Select(mount => Mount(mount!))]);
        if (_containerId is not null && _user is { WindowsName: null })
        {
            status["user"] = new JsonObject
            {
                ["linux"] = new JsonObject
                {
                    ["uid"] = _user.Uid,
                    ["gid"] = _user.Gid,
                    ["supplementalGroups"] = new JsonArray([.. _user.Groups.Select(group => JsonValue.Create(group))]),
                },
            };
        }
        return status;
    }

    private static JsonObject Mount(JsonNode mount)
    {
        JsonObject status = new() { ["name"] = (string?)mount["name"], ["mountPath"] = (string?)mount["mountPath"] };
        if ((bool?)mount["readOnly"] != true) return status;
        status["readOnly"] = true;
        status["recursiveReadOnly"] = "Disabled";
        return status;
    }
}
