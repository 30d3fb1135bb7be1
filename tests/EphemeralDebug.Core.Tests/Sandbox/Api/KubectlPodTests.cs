using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>The copies and node pods that kubectl debug sends are stored as the genuine server stored them, the owners of their fields included.</summary>
public sealed class KubectlPodTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Recorded => [.. Directory.EnumerateFiles(Folder).Select(file => Path.GetFileNameWithoutExtension(file))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Data", "transcripts", "kubectl");

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task What_kubectl_sends_is_stored_as_recorded(string name)
    {
        string[] parts = name.Split('-', 2);
        JsonObject expected = await ReadAsync(Path.Combine("transcripts", "kubectl", name + ".json"));
        JsonNode sent = (await ReadAsync(Path.Combine(parts[0] == "copy" ? "copies" : "nodes", "requests.json")))[parts[1]]!["pod"]!;
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/namespaces/cap/pods")
        {
            Content = new StringContent(sent.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.UserAgent.ParseAdd("kubectl/v1.36.4");
        using HttpResponseMessage response = await fixture.Client().SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        JsonObject stored = (JsonObject)JsonNode.Parse(text)!;
        JsonComparison.AssertSame(expected["metadata"]!["managedFields"]![0], stored["metadata"]!["managedFields"]![0]);
        JsonComparison.AssertSame(Comparable(expected), Comparable(stored));
    }

    private static async Task<JsonObject> ReadAsync(string file) =>
        (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", file), TestContext.Current.CancellationToken))!;

    /// <summary>The spec but for what a scheduler decided later, and for the name of the volume with the token.</summary>
    private static JsonObject Comparable(JsonObject pod)
    {
        string? token = pod.Objects("spec", "volumes").Select(volume => volume.Text("name")).LastOrDefault(name => name!.StartsWith("kube-api-access-", StringComparison.Ordinal));
        JsonObject spec = (JsonObject)JsonNode.Parse(token is null ? pod["spec"]!.ToJsonString() : pod["spec"]!.ToJsonString().Replace(token, "token", StringComparison.Ordinal))!;
        if (pod.Text("metadata", "labels", "app.kubernetes.io/managed-by") is null) spec.Remove("nodeName");
        return spec;
    }
}
