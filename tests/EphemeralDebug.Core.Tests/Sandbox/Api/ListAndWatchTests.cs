using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Pages, selectors, versions and watches, beyond what the transcripts show.</summary>
public sealed class ListAndWatchTests(ListAndWatchTests.Fixture fixture) : IClassFixture<ListAndWatchTests.Fixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public sealed class Fixture : IAsyncLifetime
    {
        public ApiSandbox Sandbox { get; private set; } = null!;

        public HttpClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Sandbox = await ApiSandbox.StartAsync(new SandboxOptions { SyntheticPods = 250, BookmarkInterval = TimeSpan.FromMilliseconds(50) }, TestContext.Current.CancellationToken);
            Client = SandboxFixture.NewClient(Sandbox);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Sandbox.DisposeAsync();
        }
    }

    [Fact]
    public async Task Pages_show_one_snapshot_and_every_pod_once()
    {
        int all = fixture.Sandbox.Store.List(ResourceType.Pods, null).Items.Count; // other tests may have left some
        List<string> names = [];
        string? version = null, next = "";
        int page = 0;
        do
        {
            JsonObject list = await GetAsync($"/api/v1/pods?limit=100&continue={Uri.EscapeDataString(next)}");
            version ??= (string?)list["metadata"]!["resourceVersion"];
            Assert.Equal(version, (string?)list["metadata"]!["resourceVersion"]);
            names.AddRange(list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!));
            next = (string?)list["metadata"]!["continue"];
            if (++page == 1)
            {
                Assert.Equal(all - 100, (int)list["metadata"]!["remainingItemCount"]!);
                // Changes between the pages must not show.
                Pod("zz-between-pages", ("a", "b"));
            }
        }
        while (next is not null);
        fixture.Sandbox.Store.Remove(ResourceType.Pods, "default", "zz-between-pages");
        Assert.Equal(3, page);
        Assert.Equal(all, names.Distinct().Count());
        Assert.DoesNotContain("zz-between-pages", names);
    }

    [Fact]
    public async Task A_forgotten_continue_token_is_410_with_a_token_to_go_on()
    {
        JsonObject first = await GetAsync("/api/v1/namespaces/load/pods?limit=200");
        Pod("newer", ("a", "b"));
        fixture.Sandbox.Store.Compact();
        JsonObject gone = await GetAsync($"/api/v1/namespaces/load/pods?limit=200&continue={Uri.EscapeDataString((string)first["metadata"]!["continue"]!)}", HttpStatusCode.Gone);
        Assert.Equal("Expired", (string?)gone["reason"]);
        JsonObject rest = await GetAsync($"/api/v1/namespaces/load/pods?limit=200&continue={Uri.EscapeDataString((string)gone["metadata"]!["continue"]!)}");
        Assert.Equal(50, rest["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("app=app-001", 3)]
    [InlineData("app==app-001,tier=web", 3)]
    [InlineData("app in (app-001, app-002)", 6)]
    [InlineData("app notin (app-001),tier", 247)]
    [InlineData("app!=app-001,tier", 247)]
    [InlineData("!nosuch,tier", 250)]
    [InlineData("tier,nosuch", 0)]
    public async Task Label_selectors_select(string selector, int count) =>
        Assert.Equal(count, (await GetAsync($"/api/v1/pods?labelSelector={Uri.EscapeDataString(selector)}"))["items"]!.AsArray().Count);

    [Theory]
    [InlineData("a=b=c", "found '=', expected: ',' or 'end of string'")]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData(",", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("-a=b", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters")]
    [InlineData("a=-b", "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    public async Task A_malformed_label_selector_is_400(string selector, string message)
    {
        JsonObject status = await GetAsync($"/api/v1/pods?labelSelector={Uri.EscapeDataString(selector)}", HttpStatusCode.BadRequest);
        Assert.StartsWith(message, (string?)status["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spec.nodeName=node-003", 5)]
    [InlineData("spec.nodeName!=node-003,metadata.namespace=load", 245)]
    [InlineData("status.phase=Running,metadata.namespace=load", 250)]
    [InlineData("metadata.name=app-007-7d9c5b8f6-00007", 1)]
    public async Task Field_selectors_select(string selector, int count) =>
        Assert.Equal(count, (await GetAsync($"/api/v1/pods?fieldSelector={Uri.EscapeDataString(selector)}"))["items"]!.AsArray().Count);

    [Theory]
    [InlineData("/api/v1/pods?fieldSelector=spec.foo%3Dx", "field label not supported: spec.foo")]
    [InlineData("/api/v1/pods?fieldSelector=foo", "invalid selector: 'foo'; can't understand 'foo'")]
    [InlineData("/apis/apps/v1/deployments?fieldSelector=spec.x%3D1", "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("/api/v1/pods?continue=%25%25", "continue key is not valid: illegal base64 data at input byte 2")]
    public async Task What_a_list_cannot_do_is_400(string path, string message) =>
        Assert.Equal(message, (string?)(await GetAsync(path, HttpStatusCode.BadRequest))["message"]);

    [Fact]
    public async Task A_version_from_the_future_is_504() =>
        Assert.StartsWith("Too large resource version: 999999, current: ", (string?)(await GetAsync("/api/v1/pods?resourceVersion=999999", HttpStatusCode.GatewayTimeout))["message"], StringComparison.Ordinal);

    [Fact]
    public async Task A_list_of_a_missing_namespace_is_empty() =>
        Assert.Empty((await GetAsync("/api/v1/namespaces/nosuch/pods"))["items"]!.AsArray());

    [Fact]
    public async Task Long_answers_are_compressed_for_who_asks()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/pods");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage response = await fixture.Client.SendAsync(request, Token);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using System.IO.Compression.GZipStream body = new(await response.Content.ReadAsStreamAsync(Token), System.IO.Compression.CompressionMode.Decompress);
        Assert.True((await JsonNode.ParseAsync(body, cancellationToken: Token))!["items"]!.AsArray().Count >= 250);
    }

    [Fact]
    public async Task Metadata_only_and_tables_for_who_asks()
    {
        JsonObject partial = await GetAsync("/api/v1/pods?limit=1", accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json");
        Assert.Equal("PartialObjectMetadataList", (string?)partial["kind"]);
        Assert.Equal(["metadata"], partial["items"]![0]!.AsObject().Select(field => field.Key));
        JsonObject table = await GetAsync("/api/v1/pods?limit=2&includeObject=None", accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        Assert.Equal(["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"], table["columnDefinitions"]!.AsArray().Select(column => (string)column!["name"]!));
        Assert.Equal(2, table["rows"]!.AsArray().Count);
        Assert.False(table["rows"]![0]!.AsObject().ContainsKey("object"));
        await GetAsync("/api/v1/pods", HttpStatusCode.NotAcceptable, accept: "application/cbor");
    }

    [Fact]
    public async Task A_watch_tells_when_an_object_comes_into_and_goes_out_of_the_selection()
    {
        string version = (string)(await GetAsync("/api/v1/pods?limit=1"))["metadata"]!["resourceVersion"]!;
        using Lines watch = await WatchAsync($"/api/v1/namespaces/default/pods?watch=true&labelSelector=color%3Dred&resourceVersion={version}");
        Pod("chameleon", ("color", "blue"));
        Color("red");
        Color("red", note: "again");
        Color("green");
        Color("red");
        fixture.Sandbox.Store.Remove(ResourceType.Pods, "default", "chameleon");
        List<string> types = [];
        for (int i = 0; i < 5; i++) types.Add((string)(await watch.NextAsync())["type"]!);
        Assert.Equal(["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"], types);

        void Color(string color, string note = "") => fixture.Sandbox.Store.Update(ResourceType.Pods, "default", "chameleon", pod =>
        {
            pod["metadata"]!["labels"]!["color"] = color;
            pod["metadata"]!["labels"]!["note"] = note;
        });
    }

    [Fact]
    public async Task Bookmarks_keep_a_quiet_watch_fresh()
    {
        string version = (string)(await GetAsync("/api/v1/pods?limit=1"))["metadata"]!["resourceVersion"]!;
        using Lines watch = await WatchAsync($"/api/v1/namespaces/nosuch/pods?watch=1&allowWatchBookmarks=true&resourceVersion={version}");
        Pod("elsewhere", ("a", "b"));
        JsonObject bookmark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", (string?)bookmark["type"]);
        Assert.True(long.Parse((string)bookmark["object"]!["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture) > long.Parse(version, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_watch_ends_by_itself_when_its_time_is_over()
    {
        using HttpResponseMessage response = await fixture.Client.GetAsync("/api/v1/namespaces/nosuch/pods?watch=1&timeoutSeconds=1", HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("", await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Many_versions_of_one_object_arrive_in_order()
    {
        using Lines watch = await WatchAsync("/api/v1/namespaces/default/pods?watch=1&fieldSelector=metadata.name%3Dbusy");
        Pod("busy", ("n", "0"));
        for (int i = 1; i <= 200; i++) fixture.Sandbox.Store.Update(ResourceType.Pods, "default", "busy", pod => pod["metadata"]!["labels"]!["n"] = $"{i}");
        for (int i = 0; i <= 200; i++) Assert.Equal($"{i}", (string?)(await watch.NextAsync())["object"]!["metadata"]!["labels"]!["n"]);
    }

    [Theory]
    [InlineData("sendInitialEvents=true", "sendInitialEvents")]
    [InlineData("resourceVersion=abc", "resourceVersion")]
    public async Task A_watch_with_wrong_options_is_422(string query, string field) =>
        Assert.Contains(field, (string?)(await GetAsync($"/api/v1/pods?watch=1&{query}", HttpStatusCode.UnprocessableEntity))["message"], StringComparison.Ordinal);

    private void Pod(string name, (string Key, string Value) label)
    {
        fixture.Sandbox.Store.Remove(ResourceType.Pods, "default", name);
        fixture.Sandbox.Store.Create(ResourceType.Pods, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["labels"] = new JsonObject { [label.Key] = label.Value } },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray() },
        });
    }

    private async Task<JsonObject> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK, string accept = "application/json")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await fixture.Client.SendAsync(request, Token);
        string text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(status == response.StatusCode, text[..Math.Min(text.Length, 400)]);
        return (JsonObject)JsonNode.Parse(text)!;
    }

    private async Task<Lines> WatchAsync(string path) =>
        new(await fixture.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token));

    private sealed class Lines(HttpResponseMessage response) : IDisposable
    {
        private StreamReader? _reader;

        public async Task<JsonObject> NextAsync()
        {
            _reader ??= new StreamReader(await response.Content.ReadAsStreamAsync(Token));
            return (JsonObject)JsonNode.Parse((await _reader.ReadLineAsync(Token))!)!;
        }

        public void Dispose()
        {
            _reader?.Dispose();
            response.Dispose();
        }
    }
}
