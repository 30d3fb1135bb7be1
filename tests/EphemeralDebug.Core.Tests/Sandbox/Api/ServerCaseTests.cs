using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>The validation cases of Kubernetes' own tests (Data/transcripts/server-cases.json), each over HTTP.</summary>
public sealed class ServerCaseTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly Lazy<Dictionary<string, JsonObject>> s_cases = new(() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "transcripts", "server-cases.json")))!.AsArray()
            .ToDictionary(one => (string)one!["id"]!, one => (JsonObject)one!));

    public static TheoryData<string> Ids() => [.. s_cases.Value.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Judges_as_the_genuine_server(string id)
    {
        JsonObject one = s_cases.Value[id];
        string request = (string?)one["request"] ?? "update pods/ephemeralcontainers";
        ObjectStore store = fixture.Sandbox.Store;
        store.Create(ResourceType.Namespaces, FoundingWorld.Namespace("shop"));
        store.Remove(ResourceType.Pods, "shop", "web-0");
        if (request != "create pod") store.Create(ResourceType.Pods, (one["oldPod"] as JsonObject ?? Without(one["inputPod"]!)));

        using HttpRequestMessage message = request switch
        {
            "create pod" => Message(HttpMethod.Post, "/api/v1/namespaces/shop/pods", one["inputPod"]!, "application/json"),
            "update pod (main resource)" => Message(HttpMethod.Put, "/api/v1/namespaces/shop/pods/web-0", one["inputPod"]!, "application/json"),
            "PATCH pods/ephemeralcontainers" => Message(HttpMethod.Patch, "/api/v1/namespaces/shop/pods/web-0/ephemeralcontainers", one["patchBody"]!, (string)one["contentType"]!),
            _ => Message(HttpMethod.Put, "/api/v1/namespaces/shop/pods/web-0/ephemeralcontainers", one["inputPod"]!, "application/json"),
        };
        using HttpResponseMessage response = await fixture.Client().SendAsync(message, TestContext.Current.CancellationToken);
        JsonObject answer = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        if (one["expect"] is JsonObject)
        {
            Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
            return;
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        IEnumerable<string> expected = one["expect"] is JsonArray several ? several.Select(text => (string)text!) : [(string)one["expect"]!];
        // The server fills in these two before it validates.
        foreach (string text in expected.Where(text => !text.EndsWith("minationMessagePolicy: Required value", StringComparison.Ordinal) && !text.EndsWith("imagePullPolicy: Required value", StringComparison.Ordinal)))
            Assert.Contains(text, (string)answer["message"]!, StringComparison.Ordinal);
    }

    private static JsonObject Without(JsonNode pod)
    {
        JsonObject copy = (JsonObject)pod.DeepClone();
        copy["spec"]!.AsObject().Remove("ephemeralContainers");
        return copy;
    }

    private static HttpRequestMessage Message(HttpMethod method, string path, JsonNode body, string type) =>
        new(method, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type) };
}
