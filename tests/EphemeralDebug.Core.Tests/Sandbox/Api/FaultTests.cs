using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Every fault does what it says, tells when it struck, and is gone after it.</summary>
public sealed class FaultTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>, IDisposable
{
    private const string Pods = "/api/v1/namespaces/cap/pods";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SandboxFaults Faults => fixture.Sandbox.Faults;

    public void Dispose() => Faults.Clear();

    private static bool Lists(SandboxRequest request) => request.Method == "GET" && request.Path == Pods;

    [Fact]
    public async Task A_delay_holds_the_answer_until_released()
    {
        using SandboxFault fault = Faults.Delay(Lists);
        Task<HttpResponseMessage> answer = fixture.Client().GetAsync(Pods, Token);
        SandboxRequest struck = await fault.Hit.WaitAsync(Token);
        Assert.False(answer.IsCompleted);
        Assert.Equal("admin", struck.User);
        fault.Release();
        using HttpResponseMessage response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_stalled_body_goes_on_when_released_and_ends_when_the_client_goes()
    {
        using SandboxFault fault = Faults.StallBody(Lists, afterBytes: 10, times: 2);
        using HttpResponseMessage response = await fixture.Client().GetAsync(Pods, HttpCompletionOption.ResponseHeadersRead, Token);
        await using Stream body = await response.Content.ReadAsStreamAsync(Token);
        byte[] first = new byte[10];
        await body.ReadExactlyAsync(first, Token);
        Assert.Equal("{\"kind\":\"P", System.Text.Encoding.ASCII.GetString(first));
        await fault.Hit.WaitAsync(Token);

        using CancellationTokenSource goes = CancellationTokenSource.CreateLinkedTokenSource(Token);
        fixture.Sandbox.ClearRequests();
        Task<string> second = fixture.Client().GetStringAsync(Pods, goes.Token);
        SandboxRequest other = await fixture.Sandbox.RequestAsync(Lists, Token);
        await goes.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(await other.Ended.WaitAsync(Token));

        fault.Release();
        using StreamReader rest = new(body);
        Assert.EndsWith("]}\n", await rest.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cut_loses_the_connection_before_the_headers(int http)
    {
        using HttpClient client = SandboxFixture.NewClient(fixture.Sandbox, version: new Version(http, http == 1 ? 1 : 0));
        using SandboxFault fault = Faults.Cut(Lists, times: 1);
        using HttpRequestMessage request = new(HttpMethod.Get, Pods) { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Token));
        SandboxRequest cut = await fault.Hit.WaitAsync(Token);
        Assert.True(await cut.Ended.WaitAsync(Token));
        Assert.Equal(0, cut.Status);
    }

    [Fact]
    public async Task A_cut_body_ends_too_early()
    {
        using SandboxFault fault = Faults.CutBody(Lists, afterBytes: 20);
        using HttpResponseMessage response = await fixture.Client().GetAsync(Pods, HttpCompletionOption.ResponseHeadersRead, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync(Token));
        Assert.Equal(1, fault.Hits);
    }

    [Fact]
    public async Task A_time_out_does_what_is_asked_and_denies_it()
    {
        using SandboxFault fault = Faults.TimeOut(request => request.Method == "POST");
        using StringContent pod = new("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"late"},"spec":{"containers":[{"name":"app","image":"busybox"}]}}""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await fixture.Client().PostAsync(Pods, pod, Token);

        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal("Timeout", (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["reason"]!);
        Assert.NotNull(fixture.Sandbox.Store.Get(EphemeralDebug.Sandbox.Store.ResourceType.Pods, "cap", "late"));
    }

    [Fact]
    public async Task A_watch_is_cut_or_expires_after_events()
    {
        foreach (string name in new[] { "one", "two", "three" })
        {
            TranscriptWorld.Put(fixture.Sandbox.Store, EphemeralDebug.Sandbox.Store.ResourceType.Pods, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" }, ["spec"] = new JsonObject(),
            });
        }
        using SandboxFault expired = Faults.ExpireWatch(request => request.Query.Contains("watch=1", StringComparison.Ordinal), afterEvents: 2);
        string[] lines = (await fixture.Client().GetStringAsync("/api/v1/namespaces/default/pods?watch=1", Token)).Trim().Split('\n');
        Assert.Equal(["ADDED", "ADDED", "ERROR"], lines.Select(line => (string)JsonNode.Parse(line)!["type"]!));
        Assert.Equal(410, (int)JsonNode.Parse(lines[2])!["object"]!["code"]!);

        using SandboxFault cut = Faults.CutWatch(request => request.Query.Contains("watch=1", StringComparison.Ordinal), afterEvents: 1);
        using HttpResponseMessage response = await fixture.Client().GetAsync("/api/v1/namespaces/default/pods?watch=1", HttpCompletionOption.ResponseHeadersRead, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync(Token));
        Assert.True(await (await cut.Hit.WaitAsync(Token)).Ended.WaitAsync(Token));
    }

    [Fact]
    public async Task Answers_of_a_server_in_trouble()
    {
        Faults.TooManyRequests(Lists, retryAfterSeconds: 3);
        Faults.Unavailable(Lists);
        Faults.InternalError(Lists, "etcdserver: request timed out");
        Faults.Expire(Lists);
        Faults.Respond(Lists, 502, "<html>Bad Gateway</html>", times: 1);
        Faults.MalformedJson(Lists, times: 1);
        Faults.ExpireCredentials(Lists, times: 1);
        List<(int, string?)> seen = [];
        for (int i = 0; i < 8; i++)
        {
            using HttpResponseMessage response = await fixture.Client().GetAsync(Pods, Token);
            seen.Add(((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            if (i == 0) Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter?.Delta);
        }
        const string Json = "application/json";
        Assert.Equal([(429, Json), (503, Json), (500, Json), (410, Json), (502, "text/html"), (200, Json), (401, Json), (200, Json)], seen);
    }

    [Fact]
    public async Task An_eviction_is_refused_for_the_budget()
    {
        TranscriptWorld.Put(fixture.Sandbox.Store, EphemeralDebug.Sandbox.Store.ResourceType.Pods, Transcript.Load("pod-before-any-ephemeral").Answer);
        using SandboxFault fault = Faults.RefuseEviction(_ => true, times: 1);
        StringContent Body() => new("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"web","namespace":"cap"}}""", System.Text.Encoding.UTF8, "application/json");
        using (HttpResponseMessage refused = await fixture.Client().PostAsync($"{Pods}/web/eviction", Body(), Token))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("DisruptionBudget", (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync(Token))!["details"]!["causes"]![0]!["reason"]);
        }
        using HttpResponseMessage evicted = await fixture.Client().PostAsync($"{Pods}/web/eviction", Body(), Token);
        Assert.Equal(HttpStatusCode.Created, evicted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Client().GetAsync($"{Pods}/web", Token)).StatusCode);
    }
}
