using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Answers that refuse: a Status object as the API server writes it, or the kubelet's plain text.</summary>
internal static class StatusAnswer
{
    private static readonly JsonSerializerOptions s_asGo = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Task BadRequestAsync(HttpContext context, string message)
    {
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = "BadRequest",
            ["code"] = 400,
        };
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.ContentType = "application/json";
        byte[] body = [.. JsonSerializer.SerializeToUtf8Bytes(status, s_asGo), (byte)'\n'];
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    internal static Task PlainAsync(HttpContext context, int code, string message)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(message);
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
