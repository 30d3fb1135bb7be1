using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Replays the requests that a genuine Kubernetes 1.36 API server answered, and compares the sandbox's answers with its.</summary>
public sealed partial class TranscriptTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    /// <summary>Transcripts with a test of their own below, and those that the sandbox answers differently on purpose, with the reason.</summary>
    private static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["discovery-api-aggregated"] = nameof(Discovery_is_a_part_of_the_genuine_one),
        ["discovery-apis-aggregated"] = nameof(Discovery_is_a_part_of_the_genuine_one),
        ["discovery-api-v1"] = nameof(Discovery_is_a_part_of_the_genuine_one),
        ["version"] = nameof(Version_has_the_genuine_fields),
        ["version-anonymous"] = nameof(Version_has_the_genuine_fields),
        ["pod-as-table"] = nameof(A_pod_as_a_table),
        ["watch-old-resourceVersion-410"] = nameof(A_watch_from_an_old_version),
        ["watch-with-initial-events-and-bookmark"] = nameof(A_watch_with_initial_events),
        ["events-events.k8s.io-v1-all"] = nameof(Events_under_their_second_group),
        ["error-422-patch-pod-not-subresource"] = nameof(A_patch_of_the_main_resource),
        ["readyz"] = "the sandbox has fewer health checks to list",
    };

    public static TheoryData<string> Replayed() => [.. Transcript.Names.Where(name => !s_elsewhere.ContainsKey(name))];

    [Theory]
    [MemberData(nameof(Replayed))]
    public async Task Answers_as_recorded(string name)
    {
        Transcript transcript = Transcript.Load(name);
        TranscriptWorld.Prepare(fixture.Sandbox.Store, transcript);

        using HttpResponseMessage response = await SendAsync(transcript);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.True(transcript.Status == (int)response.StatusCode, $"expected {transcript.Status}, got {(int)response.StatusCode}: {text}");
        Assert.Equal(Header(transcript, "Content-Type"), response.Content.Headers.ContentType?.ToString());
        Assert.NotNull(response.Headers.NonValidated["Audit-Id"].FirstOrDefault());
        Assert.Equal(transcript.ResponseHeaders.Where(header => header.Name == "Warning").Select(header => header.Value),
            response.Headers.NonValidated.TryGetValues("Warning", out System.Net.Http.Headers.HeaderStringValues warnings) ? [.. warnings] : []);
        JsonNode expected = Sorted(transcript.ResponseBody!.DeepClone()), actual = Sorted(JsonNode.Parse(text)!);
        JsonComparison.AssertSame(expected, actual);
    }

    [Fact]
    public async Task Dry_run_stores_nothing()
    {
        Transcript transcript = Transcript.Load("patch-success-dryrun-all");
        TranscriptWorld.Prepare(fixture.Sandbox.Store, transcript);
        JsonObject before = fixture.Sandbox.Store.Get(ResourceType.Pods, "cap", "web")!;
        using HttpResponseMessage response = await SendAsync(transcript);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Same(before, fixture.Sandbox.Store.Get(ResourceType.Pods, "cap", "web"));
    }

    [Fact]
    public async Task A_patch_of_the_main_resource()
    {
        Transcript transcript = Transcript.Load("error-422-patch-pod-not-subresource");
        TranscriptWorld.Prepare(fixture.Sandbox.Store, transcript);
        using HttpResponseMessage response = await SendAsync(transcript);
        Assert.Equal(422, (int)response.StatusCode);
        // The line numbers within the dump of the whole spec are the server's own; everything else is the same.
        static string Masked(JsonNode? text) => HunkHeader().Replace((string)text!, "@@");
        JsonObject actual = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(Masked(transcript.Answer["message"]), Masked(actual["message"]));
        Assert.Equal(Masked(transcript.Answer["details"]!["causes"]![0]!["message"]), Masked(actual["details"]!["causes"]![0]!["message"]));
        Assert.Equal("Invalid", (string?)actual["reason"]);
    }

    [Theory]
    [InlineData("discovery-api-aggregated")]
    [InlineData("discovery-apis-aggregated")]
    [InlineData("discovery-api-v1")]
    public async Task Discovery_is_a_part_of_the_genuine_one(string name)
    {
        Transcript transcript = Transcript.Load(name);
        using HttpResponseMessage response = await SendAsync(transcript);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Header(transcript, "Content-Type"), response.Content.Headers.NonValidated["Content-Type"].ToString());
        JsonNode actual = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        List<string> wrong = [];
        IsPartOf(actual, transcript.ResponseBody, "$", wrong);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Contains(name == "discovery-apis-aggregated" ? "selfsubjectaccessreviews" : "ephemeralcontainers", actual.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("version-anonymous")]
    public async Task Version_has_the_genuine_fields(string name)
    {
        Transcript transcript = Transcript.Load(name);
        using HttpResponseMessage response = await SendAsync(transcript);
        JsonObject actual = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(transcript.Answer.Select(field => field.Key), actual.Select(field => field.Key));
        Assert.Equal("1", (string?)actual["major"]);
        Assert.Equal("36", (string?)actual["minor"]);
        Assert.StartsWith((string)transcript.Answer["gitVersion"]!, (string?)actual["gitVersion"], StringComparison.Ordinal);
        Assert.Contains("sandbox", (string?)actual["gitVersion"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_as_a_table()
    {
        Transcript transcript = Transcript.Load("pod-as-table");
        TranscriptWorld.Prepare(fixture.Sandbox.Store, transcript);
        using HttpResponseMessage response = await SendAsync(transcript);
        JsonObject actual = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        JsonObject expected = transcript.Answer;
        foreach (JsonObject table in new[] { expected, actual })
        {
            // Descriptions of columns are documentation, and ages differ.
            foreach (JsonNode? column in table["columnDefinitions"]!.AsArray()) column!.AsObject().Remove("description");
            table["rows"]![0]!["cells"]!.AsArray()[4] = "age";
        }
        JsonComparison.AssertSame(expected, actual);
    }

    [Fact]
    public async Task A_watch_from_an_old_version()
    {
        Transcript transcript = Transcript.Load("watch-old-resourceVersion-410");
        fixture.Sandbox.Store.Compact();
        using HttpResponseMessage response = await SendAsync(transcript);
        Assert.Equal(200, (int)response.StatusCode);
        JsonObject actual = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Matches(@"^too old resource version: 1 \(\d+\)$", (string)actual["object"]!["message"]!);
        actual["object"]!["message"] = (string)transcript.Answer["object"]!["message"]!;
        JsonComparison.AssertSame(transcript.ResponseBody, actual);
    }

    [Fact]
    public async Task A_watch_with_initial_events()
    {
        Transcript transcript = Transcript.Load("watch-with-initial-events-and-bookmark");
        transcript = transcript with { Path = transcript.Path.Replace("timeoutSeconds=1", "timeoutSeconds=60", StringComparison.Ordinal) };
        JsonObject[] expected = [.. ((string)transcript.ResponseBody!).Trim().Split('\n').Select(line => (JsonObject)JsonNode.Parse(line)!)];
        TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Pods, (JsonObject)expected[0]["object"]!);
        using HttpResponseMessage response = await SendAsync(transcript, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        for (int i = 0; i < 2; i++)
        {
            string line = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
            JsonComparison.AssertSame(expected[i], JsonNode.Parse(line));
        }
        TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Nodes, Transcript.Load("node").Answer);
        fixture.Sandbox.Store.Update(ResourceType.Pods, "cap", "extra", pod => pod["status"] = expected[2]["object"]!["status"]!.DeepClone());
        JsonObject third = (JsonObject)JsonNode.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!)!;
        Assert.Equal("MODIFIED", (string?)third["type"]);
        JsonComparison.AssertSame(expected[2]["object"]!["status"], third["object"]!["status"]);
    }

    [Fact]
    public async Task Events_under_their_second_group()
    {
        Transcript core = Transcript.Load("events-failing-pull"), renamed = Transcript.Load("events-events.k8s.io-v1-all");
        TranscriptWorld.Prepare(fixture.Sandbox.Store, core);
        using HttpResponseMessage response = await SendAsync(renamed);
        JsonArray actual = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["items"]!.AsArray();
        Assert.Equal(core.Answer["items"]!.AsArray().Count, actual.Count);
        foreach (JsonNode? item in actual)
        {
            JsonNode? genuine = renamed.Answer["items"]!.AsArray().Single(other => (string?)other!["metadata"]!["name"] == (string?)item!["metadata"]!["name"]);
            JsonComparison.AssertSame(genuine, item);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Transcript transcript, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        if (transcript.Method == "PUT" && transcript.Status == 200)
        {
            // The version that was current then is another one now.
            JsonNode body = JsonNode.Parse(transcript.RequestBody!)!;
            body["metadata"]!["resourceVersion"] = fixture.Sandbox.Store.Get(ResourceType.Pods, "cap", "ptypes").ResourceVersion();
            transcript = transcript with { RequestBody = body.ToJsonString() };
        }
        using HttpRequestMessage request = transcript.ToRequest(fixture.Sandbox.Server);
        return await fixture.Client(transcript.User).SendAsync(request, completion, TestContext.Current.CancellationToken);
    }

    private static string? Header(Transcript transcript, string name) => transcript.ResponseHeaders.FirstOrDefault(header => header.Name == name).Value;

    /// <summary>Rules come in no order of their own; managers come by time, and recorded times are not now.</summary>
    private static JsonNode Sorted(JsonNode answer)
    {
        if (answer is JsonObject && answer["metadata"]?["managedFields"] is JsonArray managers)
        {
            answer["metadata"]!["managedFields"] = new JsonArray([.. managers
                .OrderBy(entry => $"{entry!["manager"]} {entry["operation"]} {entry["subresource"]}", StringComparer.Ordinal).Select(entry => entry!.DeepClone())]);
        }
        foreach (string list in new[] { "resourceRules", "nonResourceRules" })
        {
            if (answer is JsonObject && answer["status"] is JsonObject status && status[list] is JsonArray rules)
                status[list] = new JsonArray([.. rules.OrderBy(rule => rule!.ToJsonString(), StringComparer.Ordinal).Select(rule => rule!.DeepClone())]);
        }
        return answer;
    }

    /// <summary>Every item of a list must be in the genuine list, under the same name and with the same content; verbs may be fewer.</summary>
    private static void IsPartOf(JsonNode? part, JsonNode? whole, string path, List<string> wrong)
    {
        static string? Id(JsonNode? item) => item is not JsonObject fields ? item?.ToJsonString()
            : (string?)(fields["resource"] ?? fields["subresource"] ?? fields["name"] ?? fields["version"] ?? fields["metadata"]?["name"]) ?? "";
        switch (part, whole)
        {
            case (JsonObject left, JsonObject right):
                foreach ((string name, JsonNode? value) in left)
                {
                    if (!right.ContainsKey(name)) wrong.Add($"{path}.{name}: not in the genuine answer");
                    else IsPartOf(value, right[name], $"{path}.{name}", wrong);
                }
                break;
            case (JsonArray left, JsonArray right):
                foreach (JsonNode? item in left)
                {
                    JsonNode? genuine = right.FirstOrDefault(other => Id(other) == Id(item));
                    if (genuine is null) wrong.Add($"{path}: {Id(item)} is not in the genuine answer");
                    else IsPartOf(item, genuine, $"{path}[{Id(item)}]", wrong);
                }
                break;
            default:
                if (!JsonNode.DeepEquals(part, whole)) wrong.Add($"{path}: {part?.ToJsonString()} but genuine {whole?.ToJsonString()}");
                break;
        }
    }

    [GeneratedRegex(@"@@ [^@]* @@")]
    private static partial Regex HunkHeader();
}
