using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Reads what a server says when it does not do what it was asked.</summary>
internal static class StatusReader
{
    private const int MaxBody = 256 * 1024;

    internal static async Task<ServerStatus> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        string? contentType = response.Content.Headers.ContentType?.MediaType;
        TimeSpan? retryAfter = RetryAfter(response.Headers.RetryAfter, time);
        if (ParseStatus(body) is { } status)
        {
            ServerStatus read = FromJson(status, (int)response.StatusCode);
            return read with { ContentType = contentType, RetryAfter = retryAfter ?? read.RetryAfter };
        }
        return new()
        {
            Code = (int)response.StatusCode,
            ContentType = contentType,
            Message = PlainText.OneLine(Encoding.UTF8.GetString(body)),
            RetryAfter = retryAfter,
            RedirectsTo = response.Headers.Location is { IsAbsoluteUri: true } location ? location.Host : null,
        };
    }

    /// <summary>Reads a Status object, such as an ERROR event of a watch holds.</summary>
    /// <param name="status">The object.</param>
    /// <param name="code">The HTTP status code; null to take the object's own.</param>
    internal static ServerStatus FromJson(JsonObject status, int? code = null)
    {
        JsonObject? details = status["details"] as JsonObject;
        return new()
        {
            Code = code ?? Number(status, "code") ?? 500,
            IsStatus = true,
            Reason = Text(status, "reason"),
            Message = Lines(Text(status, "message")),
            Name = Text(details, "name") is { } name ? PlainText.OneLine(name) : null,
            Kind = Text(details, "kind") is { } kind ? PlainText.OneLine(kind) : null,
            ContinueToken = Text(status["metadata"] as JsonObject, "continue"),
            Causes = [.. ((details?["causes"] as JsonArray) ?? []).OfType<JsonObject>().Select(Cause)],
            RetryAfter = Number(details, "retryAfterSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static int? Number(JsonObject? map, string field) => map?[field] is JsonValue value && value.TryGetValue(out int number) ? number : null;

    // Several causes come one a line.
    private static string Lines(string? text) => PlainText.Clean(text, keepLayout: true).Replace('\t', ' ').Trim();

    private static StatusCause Cause(JsonObject cause) =>
        new(Text(cause, "field") is { } field ? PlainText.OneLine(field) : null, Text(cause, "reason"), Lines(Text(cause, "message")));

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The body, as much of it as comes: the status code alone says something already.</summary>
    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        byte[] buffer = new byte[MaxBody];
        int length = 0;
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            int read;
            while (length < buffer.Length && (read = await body.ReadAsync(buffer.AsMemory(length), limit.Token).ConfigureAwait(false)) > 0) length += read;
        }
        catch (Exception broken) when (!cancellationToken.IsCancellationRequested && broken is IOException or HttpRequestException or OperationCanceledException or InvalidDataException)
        {
        }
        cancellationToken.ThrowIfCancellationRequested();
        return buffer[..length];
    }

    private static JsonObject? ParseStatus(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject status && Text(status, "kind") == "Status" ? status : null;
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject? map, string field) =>
        map?[field] is JsonValue value && value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;
}
