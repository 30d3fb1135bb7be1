using System.Text;
using System.Text.Json;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class ListSplitterTests
{
    private static async Task<(List<string> Elements, string? Version, string? Next)> Split(byte[] json, int piece, int buffer, Ending ending = Ending.Clean)
    {
        using var splitter = new ListSplitter(new ScriptedStream(json, piece, ending), buffer);
        var elements = new List<string>();
        while (await splitter.ReadAsync(TestContext.Current.CancellationToken)) elements.Add(Encoding.UTF8.GetString(splitter.Current));
        return (elements, splitter.ResourceVersion, splitter.Continue);
    }

    private const string Tricky = """
         { "kind":"PodList", "metadata" : { "continue":"a\"b", "remainingItemCount": 3, "resourceVersion":"12", "x":{"resourceVersion":"no","continue":["no"]} },
           "other":[{"items":[{}]}], "items" : [ {"a":"}]\"{[","items":[1,{"b":2}]} , {}, {"metadata":{"resourceVersion":"13","continue":"no"}} ], "apiVersion":"v1" } 
        """;

    [Fact]
    public async Task Every_place_where_a_piece_may_end_gives_the_same_elements()
    {
        var json = Encoding.UTF8.GetBytes(Tricky);
        for (var piece = 1; piece <= json.Length; piece++)
        {
            var (elements, version, next) = await Split(json, piece, 16);
            Assert.Equal(["""{"a":"}]\"{[","items":[1,{"b":2}]}""", "{}", """{"metadata":{"resourceVersion":"13","continue":"no"}}"""], elements);
            Assert.Equal(("12", "a\"b"), (version, next));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public async Task Pods_come_whole_whatever_the_size_of_the_pieces(int piece)
    {
        var (elements, _, next) = await Split(RealisticPods.List(12, next: "more"), piece, 64 * 1024);
        Assert.Equal(Enumerable.Range(0, 12).Select(RealisticPods.Pod), elements);
        Assert.Equal("more", next);
    }

    [Fact]
    public async Task A_pod_of_three_megabytes_comes_whole()
    {
        var big = "{\"metadata\":{\"annotations\":{\"a\":\"" + new string('x', 3_000_000) + "\"}}}";
        var (elements, _, _) = await Split(Encoding.UTF8.GetBytes($"{{\"items\":[{big},{{}}]}}"), 16 * 1024, 64 * 1024);
        Assert.Equal([big, "{}"], elements);
    }

    [Theory]
    [InlineData("""{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":null}""")]
    [InlineData("""{"metadata":{"continue":"","resourceVersion":"1"},"items":[]}""")]
    public async Task A_list_may_be_empty(string json)
    {
        var (elements, version, next) = await Split(Encoding.UTF8.GetBytes(json), 5, 16);
        Assert.Empty(elements);
        Assert.Equal(("1", null), (version, next));
    }

    [Theory]
    [InlineData("<html><body>502 Bad Gateway</body></html>")]
    [InlineData("[1,2]")]
    [InlineData("\"items\"")]
    [InlineData("""{"kind":"Status","message":"no list"}""")]
    [InlineData("""{"items":[7]}""")]
    [InlineData("""{"items":[{}{}]}""")]
    [InlineData("""{"items":[{}]]}""")]
    public async Task What_is_no_list_is_refused(string json) => await Assert.ThrowsAnyAsync<JsonException>(() => Split(Encoding.UTF8.GetBytes(json), 4, 16));

    [Fact]
    public async Task An_end_before_the_end_of_the_list_is_noticed_at_every_place()
    {
        var json = Encoding.UTF8.GetBytes(Tricky.Trim());
        for (var length = 0; length < json.Length; length++)
            await Assert.ThrowsAsync<EndOfStreamException>(() => Split(json[..length], 1000, 64));
    }

    [Fact]
    public async Task Strings_full_of_braces_quotes_and_backslashes_do_not_mislead()
    {
        // Every run of backslashes before a quote, at every place within the 64 bytes that are looked at together.
        const string Signs = "{}[]\"\\\\\\\\,:ab\n";
        var random = new Random(7);
        for (var turn = 0; turn < 400; turn++)
        {
            var value = new string([.. Enumerable.Range(0, random.Next(1, 150)).Select(_ => Signs[random.Next(Signs.Length)])]);
            var nested = new System.Text.Json.Nodes.JsonObject { ["a"] = new System.Text.Json.Nodes.JsonObject { [value] = value }, ["b"] = new System.Text.Json.Nodes.JsonArray(value, new System.Text.Json.Nodes.JsonObject()) };
            var options = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            var text = nested.ToJsonString(options);
            var (elements, version, _) = await Split(Encoding.UTF8.GetBytes($"{{\"items\":[{text},{{}},{text}],\"metadata\":{{\"resourceVersion\":\"3\"}}}}"), random.Next(1, 200), 64);
            Assert.Equal([text, "{}", text], elements);
            Assert.Equal("3", version);
        }
    }
}
