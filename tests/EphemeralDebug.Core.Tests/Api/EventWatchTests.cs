using System.Text;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class EventWatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static KubernetesApi Api(FakeTransport transport) => new(transport) { WatchLimits = new WatchLimits { FirstDelay = TimeSpan.FromMilliseconds(1) } };

    private static HttpResponseMessage Lines(string text, Ending ending) => FakeTransport.Stream(new ScriptedStream(Encoding.UTF8.GetBytes(text), 4096, ending));

    private static string Line(string type, string uid, int version, string more = "") =>
        """{"type":"@type","object":{"metadata":{"uid":"@uid","resourceVersion":"@version"},"reason":"R-@uid","involvedObject":{"name":"web"}@more}}"""
            .Replace("@type", type).Replace("@uid", uid).Replace("@version", $"{version}").Replace("@more", more) + "\n";

    [Fact]
    public async Task Reads_the_events_of_a_genuine_start()
    {
        var transport = new FakeTransport((_, _) => Lines(Data.Text("events-ephemeral-start.jsonl"), Ending.Stall));
        var events = await Api(transport).WatchEventsAsync("cap", "web", Token).Take(8).ToListAsync(Token);
        Assert.Equal("Scheduled", events[0].Reason);
        Assert.Equal(("web", "cap", "Normal", 1), (events[0].PodName, events[0].Namespace, events[0].Type, events[0].Count));
        Assert.Equal("50a98ed3-40b8-4f8e-9987-3b08f52bc61d", events[0].PodUid);
        Assert.Contains(events, e => e.Reason == "Started" && e.FieldPath == "spec.ephemeralContainers{debugger-1}");
        Assert.All(events, e => Assert.NotNull(e.LastSeen));
        Assert.Equal(["GET api/v1/namespaces/cap/events?fieldSelector=involvedObject.kind=Pod,involvedObject.name=web&watch=true&allowWatchBookmarks=true&timeoutSeconds=300"], transport.Requests);
    }

    [Fact]
    public async Task A_watch_that_is_cut_begins_anew_and_gives_only_what_is_new()
    {
        var transport = new FakeTransport((_, number) => number == 1
            ? Lines(Line("ADDED", "1", 5) + Line("ADDED", "2", 3), Ending.Cut)
            : Lines(Line("ADDED", "1", 5) + Line("ADDED", "2", 7, ",\"count\":2") + Line("ADDED", "3", 6) + Line("MODIFIED", "3", 8), Ending.Stall));
        var events = await Api(transport).WatchEventsAsync("ns", cancellationToken: Token).Take(5).Select(e => $"{e.Reason} {e.Count}").ToListAsync(Token);
        Assert.Equal(["R-1 1", "R-2 1", "R-2 2", "R-3 1", "R-3 1"], events);
        Assert.DoesNotContain("resourceVersion", transport.Requests[1]);
    }

    [Fact]
    public async Task After_a_bookmark_the_watch_goes_on_from_its_version()
    {
        var transport = new FakeTransport((_, number) => number == 1
            ? Lines(Line("ADDED", "1", 5) + """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}""" + "\n", Ending.Cut)
            : Lines(Line("ADDED", "2", 11), Ending.Stall));
        Assert.Equal(2, await Api(transport).WatchEventsAsync("ns", cancellationToken: Token).Take(2).CountAsync(Token));
        Assert.EndsWith("resourceVersion=9", transport.Requests[1]);
    }

    [Fact]
    public async Task Both_forms_of_events_tell_count_and_time_and_messages_are_clean()
    {
        var old = Line("ADDED", "1", 1, ",\"type\":\"Warning\",\"message\":\"Back-off\\u001b[0m\",\"count\":7,\"firstTimestamp\":\"2026-01-01T00:00:00Z\",\"lastTimestamp\":\"2026-01-01T00:05:00Z\",\"eventTime\":null");
        var young = Line("ADDED", "2", 2, ",\"eventTime\":\"2026-01-01T00:00:00.123456Z\",\"series\":{\"count\":3,\"lastObservedTime\":\"2026-01-01T00:06:00.000001Z\"}");
        var events = await Api(new FakeTransport((_, _) => Lines(old + young, Ending.Stall))).WatchEventsAsync(null, cancellationToken: Token).Take(2).ToListAsync(Token);
        Assert.Equal(("Warning", "Back-off", 7, 5), (events[0].Type, events[0].Message, events[0].Count, events[0].LastSeen!.Value.Minute));
        Assert.Equal(("Normal", 3, 6), (events[1].Type, events[1].Count, events[1].LastSeen!.Value.Minute));
    }
}
