using System.Text;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Tests.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Artifacts;

/// <summary>Alone, because buffers that other tests have borrowed from the shared pool would be missing in what is measured.</summary>
[CollectionDefinition(nameof(FindArtifactsTests), DisableParallelization = true)]
[Collection(nameof(FindArtifactsTests))]
public sealed class FindArtifactsTests
{
    private const int Page = 500;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static KubernetesApi Server(FakeTransport transport) => new(transport);

    private static FakeTransport Cluster(int pages)
    {
        byte[][] lists = [.. Enumerable.Range(0, pages).Select(page => RealisticPods.List(Page, page * Page, page + 1 < pages ? $"page-{page + 1}" : null))];
        return new FakeTransport((request, _) =>
        {
            string query = Uri.UnescapeDataString(request.RequestUri!.OriginalString);
            int at = query.IndexOf("continue=page-", StringComparison.Ordinal);
            return FakeTransport.Bytes(lists[at < 0 ? 0 : int.Parse(query[(at + 14)..], System.Globalization.CultureInfo.InvariantCulture)]);
        });
    }

    [Fact]
    public async Task A_pod_without_anything_costs_no_more_than_its_row()
    {
        FakeTransport cluster = Cluster(pages: 20);
        async Task<long> Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            await foreach (DebugArtifact _ in FindArtifacts.InPodsAsync(Server(cluster), ns: null, labelSelector: null, Token))
            {
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The list of pods is allowed 1 KiB a row (see PodListAllocationTests); a parsed pod of this size would take 30.
        long least = long.MaxValue;
        for (int i = 0; i < 4; i++) least = Math.Min(least, await Allocated());
        Assert.InRange(least, 1, 20 * Page * 1100L);
    }

    [Fact]
    public async Task Ten_thousand_pods_are_never_held_together()
    {
        string debugged = """{"metadata":{"name":"bare-@n","namespace":"shop","uid":"@n"},"spec":{"containers":[{"name":"app","image":"x","args":["@padding"]}],"ephemeralContainers":[{"name":"debugger-x5k2p","image":"busybox"}]}}"""
            .Replace("@padding", new string('x', 8000), StringComparison.Ordinal);
        byte[] list = Encoding.UTF8.GetBytes($$"""{"metadata":{},"items":[{{string.Join(',', Enumerable.Range(0, 10_000).Select(n => debugged.Replace("@n", $"{n}", StringComparison.Ordinal)))}}]}""");
        KubernetesApi api = Server(new FakeTransport((_, _) => FakeTransport.Bytes(list)));
        long first = 0, most = 0;
        int count = 0;
        await foreach (DebugArtifact one in FindArtifacts.InPodsAsync(api, "shop", labelSelector: null, Token))
        {
            Assert.Equal($"bare-{count}", one.Pod);
            if (++count % 2000 != 0) continue;
            long held = GC.GetTotalMemory(forceFullCollection: true);
            if (first == 0) first = held;
            most = Math.Max(most, held);
        }

        Assert.Equal(10_000, count);
        Assert.InRange(most - first, long.MinValue, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task A_page_is_asked_for_when_the_one_before_has_been_read()
    {
        FakeTransport transport = new((_, number) => FakeTransport.Json(number == 1
            ? $$"""{"metadata":{"continue":"more"},"items":[{{ToolPods.K9s}},{{ToolPods.Lens}}]}"""
            : $$"""{"metadata":{},"items":[{{ToolPods.Kpexec}}]}"""));
        await using (IAsyncEnumerator<DebugArtifact> found = FindArtifacts.InPodsAsync(Server(transport), ns: null, "app=web", Token).GetAsyncEnumerator(Token))
        {
            Assert.True(await found.MoveNextAsync());
            Assert.Equal("k9s", found.Current.Tool);
            Assert.Single(transport.Requests);
        }

        List<string> tools = [];
        await foreach (DebugArtifact one in FindArtifacts.InPodsAsync(Server(transport), ns: null, "app=web", Token)) tools.Add(one.Tool);
        Assert.Equal("GET api/v1/pods?labelSelector=app=web&limit=100", transport.Requests[0]);
        Assert.Equal(["kpexec"], tools);
    }

    [Fact]
    public async Task A_namespace_that_does_not_exist_is_told_from_one_that_is_clean()
    {
        FakeTransport transport = new((request, _) => request.RequestUri!.OriginalString.Contains("/pods", StringComparison.Ordinal)
            ? FakeTransport.Json("""{"metadata":{},"items":[]}""")
            : FakeTransport.Status(404, "NotFound", "namespaces \\\"shop\\\" not found"));
        DebugException failure = await Assert.ThrowsAsync<DebugException>(async () => await FindArtifacts.InPodsAsync(Server(transport), "shop", null, Token).GetAsyncEnumerator(Token).MoveNextAsync());
        Assert.Equal(404, failure.StatusCode);
    }

    [Fact]
    public async Task Of_all_namespaces_those_of_tools_are_found()
    {
        FakeTransport transport = new((_, _) => FakeTransport.Json("""
            {"metadata":{},"items":[{"metadata":{"name":"default"}},{"metadata":{"name":"openshift-debug-x5k2p","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}},{"metadata":{"name":"shop"}}]}
            """));
        List<string> names = [];
        await foreach (DebugArtifact one in FindArtifacts.NamespacesAsync(Server(transport), labelSelector: null, Token)) names.Add($"{one.Tool} {one} {one.Context}");
        Assert.Equal(["oc openshift-debug-x5k2p lab"], names);
    }
}
