using System.Diagnostics;
using System.Text;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class PodListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IAsyncEnumerable<PodInfo> List(FakeTransport transport, PodQuery? query = null) => new KubernetesApi(transport).ListPodsAsync(query ?? new PodQuery(), Token);

    private static HttpResponseMessage Page(int first, int count, string? next) => FakeTransport.Bytes(RealisticPods.List(count, first, next));

    private static string Name(int number) => KubernetesApi.ReadPod(Encoding.UTF8.GetBytes(RealisticPods.Pod(number))).Name;

    [Fact]
    public async Task Reads_a_list_of_a_genuine_cluster()
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Bytes(Data.Bytes("podlist-labelselector.json")));
        var pod = Assert.Single(await List(transport, new PodQuery { Namespace = "cap", LabelSelector = "app=web" }).ToListAsync(Token));
        Assert.Equal(("web", "cap", "Running", "lab", "/home/me/lab.yaml"), (pod.Name, pod.Namespace, pod.Status, pod.Context, pod.KubeConfig));
        Assert.Equal(["GET api/v1/namespaces/cap/pods?labelSelector=app=web&limit=100"], transport.Requests);
    }

    [Fact]
    public async Task Selectors_and_the_node_go_into_the_request_escaped()
    {
        var uris = new List<string>();
        var transport = new FakeTransport((request, _) =>
        {
            uris.Add(request.RequestUri!.OriginalString);
            return Page(0, 0, null);
        });
        await List(transport, new PodQuery { LabelSelector = "env in (a, b),!x", FieldSelector = @"status.phase!=Failed,metadata.name=a\,b", Node = "n1.example.com", PageSize = 20 }).ToListAsync(Token);
        Assert.Equal(["api/v1/pods?labelSelector=env%20in%20%28a%2C%20b%29%2C%21x&fieldSelector=status.phase%21%3DFailed%2Cmetadata.name%3Da%5C%2Cb%2Cspec.nodeName%3Dn1.example.com&limit=20"], uris);
    }

    [Fact]
    public async Task Pages_follow_each_other_to_the_last()
    {
        var transport = new FakeTransport((_, number) => number switch
        {
            1 => Page(0, 2, "second"),
            2 => Page(2, 3, "third"),
            _ => Page(5, 1, null),
        });
        var names = await List(transport).Select(pod => pod.Name).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(0, 6).Select(Name), names);
        Assert.Equal(["GET api/v1/pods?limit=100", "GET api/v1/pods?limit=500&continue=second", "GET api/v1/pods?limit=500&continue=third"], transport.Requests);
    }

    [Fact]
    public async Task Who_takes_three_rows_makes_one_request()
    {
        var body = new ScriptedStream(RealisticPods.List(3, next: "more"), 1000, Ending.Clean);
        var transport = new FakeTransport((_, _) => FakeTransport.Stream(body));
        Assert.Equal(3, (await List(transport).Take(3).ToListAsync(Token)).Count);
        Assert.Single(transport.Requests);
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task Rows_come_while_the_page_is_still_on_its_way()
    {
        var json = RealisticPods.List(5);
        var body = new ScriptedStream(json[..(json.Length - 9000)], 512, Ending.Stall);
        await using var rows = List(new FakeTransport((_, _) => FakeTransport.Stream(body))).GetAsyncEnumerator(Token);
        for (var i = 0; i < 3; i++) Assert.True(await rows.MoveNextAsync());
        Assert.Equal(Name(2), rows.Current.Name);
    }

    [Fact]
    public async Task A_body_that_stalls_does_not_hold_up_who_cancels()
    {
        using var stop = new CancellationTokenSource();
        var json = RealisticPods.List(3);
        var body = new ScriptedStream(json[..(json.Length - 100)], 4096, Ending.Stall);
        var reading = new KubernetesApi(new FakeTransport((_, _) => FakeTransport.Stream(body))).ListPodsAsync(new PodQuery(), stop.Token).ToListAsync(CancellationToken.None).AsTask();
        await body.Stalled.WaitAsync(Token);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(body.IsDisposed);
    }

    [Theory]
    [InlineData(Ending.Cut)]
    [InlineData(Ending.Clean)]
    public async Task A_body_that_is_cut_is_a_failure_after_the_rows_that_came(object ending)
    {
        var json = RealisticPods.List(4);
        var body = new ScriptedStream(json[..(json.Length - 5000)], 4096, (Ending)ending);
        var names = new List<string>();
        var failure = await Assert.ThrowsAsync<DebugException>(async () =>
        {
            await foreach (var pod in List(new FakeTransport((_, _) => FakeTransport.Stream(body)))) names.Add(pod.Name);
        });
        Assert.Equal(("ResponseTruncated", FailureKind.ConnectionError), (failure.ErrorId, failure.Kind));
        Assert.Equal(Enumerable.Range(0, 3).Select(Name), names);
    }

    [Theory]
    [InlineData("<html>nginx</html>")]
    [InlineData("{}")]
    [InlineData("""{"items":[{"metadata":{]}}]}""")]
    [InlineData("""{"items":[{"metadata":tru}]}""")]
    public async Task An_answer_that_is_no_list_is_a_failure_with_a_name(string body)
    {
        var failure = await Assert.ThrowsAsync<DebugException>(async () => await List(new FakeTransport((_, _) => FakeTransport.Json(body))).ToListAsync(Token));
        Assert.Equal("ResponseMalformed", failure.ErrorId);
    }

    private static HttpResponseMessage Expired(string? next) => FakeTransport.Json(
        """{"kind":"Status","metadata":{@next},"message":"The provided continue parameter is too old","reason":"Expired","code":410}""".Replace("@next", next is null ? "" : $"\"continue\":\"{next}\""),
        System.Net.HttpStatusCode.Gone);

    [Fact]
    public async Task A_list_that_expires_midway_goes_on_with_the_token_that_the_server_gives()
    {
        var transport = new FakeTransport((_, number) => number switch
        {
            1 => Page(0, 2, "old"),
            2 => Expired("inconsistent"),
            _ => Page(2, 2, null),
        });
        Assert.Equal(Enumerable.Range(0, 4).Select(Name), await List(transport).Select(pod => pod.Name).ToListAsync(Token));
        Assert.EndsWith("continue=inconsistent", transport.Requests[2]);
    }

    [Fact]
    public async Task A_list_that_expires_midway_without_a_token_begins_anew_and_gives_nothing_twice()
    {
        var transport = new FakeTransport((_, number) => number switch
        {
            1 => Page(0, 2, "old"),
            2 => Expired(null),
            3 => Page(1, 2, "new"),
            _ => Page(3, 1, null),
        });
        Assert.Equal(Enumerable.Range(0, 4).Select(Name), await List(transport).Select(pod => pod.Name).ToListAsync(Token));
        Assert.DoesNotContain("continue", transport.Requests[2]);
    }

    [Fact]
    public async Task A_list_that_always_expires_ends()
    {
        var transport = new FakeTransport((request, _) => request.RequestUri!.OriginalString.Contains("continue") ? Expired(null) : Page(0, 2, "old"));
        var failure = await Assert.ThrowsAsync<DebugException>(async () => await List(transport).ToListAsync(Token));
        Assert.Equal(410, failure.StatusCode);
        Assert.Equal(4, transport.Requests.Count);
    }

    [Fact]
    public async Task A_list_that_expires_before_it_gave_a_row_and_is_then_empty_ends()
    {
        var transport = new FakeTransport((_, number) => number switch { 1 => Page(0, 0, "old"), 2 => Expired(null), _ => Page(0, 0, null) });
        Assert.Empty(await List(transport).ToListAsync(Token));
        Assert.Equal(3, transport.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_of_the_server_goes_through_as_it_is()
    {
        var failure = await Assert.ThrowsAsync<DebugException>(async () => await List(new FakeTransport((_, _) => FakeTransport.Status(403, "Forbidden", "pods is forbidden"))).ToListAsync(Token));
        Assert.Equal((403, "Forbidden"), (failure.StatusCode, failure.StatusReason));
    }

    [Fact]
    public async Task Only_pods_of_the_owners_asked_for_come()
    {
        var pods = await List(new FakeTransport((_, _) => Page(15, 10, null)), new PodQuery { OwnerUids = ["00000001-aaaa-4bbb-8ccc-000000000000"] }).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(20, 5).Select(Name), pods.Select(pod => pod.Name));
    }

    [Fact]
    public async Task Without_possible_owners_nothing_is_asked()
    {
        var transport = new FakeTransport((_, _) => Page(0, 1, null));
        Assert.Empty(await List(transport, new PodQuery { OwnerUids = [] }).ToListAsync(Token));
        Assert.Empty(transport.Requests);
    }

    [Theory]
    [InlineData("../secrets", null, "InvalidNamespaceName")]
    [InlineData("Default", null, "InvalidNamespaceName")]
    [InlineData("a.b", null, "InvalidNamespaceName")]
    [InlineData("", null, "InvalidNamespaceName")]
    [InlineData(null, "n1/status", "InvalidObjectName")]
    [InlineData(null, "n,metadata.name=x", "InvalidObjectName")]
    public void Names_that_cannot_be_never_reach_the_server(string? ns, string? node, string errorId)
    {
        var transport = new FakeTransport((_, _) => Page(0, 1, null));
        Assert.Equal(errorId, Assert.Throws<DebugException>(() => List(transport, new PodQuery { Namespace = ns, Node = node })).ErrorId);
        Assert.Empty(transport.Requests);
    }

    [Fact]
    public async Task Nothing_of_the_pods_that_pass_by_is_held()
    {
        var transport = new FakeTransport((_, number) => Page(number * 100, 100, number < 20 ? "more" : null));
        var passed = new List<WeakReference>();
        await foreach (var pod in List(transport))
        {
            passed.Add(new WeakReference(pod));
            passed.Add(new WeakReference(pod.Uid));
            if (passed.Count < 4000) continue;
            GC.Collect();
            // The last row, and what the runtime still has in a register.
            Assert.InRange(passed.Count(reference => reference.IsAlive), 0, 10);
        }
        Assert.Equal(4000, passed.Count);
    }
}
