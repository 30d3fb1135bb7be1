using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>What a server may answer.</summary>
internal static class Answers
{
    internal static RequestDelegate Status(int code, string reason, string message, JsonObject? details = null, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        foreach ((string name, string value) in headers) context.Response.Headers[name] = value;
        JsonObject status = new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["code"] = code };
        if (details is not null) status["details"] = details.DeepClone();
        return context.Response.WriteAsync(status.ToJsonString(), context.RequestAborted);
    };

    internal static RequestDelegate Text(int code, string contentType, string text) => context =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    };

    /// <summary>One answer after another; the last one again and again.</summary>
    internal static RequestDelegate Sequence(params RequestDelegate[] answers)
    {
        int next = -1;
        return context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context);
    }

    internal static Task Fine(HttpContext context) => context.Response.WriteAsync("fine", context.RequestAborted);
}
