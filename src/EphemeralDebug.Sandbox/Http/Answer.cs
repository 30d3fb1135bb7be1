using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Writes answers: compact JSON with a newline at its end; long ones compressed where the client takes gzip.</summary>
internal static class Answer
{
    /// <summary>From this size on (bytes) the API server compresses.</summary>
    private const int CompressFrom = 128 * 1024;

    internal static Task JsonAsync(HttpContext context, int status, JsonNode body, string contentType = "application/json") =>
        BytesAsync(context, status, Encoding.UTF8.GetBytes(body.ToJsonString(KubernetesJson.Serializer) + "\n"), contentType);

    internal static Task StatusAsync(HttpContext context, StatusException status)
    {
        if (status.RetryAfterSeconds is int seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return JsonAsync(context, status.Code, status.ToStatus());
    }

    internal static Task TextAsync(HttpContext context, int status, string text) =>
        BytesAsync(context, status, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    internal static async Task BytesAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, string contentType)
    {
        Head(context, status, contentType);
        if (HttpMethods.IsHead(context.Request.Method)) return;
        if (body.Length < CompressFrom)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }
        await using Stream stream = Body(context, body.Length);
        await stream.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The stream for a body of about this length; disposing it ends a compressed body.</summary>
    internal static Stream Body(HttpContext context, long length)
    {
        bool gzip = length >= CompressFrom && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip) return new BufferedStream(context.Response.Body, 64 * 1024);
        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.Headers.Vary = "Accept-Encoding";
        return new BufferedStream(new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true), 64 * 1024);
    }

    internal static void Head(HttpContext context, int status, string contentType)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
    }
}
