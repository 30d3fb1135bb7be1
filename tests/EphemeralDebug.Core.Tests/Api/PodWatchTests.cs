using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class PodWatchTests
{
    private static readonly WatchLimits s_quick = new() { Attempts = 4, FirstDelay = TimeSpan.FromMilliseconds(1), Silence = TimeSpan.FromMinutes(1) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static KubernetesApi Api(FakeTransport transport, WatchLimits? limits = null) => new(transport) { WatchLimits = limits ?? s_quick };

    private static HttpResponseMessage Lines(string text, Ending ending = Ending.Clean, int piece = 4096) => FakeTransport.Stream(new ScriptedStream(Encoding.UTF8.GetBytes(text), piece, ending));

    private static string Line(string type, string name, int version) =>
        """{"type":"@type","object":{"kind":"Pod","metadata":{"name":"@name","namespace":"ns","uid":"u-@name","resourceVersion":"@version"},"status":{"phase":"Running"}}}"""
            .Replace("@type", type).Replace("@name", name).Replace("@version", $"{version}") + "\n";

    private static string Bookmark(int version) => """{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"@v"}}}""".Replace("@v", $"{version}") + "\n";

    private static string Version(HttpRequestMessage request) =>
        request.RequestUri!.OriginalString.Split('?', '&').SingleOrDefault(part => part.StartsWith("resourceVersion=", StringComparison.Ordinal))?[16..] ?? "none";

    private static async Task<List<string>> Take(IAsyncEnumerable<PodEvent> events, int count) =>
        await events.Take(count).Select(e => $"{e.Type} {e.Pod?.Name}{(e.Pod is null ? "" : "@" + e.Pod.ResourceVersion)}".Trim()).ToListAsync(Token);

    [Theory]
    [InlineData(1)]
    [InlineData(997)]
    [InlineData(65536)]
    public async Task Follows_an_ephemeral_container_of_a_genuine_cluster_from_start_to_end(int piece)
    {
        var transport = new FakeTransport((_, _) => Lines(Data.Text("ephemeral-start-run-exit0.jsonl"), Ending.Stall, piece));
        var states = await Api(transport).WatchPodsAsync("cap", "metadata.name=web", resourceVersion: "481", cancellationToken: Token).Take(5)
            .Select(e => (e.Type, e.Pod!.EphemeralContainers.FirstOrDefault()?.State, e.Pod.EphemeralContainers.FirstOrDefault()?.Reason)).ToListAsync(Token);
        Assert.Equal((PodEventType.Added, null, null), states[0]);
        Assert.Contains((PodEventType.Modified, ContainerState.Running, null), states);
        Assert.Equal((PodEventType.Modified, ContainerState.Terminated, "Completed"), states[^1]);
        Assert.Equal(["GET api/v1/namespaces/cap/pods?fieldSelector=metadata.name=web&watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=481"], transport.Requests);
    }

    [Fact]
    public async Task Sees_a_failed_pull_and_a_deletion_as_the_genuine_cluster_told_them()
    {
        var pull = await Api(new FakeTransport((_, _) => Lines(Data.Text("ephemeral-imagepullbackoff.jsonl"), Ending.Stall))).WatchPodsAsync("cap", resourceVersion: "1", cancellationToken: Token).Take(5).ToListAsync(Token);
        Assert.Contains(pull, e => e.Pod!.EphemeralContainers.Any(container => container.Reason == "ErrImagePull"));

        var deletion = await Api(new FakeTransport((_, _) => Lines(Data.Text("pod-deleted-while-attached.jsonl"), Ending.Stall))).WatchPodsAsync("cap", resourceVersion: "1", cancellationToken: Token).Take(7).ToListAsync(Token);
        Assert.Equal((PodEventType.Deleted, "906"), (deletion[^1].Type, deletion[^1].Pod!.ResourceVersion));
        Assert.Contains(deletion, e => e.Pod!.Status == "Terminating");
    }

    [Fact]
    public async Task After_an_end_the_watch_goes_on_from_the_last_version_bookmarks_included()
    {
        var versions = new List<string>();
        var transport = new FakeTransport((request, number) =>
        {
            versions.Add(Version(request));
            return number switch
            {
                1 => Lines(Line("ADDED", "a", 11) + Line("MODIFIED", "a", 12)),
                2 => Lines(Bookmark(20)),
                _ => Lines(Line("DELETED", "a", 21), Ending.Stall),
            };
        });
        Assert.Equal(["Added a@11", "Modified a@12", "Deleted a@21"], await Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "10", cancellationToken: Token), 3));
        Assert.Equal(["10", "12", "20"], versions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_is_taken_up_again_without_the_line_that_was_cut(bool isReset)
    {
        var versions = new List<string>();
        var transport = new FakeTransport((request, number) =>
        {
            versions.Add(Version(request));
            return number == 1 ? Lines(Line("ADDED", "a", 11) + Line("MODIFIED", "a", 12)[..60], isReset ? Ending.Cut : Ending.Clean)
                : Lines(Line("MODIFIED", "a", 12), Ending.Stall);
        });
        Assert.Equal(["Added a@11", "Modified a@12"], await Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "10", cancellationToken: Token), 2));
        Assert.Equal(["10", "11"], versions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_too_old_gives_the_present_state(bool isEvent)
    {
        var transport = new FakeTransport((request, number) => number switch
        {
            1 when isEvent => Lines(JsonNode.Parse(Data.Bytes("watch-old-resourceVersion-410.json"))!["body"]!.ToJsonString() + "\n"),
            1 => FakeTransport.Status(410, "Expired", "too old resource version: 1 (770)"),
            2 => FakeTransport.Json("""{"metadata":{"resourceVersion":"800"},"items":[{"metadata":{"name":"a","resourceVersion":"700"}},{"metadata":{"name":"b","resourceVersion":"710"}}]}"""),
            _ => Lines(Line("MODIFIED", "b", 801), Ending.Stall),
        });
        Assert.Equal(["Restarted", "Added a@700", "Added b@710", "Synced", "Modified b@801"], await Take(Api(transport).WatchPodsAsync("ns", labelSelector: "app=x", resourceVersion: "1", cancellationToken: Token), 5));
        Assert.Equal("GET api/v1/namespaces/ns/pods?labelSelector=app=x&limit=100", transport.Requests[1]);
        Assert.EndsWith("resourceVersion=800", transport.Requests[2]);
    }

    [Fact]
    public async Task Without_a_version_all_that_exists_comes_first()
    {
        var transport = new FakeTransport((_, number) => number == 1
            ? FakeTransport.Json("""{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a","resourceVersion":"4"}}]}""")
            : Lines(Line("ADDED", "b", 6), Ending.Stall));
        Assert.Equal(["Restarted", "Added a@4", "Synced", "Added b@6"], await Take(Api(transport).WatchPodsAsync(null, cancellationToken: Token), 4));
    }

    [Fact]
    public async Task A_watch_that_always_expires_ends()
    {
        var transport = new FakeTransport((request, _) => request.RequestUri!.OriginalString.Contains("watch=true")
            ? FakeTransport.Status(410, "Expired", "too old") : FakeTransport.Json("""{"metadata":{"resourceVersion":"5"},"items":[]}"""));
        var failure = await Assert.ThrowsAsync<DebugException>(() => Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1000));
        Assert.Equal(("WatchLost", FailureKind.ConnectionError), (failure.ErrorId, failure.Kind));
    }

    [Fact]
    public async Task A_server_that_always_hangs_up_is_given_up()
    {
        var transport = new FakeTransport((_, _) => Lines(""));
        var failure = await Assert.ThrowsAsync<DebugException>(() => Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1));
        Assert.Equal("WatchLost", failure.ErrorId);
        Assert.Equal(4, transport.Requests.Count);
    }

    [Fact]
    public async Task Troubles_that_pass_do_not_add_up()
    {
        var transport = new FakeTransport((_, number) => number % 2 == 0
            ? Lines(Line("MODIFIED", "a", number)) : FakeTransport.Status(503, "ServiceUnavailable", "etcd leader changed"));
        Assert.Equal(10, (await Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 10)).Count);
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "NotFound")]
    [InlineData(400, "BadRequest")]
    public async Task A_refusal_is_thrown_at_once(int code, string reason)
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Status(code, reason, "no"));
        var failure = await Assert.ThrowsAsync<DebugException>(() => Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1));
        Assert.Equal((code, reason), (failure.StatusCode, failure.StatusReason));
        Assert.Single(transport.Requests);
    }

    [Fact]
    public async Task An_error_event_that_will_not_pass_is_thrown()
    {
        var transport = new FakeTransport((_, _) => Lines("""{"type":"ERROR","object":{"kind":"Status","message":"unable to decode","reason":"BadRequest","code":400}}""" + "\n"));
        var failure = await Assert.ThrowsAsync<DebugException>(() => Take(Api(transport).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1));
        Assert.Equal(("WatchRefused", 400), (failure.ErrorId, failure.StatusCode));
        Assert.Contains("unable to decode", failure.Message);
    }

    [Theory]
    [InlineData("<html>\n")]
    [InlineData("{\"type\":\"ADDED\"}\n")]
    [InlineData("[]\n")]
    public async Task What_is_no_event_is_a_failure_with_a_name(string line)
    {
        var failure = await Assert.ThrowsAsync<DebugException>(() => Take(Api(new FakeTransport((_, _) => Lines(line))).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1));
        Assert.Equal("ResponseMalformed", failure.ErrorId);
    }

    [Fact]
    public async Task A_connection_that_has_died_in_silence_is_replaced()
    {
        var transport = new FakeTransport((_, number) => number == 1 ? Lines(Line("ADDED", "a", 11), Ending.Stall) : Lines(Line("MODIFIED", "a", 12), Ending.Stall));
        var limits = s_quick with { Silence = TimeSpan.FromMilliseconds(50) };
        Assert.Equal(["Added a@11", "Modified a@12"], await Take(Api(transport, limits).WatchPodsAsync("ns", resourceVersion: "10", cancellationToken: Token), 2));
    }

    [Fact]
    public async Task A_long_silence_is_no_failure()
    {
        var transport = new FakeTransport((_, number) => Lines(number <= 8 ? "" : Line("ADDED", "a", 11), Ending.Stall));
        var limits = s_quick with { Silence = TimeSpan.FromMilliseconds(20), Lasting = TimeSpan.FromMilliseconds(1) };
        Assert.Equal(["Added a@11"], await Take(Api(transport, limits).WatchPodsAsync("ns", resourceVersion: "10", cancellationToken: Token), 1));
    }

    [Fact]
    public async Task Who_cancels_is_heard_while_nothing_comes()
    {
        using var stop = new CancellationTokenSource();
        var body = new ScriptedStream(Encoding.UTF8.GetBytes(Line("ADDED", "a", 11)), 4096, Ending.Stall);
        var watching = Api(new FakeTransport((_, _) => FakeTransport.Stream(body))).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: stop.Token).CountAsync(CancellationToken.None).AsTask();
        await body.Stalled.WaitAsync(Token);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task A_line_may_be_megabytes()
    {
        var big = """{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"9","annotations":{"x":"@x"}}}}""".Replace("@x", new string('y', 4_000_000)) + "\n";
        Assert.Equal(["Added a@9"], await Take(Api(new FakeTransport((_, _) => Lines(big, Ending.Stall, 16 * 1024))).WatchPodsAsync("ns", resourceVersion: "1", cancellationToken: Token), 1));
    }
}
