using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Tests.Api;

/// <summary>A server in the test's hand: every request is written down and answered by a function of the request and its number.</summary>
internal sealed class FakeTransport(Func<HttpRequestMessage, int, HttpResponseMessage> answer) : IClusterTransport
{
    public static Uri Server { get; } = new("https://lab.example/");

    public string? Context => "lab";

    public string? KubeConfig => "/home/me/lab.yaml";

    public string DefaultNamespace => "default";

    /// <summary>The requests: method, decoded path and query.</summary>
    public List<string> Requests { get; } = [];

    public List<string> Bodies { get; } = [];

    public List<string?> ContentTypes { get; } = [];

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Add($"{request.Method} {Uri.UnescapeDataString(request.RequestUri!.OriginalString)}");
        if (request.Content is { } content)
        {
            Bodies.Add(await content.ReadAsStringAsync(cancellationToken));
            ContentTypes.Add(content.Headers.ContentType?.MediaType);
        }
        var response = answer(request, Requests.Count);
        return (int)response.StatusCode is >= 200 and < 300 ? response : throw Refusal((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) => Bytes(Encoding.UTF8.GetBytes(json), status);

    public static HttpResponseMessage Bytes(byte[] json, HttpStatusCode status = HttpStatusCode.OK) => new(status) { Content = new ByteArrayContent(json) };

    /// <summary>A body as the real transport hands it on.</summary>
    public static HttpResponseMessage Stream(Stream stream) =>
        new(HttpStatusCode.OK) { Content = new GuardedContent(new StreamContent(stream), Server, CancellationToken.None) };

    /// <summary>An answer as the genuine server gave it.</summary>
    public static HttpResponseMessage Recorded(string file)
    {
        var response = JsonNode.Parse(Data.Bytes(file))!;
        return Json(response["body"]!.ToJsonString(), (HttpStatusCode)(int)response["status"]!);
    }

    public static HttpResponseMessage Status(int code, string reason, string message, string extra = "") =>
        Json($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}{{extra}}}""", (HttpStatusCode)code);

    // What the real transport makes of an answer that is not 2xx.
    private static DebugException Refusal(int code, string body)
    {
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(body) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            // Plain text, as proxies and unserved paths answer.
        }
        return new DebugException("ServerSaid", FailureKind.InvalidOperation, (string?)status?["message"] ?? body, "")
        {
            StatusCode = code,
            StatusReason = (string?)status?["reason"],
            DetailsName = (string?)status?["details"]?["name"],
            ContinueToken = (string?)status?["metadata"]?["continue"],
        };
    }
}
