using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>One request on its way through the server: what it asks for, who asks, and the body it brought.</summary>
internal sealed record ApiRequest(HttpContext Context, RequestInfo Info, UserInfo User, SandboxRequest Record, byte[] Body)
{
    internal CancellationToken Aborted => Context.RequestAborted;

    internal string? ContentType => Context.Request.ContentType?.Split(';')[0].Trim();

    internal string? Query(string name) => Context.Request.Query[name] is { Count: > 0 } values ? values[0] : null;

    /// <summary>Whether nothing may be stored.</summary>
    internal bool DryRun => Query("dryRun") is "All";

    /// <summary>Who changes fields: the fieldManager, else the user agent up to its first slash.</summary>
    internal string FieldManager
    {
        get
        {
            if (Query("fieldManager") is { Length: > 0 } manager) return manager;
            string agent = Context.Request.Headers.UserAgent.ToString().Split('/')[0];
            return agent.Length > 0 ? agent : "unknown";
        }
    }

    /// <summary>Adds a Warning header, which clients show to people.</summary>
    internal void Warn(string text) =>
        Context.Response.Headers.Append("Warning", $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");

    /// <summary>The body as a JSON object; null where there is no body.</summary>
    internal JsonObject? ReadObject()
    {
        if (Body.Length == 0) return null;
        if (ContentType == ProtobufBody.MediaType) return ProtobufBody.Read(Body) ?? throw StatusException.UnsupportedMediaType();
        if (ContentType is not (null or "" or "application/json")) throw StatusException.UnsupportedMediaType();
        return ParseJson() as JsonObject ?? throw StatusException.BadRequest(
            "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct { APIVersion string; Kind string }");
    }

    /// <summary>The body as JSON; a 400 with the server's words where it is none.</summary>
    internal JsonNode ParseJson()
    {
        try
        {
            return JsonNode.Parse(Body) ?? throw StatusException.BadRequest("json: cannot unmarshal null");
        }
        catch (JsonException e)
        {
            bool cutShort = e.BytePositionInLine is long at && IsEnd(at, e.LineNumber ?? 0);
            throw StatusException.BadRequest(cutShort ? "unexpected end of JSON input" : $"invalid character looking for beginning of value: {e.Message.Split('.')[0]}");
        }
    }

    private bool IsEnd(long position, long line)
    {
        int start = 0;
        for (long skipped = 0; skipped < line; skipped++) start = Array.IndexOf(Body, (byte)'\n', start) + 1;
        return start + position >= Body.Length;
    }
}
