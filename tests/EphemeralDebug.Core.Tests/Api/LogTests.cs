using System.Diagnostics;
using System.Text;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<List<string>> Lines(byte[] log, int piece = 4096) => await KubernetesApi.ReadLinesAsync(new ScriptedStream(log, piece, Ending.Clean), Token).ToListAsync(Token);

    [Fact]
    public async Task Asks_for_what_the_query_says()
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Json("hello\n"));
        var api = new KubernetesApi(transport);
        await using var plain = await api.OpenLogAsync("cap", "web", new LogQuery(), Token);
        await using var all = await api.OpenLogAsync("cap", "web", new LogQuery
        {
            Container = "debugger-1", Follow = true, TailLines = 0, SinceSeconds = 5, Timestamps = true, Previous = true, LimitBytes = 9,
            SinceTime = new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2)),
        }, Token);
        Assert.Equal(
            ["GET api/v1/namespaces/cap/pods/web/log",
             "GET api/v1/namespaces/cap/pods/web/log?container=debugger-1&follow=true&tailLines=0&sinceSeconds=5&sinceTime=2026-01-02T03:04:05Z&timestamps=true&previous=true&limitBytes=9"],
            transport.Requests);
        Assert.Equal(["hello"], await KubernetesApi.ReadLinesAsync(plain, Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("one", new[] { "one" })]
    [InlineData("one\ntwo\r\n\n\r\nlast", new[] { "one", "two", "", "", "last" })]
    [InlineData("a\rb\n", new[] { "a\rb" })]
    [InlineData("Grüße €🙂\n\u001b[31mred\n", new[] { "Grüße €🙂", "\u001b[31mred" })]
    public async Task Splits_lines_wherever_the_pieces_end(string log, string[] lines)
    {
        var bytes = Encoding.UTF8.GetBytes(log);
        for (var piece = 1; piece <= bytes.Length + 1; piece++) Assert.Equal(lines, await Lines(bytes, piece));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_replaced() => Assert.Equal(["a\uFFFDb", "\uFFFD"], await Lines([(byte)'a', 0xFF, (byte)'b', (byte)'\n', 0xC3]));

    [Fact]
    public async Task A_very_long_line_comes_in_pieces_that_split_no_character()
    {
        const int Limit = 1024 * 1024;
        var text = new string('x', Limit - 1) + "€" + new string('y', Limit);
        var lines = await Lines(Encoding.UTF8.GetBytes(text + "\nshort\n"), 10_000);
        Assert.Equal(text, string.Concat(lines[..^1]));
        Assert.Equal("short", lines[^1]);
        Assert.All(lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, Limit));
        Assert.Equal(4, lines.Count);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public async Task A_line_of_just_the_limit_is_one_line(string end)
    {
        var lines = await Lines(Encoding.UTF8.GetBytes(new string('x', 1024 * 1024) + end), 7919);
        Assert.Equal(1024 * 1024, Assert.Single(lines).Length);
    }

    [Fact]
    public async Task A_log_that_is_cut_is_a_failure_after_the_lines_that_came()
    {
        var lines = new List<string>();
        var failure = await Assert.ThrowsAsync<DebugException>(async () =>
        {
            await foreach (var line in KubernetesApi.ReadLinesAsync(new GuardedStream(new ScriptedStream("one\ntw"u8.ToArray(), 2, Ending.Cut), FakeTransport.Server, Token), Token)) lines.Add(line);
        });
        Assert.Equal("ResponseTruncated", failure.ErrorId);
        Assert.Equal(["one"], lines);
    }

    [Fact]
    public async Task Lines_come_as_they_are_written_and_who_cancels_is_heard()
    {
        using var stop = new CancellationTokenSource();
        var body = new ScriptedStream("one\nha"u8.ToArray(), 100, Ending.Stall);
        await using var lines = KubernetesApi.ReadLinesAsync(body, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("one", lines.Current);
        var next = lines.MoveNextAsync().AsTask();
        await body.Stalled.WaitAsync(Token);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
