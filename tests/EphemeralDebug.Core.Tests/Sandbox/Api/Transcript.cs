using System.Text;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>One exchange with a genuine API server, from Data/transcripts/http.</summary>
public sealed record Transcript(string Name, string User, string Method, string Path, IReadOnlyDictionary<string, string> RequestHeaders, string? RequestBody, int Status,
    IReadOnlyList<(string Name, string Value)> ResponseHeaders, JsonNode? ResponseBody)
{
    public static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Data", "transcripts", "http");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json").Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>The response as an object.</summary>
    public JsonObject Answer => (JsonObject)ResponseBody!;

    public static Transcript Load(string name)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Folder, name + ".json")))!;
        JsonNode request = file["request"]!, response = file["response"]!;
        return new Transcript(name, (string)file["user"]!, (string)request["method"]!, (string)request["path"]!,
            request["headers"]!.AsObject().ToDictionary(header => header.Key, header => (string)header.Value!, StringComparer.OrdinalIgnoreCase),
            request["body"] switch
            {
                null => null,
                JsonValue text => (string?)text,
                JsonNode body => body.ToJsonString(),
            },
            (int)response["status"]!,
            [.. response["headers"]!.AsArray().Select(header => ((string)header![0]!, (string)header[1]!))],
            response["body"]?.DeepClone());
    }

    public HttpRequestMessage ToRequest(Uri server)
    {
        HttpRequestMessage request = new(new HttpMethod(Method), new Uri(server, Path));
        foreach ((string name, string value) in RequestHeaders)
        {
            if (!name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) request.Headers.TryAddWithoutValidation(name, value);
        }
        if (RequestBody is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(RequestBody));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", RequestHeaders.GetValueOrDefault("Content-Type", "application/json"));
        }
        return request;
    }
}
