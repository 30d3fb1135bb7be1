using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Answers one object, in the form that the client asked for.</summary>
internal sealed class ObjectWriter(SerializedObjects texts, TablePrinter tables)
{
    internal Task WriteAsync(ApiRequest request, int status, ResourceType type, JsonObject value)
    {
        switch (AnswerFormat.Of(request.Context.Request.Headers.Accept))
        {
            case AnswerForm.Table:
                JsonObject metadata = new() { ["resourceVersion"] = value.ResourceVersion() };
                return Answer.JsonAsync(request.Context, status, tables.Print(type, [value], metadata, request.Query("includeObject")));
            case AnswerForm.PartialMetadata:
                return Answer.JsonAsync(request.Context, status, new JsonObject
                {
                    ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = value["metadata"]!.DeepClone(),
                });
        }
        byte[] head = Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion}\",");
        ReadOnlyMemory<byte> text = texts.Of(value);
        byte[] body = new byte[head.Length + text.Length];
        head.CopyTo(body, 0);
        text[1..].CopyTo(body.AsMemory(head.Length));
        body[^1] = (byte)'\n';
        return Answer.BytesAsync(request.Context, status, body, "application/json");
    }
}
