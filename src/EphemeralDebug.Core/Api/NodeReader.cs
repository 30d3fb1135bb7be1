using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>Reads nodes (JSON of core/v1 <c>Node</c>) into rows as <c>kubectl get nodes -o wide</c> shows them. Not thread-safe.</summary>
internal sealed class NodeReader(string? context, string? kubeConfig)
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private readonly StringPool _strings = new();
    private readonly LabelPool _labels = new(new StringPool());

    /// <summary>Reads one node.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal NodeInfo Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Enter(JsonTokenType.StartObject)) throw new JsonException("A node must be a JSON object.");
        var node = new NodeInfo { Name = "", Context = context, KubeConfig = kubeConfig };
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("metadata"u8)) node = WithMetadata(node, ref reader, json);
            else if (reader.ValueTextEquals("spec"u8)) node = WithSpec(node, ref reader);
            else if (reader.ValueTextEquals("status"u8)) node = WithStatus(node, ref reader);
            else reader.Skip();
        }
        return node.Unschedulable ? node with { Status = node.Status + ",SchedulingDisabled" } : node;
    }

    private NodeInfo WithMetadata(NodeInfo node, ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return node;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) node = node with { Name = reader.NextString(_strings) ?? "" };
            else if (reader.ValueTextEquals("creationTimestamp"u8)) node = node with { Created = reader.NextTime() };
            else if (reader.ValueTextEquals("labels"u8)) node = node with { Labels = _labels.Read(ref reader, json) };
            else reader.Skip();
        }
        return node with { Roles = Roles(node.Labels) };
    }

    private static string[] Roles(IReadOnlyDictionary<string, string> labels)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels)
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length) roles.Add(key[RolePrefix.Length..]);
            else if (key == "kubernetes.io/role" && value.Length > 0) roles.Add(value);
        }
        return [.. roles];
    }

    private static NodeInfo WithSpec(NodeInfo node, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return node;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("unschedulable"u8)) node = node with { Unschedulable = reader.NextBoolean() };
            else reader.Skip();
        }
        return node;
    }

    private NodeInfo WithStatus(NodeInfo node, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return node;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("conditions"u8)) node = WithConditions(node, ref reader);
            else if (reader.ValueTextEquals("addresses"u8)) node = WithAddresses(node, ref reader);
            else if (reader.ValueTextEquals("nodeInfo"u8)) node = WithSystem(node, ref reader);
            else reader.Skip();
        }
        return node;
    }

    private NodeInfo WithConditions(NodeInfo node, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return node;
        while (reader.NextObject())
        {
            string? type = null, status = null;
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("type"u8)) type = reader.NextString(_strings);
                else if (reader.ValueTextEquals("status"u8)) status = reader.NextString(_strings);
                else reader.Skip();
            }
            // kubectl shows a node whose condition is Unknown (its kubelet is silent) as NotReady too.
            if (type == "Ready") node = node with { Status = status == "True" ? "Ready" : "NotReady" };
        }
        return node;
    }

    private NodeInfo WithAddresses(NodeInfo node, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartArray)) return node;
        while (reader.NextObject())
        {
            string? type = null, address = null;
            while (reader.NextProperty())
            {
                if (reader.ValueTextEquals("type"u8)) type = reader.NextString(_strings);
                else if (reader.ValueTextEquals("address"u8)) address = reader.NextString(_strings);
                else reader.Skip();
            }
            if (type == "InternalIP") node = node with { InternalIP = node.InternalIP ?? address };
            else if (type == "ExternalIP") node = node with { ExternalIP = node.ExternalIP ?? address };
        }
        return node;
    }

    private NodeInfo WithSystem(NodeInfo node, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return node;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("kubeletVersion"u8)) node = node with { Version = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("operatingSystem"u8)) node = node with { OS = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("architecture"u8)) node = node with { Architecture = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("osImage"u8)) node = node with { OSImage = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("kernelVersion"u8)) node = node with { KernelVersion = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("containerRuntimeVersion"u8)) node = node with { ContainerRuntime = reader.NextString(_strings) };
            else reader.Skip();
        }
        return node;
    }
}
