using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Reads pods (JSON of core/v1 <c>Pod</c>) into rows, without making anything of what a row does not show. One reader serves
/// a whole list, so that what repeats is kept once. Not thread-safe.
/// </summary>
internal sealed class PodReader(string? context, string? kubeConfig, bool withContainers = false)
{
    private readonly StringPool _strings = new();
    private readonly LabelPool _labels = new(new StringPool());
    private readonly PodFacts _facts = new();
    private readonly List<ContainerSpec> _regular = [], _init = [], _ephemeral = [];
    private readonly List<ContainerFacts> _ephemeralStatuses = [];
    private readonly List<string> _gates = [];
    private readonly List<string> _trueConditions = [];
    private string? _name, _namespace, _uid, _resourceVersion, _node, _os, _ip, _nominatedNode, _defaultContainer, _message;
    private string? _ownerKind, _ownerName, _ownerUid;
    private DateTimeOffset? _created;
    private bool _isStatic;
    private IReadOnlyDictionary<string, string> _podLabels = LabelPool.None;
    private (string? Kind, string? Name, string? Owner) _lastOwner;

    /// <summary>Reads one pod.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal PodInfo Read(ReadOnlySpan<byte> json)
    {
        Clear();
        var reader = new Utf8JsonReader(json);
        if (!reader.Enter(JsonTokenType.StartObject)) throw new JsonException("A pod must be a JSON object.");
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("metadata"u8)) ReadMetadata(ref reader, json);
            else if (reader.ValueTextEquals("spec"u8)) ReadSpec(ref reader);
            else if (reader.ValueTextEquals("status"u8)) ReadStatus(ref reader);
            else reader.Skip();
        }
        return Row();
    }

    /// <summary>Reads one pod with the states of all its containers; for a reader that was made so.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal PodDetail ReadDetail(ReadOnlySpan<byte> json)
    {
        var pod = Read(json);
        return new PodDetail(pod, [.. Rows(_regular, _facts.Statuses, ContainerKind.Regular), .. Rows(_init, _facts.InitStatuses, ContainerKind.Init), .. pod.EphemeralContainers], _message);

        IEnumerable<ContainerInfo> Rows(List<ContainerSpec> specs, List<ContainerFacts> statuses, ContainerKind kind) =>
            specs.Select(spec => spec.With(StatusOf(statuses, spec.Name), pod, kind));
    }

    private void Clear()
    {
        _facts.Clear();
        _regular.Clear();
        _init.Clear();
        _ephemeral.Clear();
        _ephemeralStatuses.Clear();
        _gates.Clear();
        _trueConditions.Clear();
        _name = _namespace = _uid = _resourceVersion = _node = _os = _ip = _nominatedNode = _defaultContainer = _message = null;
        _ownerKind = _ownerName = _ownerUid = null;
        _created = null;
        _isStatic = false;
        _podLabels = LabelPool.None;
    }

    private void ReadMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) _name = reader.NextText();
            else if (reader.ValueTextEquals("namespace"u8)) _namespace = reader.NextString(_strings);
            else if (reader.ValueTextEquals("uid"u8)) _uid = reader.NextText();
            else if (reader.ValueTextEquals("resourceVersion"u8)) _resourceVersion = reader.NextText();
            else if (reader.ValueTextEquals("creationTimestamp"u8)) _created = reader.NextTime();
            else if (reader.ValueTextEquals("deletionTimestamp"u8)) _facts.IsBeingDeleted = reader.NextTime() is not null;
            else if (reader.ValueTextEquals("labels"u8)) _podLabels = _labels.Read(ref reader, json);
            else if (reader.ValueTextEquals("annotations"u8)) ReadAnnotations(ref reader);
            else if (reader.ValueTextEquals("ownerReferences"u8)) ReadOwners(ref reader);
            else reader.Skip();
        }
    }

    private void ReadAnnotations(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("kubectl.kubernetes.io/default-container"u8)) _defaultContainer = reader.NextString(_strings);
            else if (reader.ValueTextEquals("kubernetes.io/config.mirror"u8)) _isStatic |= reader.NextString(_strings) is not null;
            else if (reader.ValueTextEquals("kubernetes.io/config.source"u8)) _isStatic |= reader.NextString(_strings) is not (null or "api");
            else reader.Skip();
        }
    }

    private void ReadOwners(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject())
        {
            string? kind = null, name = null, uid = null;
            var isController = false;
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("kind"u8)) kind = reader.NextString(_strings);
                else if (reader.ValueTextEquals("name"u8)) name = reader.NextString(_strings);
                else if (reader.ValueTextEquals("uid"u8)) uid = reader.NextString(_strings);
                else if (reader.ValueTextEquals("controller"u8)) isController = reader.NextBoolean();
                else reader.Skip();
            }
            _isStatic |= kind == "Node";
            if (isController) (_ownerKind, _ownerName, _ownerUid) = (kind, name, uid);
        }
    }

    private void ReadSpec(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("nodeName"u8)) _node = reader.NextString(_strings);
            else if (reader.ValueTextEquals("containers"u8)) ReadContainers(ref reader, _regular, _facts.Containers, null);
            else if (reader.ValueTextEquals("initContainers"u8)) ReadContainers(ref reader, _init, _facts.InitContainers, _facts.Sidecars);
            else if (reader.ValueTextEquals("ephemeralContainers"u8)) ReadEphemeral(ref reader);
            else if (reader.ValueTextEquals("readinessGates"u8)) ReadGates(ref reader);
            else if (reader.ValueTextEquals("os"u8)) ReadOS(ref reader);
            else reader.Skip();
        }
    }

    private void ReadContainers(ref Utf8JsonReader reader, List<ContainerSpec> specs, List<string> names, List<string>? sidecars)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject())
        {
            if (withContainers)
            {
                var spec = ContainerSpec.Read(ref reader, _strings);
                specs.Add(spec);
                names.Add(spec.Name);
                if (spec.IsSidecar) sidecars?.Add(spec.Name);
                continue;
            }

            string? name = null;
            var isSidecar = false;
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("name"u8)) name = reader.NextString(_strings);
                else if (sidecars is not null && reader.ValueTextEquals("restartPolicy"u8)) isSidecar = reader.NextString(_strings) == "Always";
                else reader.Skip();
            }
            names.Add(name ?? "");
            if (isSidecar) sidecars!.Add(name ?? "");
        }
    }

    private void ReadEphemeral(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject()) _ephemeral.Add(ContainerSpec.Read(ref reader, _strings));
    }

    private void ReadGates(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject())
        {
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("conditionType"u8)) _gates.Add(reader.NextString(_strings) ?? "");
                else reader.Skip();
            }
        }
    }

    private void ReadOS(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) _os = reader.NextString(_strings);
            else reader.Skip();
        }
    }

    private void ReadStatus(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("phase"u8)) _facts.Phase = reader.NextString(_strings);
            else if (reader.ValueTextEquals("reason"u8)) _facts.Reason = reader.NextString(_strings);
            else if (withContainers && reader.ValueTextEquals("message"u8)) _message = reader.NextText();
            else if (reader.ValueTextEquals("podIP"u8)) _ip = reader.NextText();
            else if (reader.ValueTextEquals("nominatedNodeName"u8)) _nominatedNode = reader.NextString(_strings);
            else if (reader.ValueTextEquals("conditions"u8)) ReadConditions(ref reader);
            else if (reader.ValueTextEquals("containerStatuses"u8)) ReadStatuses(ref reader, _facts.Statuses, withContainers);
            else if (reader.ValueTextEquals("initContainerStatuses"u8)) ReadStatuses(ref reader, _facts.InitStatuses, withContainers);
            else if (reader.ValueTextEquals("ephemeralContainerStatuses"u8)) ReadStatuses(ref reader, _ephemeralStatuses, withMessages: true);
            else reader.Skip();
        }
    }

    private void ReadStatuses(ref Utf8JsonReader reader, List<ContainerFacts> statuses, bool withMessages)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject()) statuses.Add(ContainerFacts.Read(ref reader, _strings, withMessages));
    }

    private void ReadConditions(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return;
        while (reader.NextObject())
        {
            string? type = null, status = null, reason = null;
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("type"u8)) type = reader.NextString(_strings);
                else if (reader.ValueTextEquals("status"u8)) status = reader.NextString(_strings);
                else if (reader.ValueTextEquals("reason"u8)) reason = reader.NextString(_strings);
                else reader.Skip();
            }
            if (type == "PodScheduled" && reason == "SchedulingGated") _facts.IsSchedulingGated = true;
            if (type == "Initialized") _facts.IsInitialized ??= status == "True";
            if (status != "True") continue;
            if (type == "Ready") _facts.IsReady = true;
            if (type is not null) _trueConditions.Add(type);
        }
    }

    private PodInfo Row()
    {
        var columns = PodColumns.Of(_facts);
        var pod = new PodInfo
        {
            Name = _name ?? "",
            Namespace = _namespace ?? "",
            Context = context,
            KubeConfig = kubeConfig,
            Uid = _uid,
            ResourceVersion = _resourceVersion,
            ReadyContainers = columns.Ready,
            TotalContainers = columns.Total,
            Status = columns.Status,
            Phase = _facts.Phase ?? "Unknown",
            Restarts = columns.Restarts,
            LastRestart = columns.Restarts == 0 ? null : columns.LastRestart,
            Created = _created,
            Node = NullIfEmpty(_node),
            IP = NullIfEmpty(_ip),
            NominatedNode = NullIfEmpty(_nominatedNode),
            ReadinessGates = _gates.Count == 0 ? null : $"{_gates.Count(_trueConditions.Contains)}/{_gates.Count}",
            OS = _os,
            IsStatic = _isStatic,
            DefaultContainer = NullIfEmpty(_defaultContainer) ?? (_facts.Containers.Count > 0 ? _facts.Containers[0] : null),
            Containers = [.. _facts.Containers],
            InitContainers = [.. _facts.InitContainers],
            Owner = Owner(),
            OwnerUid = _ownerUid,
            Labels = _podLabels,
        };
        return _ephemeral.Count == 0 ? pod : pod with { EphemeralContainers = [.. _ephemeral.Select(container => container.AsEphemeral(StatusOf(_ephemeralStatuses, container.Name), pod))] };
    }

    private static ContainerFacts StatusOf(List<ContainerFacts> statuses, string container) => statuses.Find(status => status.Name == container);

    // Lists come sorted by name, so that the pods of one owner follow each other.
    private string? Owner()
    {
        if (_ownerKind is null || _ownerName is null) return null;
        if (_lastOwner.Kind != _ownerKind || _lastOwner.Name != _ownerName) _lastOwner = (_ownerKind, _ownerName, $"{_ownerKind}/{_ownerName}");
        return _lastOwner.Owner;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
