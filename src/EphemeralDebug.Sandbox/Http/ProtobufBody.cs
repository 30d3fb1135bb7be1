using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>
/// The few protobuf bodies that the sandbox reads, because kubectl sends them so: access reviews, evictions, delete options.
/// A genuine server reads every kind; here the others are 415 Unsupported Media Type.
/// </summary>
internal static class ProtobufBody
{
    internal const string MediaType = "application/vnd.kubernetes.protobuf";

    private sealed record Field(string Name, Message? Message = null, bool Repeated = false);

    private sealed record Message(Dictionary<int, Field> Fields);

    private static readonly Message s_metadata = new(new() { [1] = new("name"), [2] = new("generateName"), [3] = new("namespace") });

    private static readonly Message s_deleteOptions = new(new()
    {
        [1] = new("gracePeriodSeconds"),
        [2] = new("preconditions", new Message(new() { [1] = new("uid"), [2] = new("resourceVersion") })),
        [3] = new("orphanDependents"), [4] = new("propagationPolicy"), [5] = new("dryRun", Repeated: true),
    });

    private static readonly Dictionary<string, Message> s_kinds = new()
    {
        ["DeleteOptions"] = s_deleteOptions,
        ["Eviction"] = new(new() { [1] = new("metadata", s_metadata), [2] = new("deleteOptions", s_deleteOptions) }),
        ["SelfSubjectReview"] = new(new() { [1] = new("metadata", s_metadata) }),
        ["SelfSubjectRulesReview"] = new(new() { [1] = new("metadata", s_metadata), [2] = new("spec", new Message(new() { [1] = new("namespace") })) }),
        ["SelfSubjectAccessReview"] = new(new()
        {
            [1] = new("metadata", s_metadata),
            [2] = new("spec", new Message(new()
            {
                [1] = new("resourceAttributes", new Message(new()
                {
                    [1] = new("namespace"), [2] = new("verb"), [3] = new("group"), [4] = new("version"), [5] = new("resource"), [6] = new("subresource"), [7] = new("name"),
                })),
                [2] = new("nonResourceAttributes", new Message(new() { [1] = new("path"), [2] = new("verb") })),
            })),
        }),
    };

    // runtime.Unknown: what the envelope holds. The raw object is field 2, its type field 1.
    private static readonly Message s_type = new(new() { [1] = new("apiVersion"), [2] = new("kind") });

    /// <summary>The object as JSON; null for a kind that the sandbox does not read.</summary>
    internal static JsonObject? Read(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith("k8s\0"u8)) return null;
        body = body[4..];
        JsonObject type = [];
        ReadOnlyMemory<byte> raw = default;
        while (TryTake(ref body, out int number, out ulong _, out ReadOnlyMemory<byte> bytes))
        {
            if (number == 1) type = Read(bytes, s_type);
            else if (number == 2) raw = bytes;
        }
        if (!s_kinds.TryGetValue((string?)type["kind"] ?? "", out Message? message)) return null;
        JsonObject value = Read(raw, message);
        value["apiVersion"] = type["apiVersion"]?.DeepClone();
        value["kind"] = type["kind"]?.DeepClone();
        return value;
    }

    private static JsonObject Read(ReadOnlyMemory<byte> bytes, Message message)
    {
        JsonObject value = [];
        while (TryTake(ref bytes, out int number, out ulong whole, out ReadOnlyMemory<byte> content))
        {
            if (!message.Fields.TryGetValue(number, out Field? field)) continue;
            if (field.Message is not null) value[field.Name] = Read(content, field.Message);
            else if (field.Repeated) (value[field.Name] as JsonArray ?? (JsonArray)(value[field.Name] = new JsonArray())).Add(Encoding.UTF8.GetString(content.Span));
            else if (field.Name is "gracePeriodSeconds") value[field.Name] = (long)whole;
            else if (field.Name is "orphanDependents") value[field.Name] = whole != 0;
            else if (content.Length > 0) value[field.Name] = Encoding.UTF8.GetString(content.Span);
        }
        return value;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> bytes, out int number, out ulong whole, out ReadOnlyMemory<byte> content)
    {
        (number, whole, content) = (0, 0, default);
        if (bytes.IsEmpty) return false;
        ulong tag = TakeVarint(ref bytes);
        number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                whole = TakeVarint(ref bytes);
                return true;
            case 2:
                ulong length = TakeVarint(ref bytes);
                if (length > (ulong)bytes.Length) throw StatusException.BadRequest("proto: unexpected EOF");
                content = bytes[..(int)length];
                bytes = bytes[(int)length..];
                return true;
            default:
                throw StatusException.BadRequest("proto: illegal wireType");
        }
    }

    private static ulong TakeVarint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (bytes.IsEmpty) throw StatusException.BadRequest("proto: unexpected EOF");
            byte next = bytes.Span[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw StatusException.BadRequest("proto: integer overflow");
    }
}
