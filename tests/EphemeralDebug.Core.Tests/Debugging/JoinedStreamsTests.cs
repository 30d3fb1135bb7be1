using System.Text;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>Whatever part of a text was written before the attach, and however far the log is behind: it is shown once and whole.</summary>
public sealed class JoinedStreamsTests
{
    private const string Text = "one\ntwo\n\nthree\nthree\ntwo\nend\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int, int> Splits()
    {
        TheoryData<int, int> splits = [];
        for (int attached = 0; attached <= Text.Length; attached++)
            for (int held = attached; held <= Text.Length; held += 3) splits.Add(attached, held);
        return splits;
    }

    [Theory]
    [MemberData(nameof(Splits))]
    public async Task Every_split_gives_the_text_once(int attached, int held)
    {
        // Live from `attached` on, of which the part up to `held` comes before the log is read first.
        FakeStreams live = new();
        if (held > attached) live.Write(Text[attached..held]);
        int looks = 0;
        JoinedStreams joined = Join(live, () => Lines(looks++ > 0 ? Text : Text[..held]));
        Task<string> all = ReadAllAsync(joined);
        live.Write(Text[held..]);
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        AssertOnce(await all, attached);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(15)]
    public async Task A_log_that_lags_is_waited_for(int attached)
    {
        FakeStreams live = new();
        live.Write(Text[attached..]);
        int look = 0;
        JoinedStreams joined = Join(live, () => Lines(Text[..Math.Min(Text.Length, 9 * look++)]));
        string first = Encoding.UTF8.GetString((await joined.ReadAsync(Cancel))!.Value.Bytes.Span);
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal(Text, first + await ReadAllAsync(joined));
    }

    [Fact]
    public async Task A_stream_that_lags_brings_nothing_twice()
    {
        FakeStreams live = new();
        JoinedStreams joined = Join(live, () => Text);
        StreamPiece first = (await joined.ReadAsync(Cancel))!.Value;
        Assert.Equal(Text, Encoding.UTF8.GetString(first.Bytes.Span));
        live.Write(Text[15..]);
        live.Write("more\n");
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal("more\n", await ReadAllAsync(joined));
    }

    [Fact]
    public async Task A_line_like_the_last_is_a_new_one_where_the_log_has_both()
    {
        FakeStreams live = new();
        string log = "tick\n";
        JoinedStreams joined = Join(live, () => log);
        Assert.Equal("tick\n", Encoding.UTF8.GetString((await joined.ReadAsync(Cancel))!.Value.Bytes.Span));
        log = "tick\ntick\n";
        live.Write("tick\n");
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal("tick\n", await ReadAllAsync(joined));
    }

    [Fact]
    public async Task Both_streams_are_found_in_the_one_log()
    {
        FakeStreams live = new();
        live.Write("b\n");
        live.Write("d\n");
        live.Write("c\n", isError: true);
        JoinedStreams joined = Join(live, () => "a\nx\nb\nc\nd\n");
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        // As the streams brought them, which is not the order of the log.
        Assert.Equal("a\nx\nb\nd\nc\n", await ReadAllAsync(joined));
    }

    [Fact]
    public async Task A_terminal_gets_its_line_ends()
    {
        FakeStreams live = new();
        live.Write("two\r\n/ # ");
        JoinedStreams joined = new(live, _ => Task.FromResult("one\ntwo\n"u8.ToArray()), terminal: true, NoWarning);
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal("one\r\ntwo\r\n/ # ", await ReadAllAsync(joined));
    }

    [Fact]
    public async Task What_input_brings_forth_keeps_its_stream_though_the_log_has_it_first()
    {
        FakeStreams live = new();
        int looks = 0;
        JoinedStreams joined = new(live, _ => LookAsync(), terminal: false, NoWarning, input: true);
        List<(bool IsError, string Text)> pieces = [];
        while (await joined.ReadAsync(Cancel) is { } piece) pieces.Add((piece.IsError, Encoding.UTF8.GetString(piece.Bytes.Span)));

        Assert.Equal([(false, "out\n"), (true, "wrong\n")], pieces);

        Task<byte[]> LookAsync()
        {
            if (++looks == 2)
            {
                live.Write("out\n");
                live.Write("wrong\n", isError: true);
                live.EndWith(new StreamEnd(StreamEndKind.Success));
            }

            return Task.FromResult("out\nwrong\n"u8.ToArray());
        }
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 1)]
    [InlineData(2, 5)]
    [InlineData(0, 5)]
    public async Task The_same_line_again_and_again_comes_as_often_as_input_brings_it_forth(int logged, int held)
    {
        // The log and the stream have come unequally far when they are looked at.
        FakeStreams live = new();
        for (int i = 0; i < held; i++) live.Write("ok\n");
        int looks = 0;
        JoinedStreams joined = new(live, _ => Task.FromResult(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ok\n", looks++ > 1 ? 5 : logged)))), terminal: false, NoWarning, input: true);
        Task<string> all = ReadAllAsync(joined);
        for (int i = held; i < 5; i++) live.Write("ok\n");
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal("ok\nok\nok\nok\nok\n", await all);
    }

    [Fact]
    public async Task A_prompt_is_shown_at_once()
    {
        FakeStreams live = new();
        live.Write("/ # ");
        await using JoinedStreams joined = new(live, _ => Task.FromResult(Array.Empty<byte>()), terminal: true, NoWarning);

        Assert.Equal("/ # ", Encoding.UTF8.GetString((await joined.ReadAsync(Cancel))!.Value.Bytes.Span));
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_is_said_and_the_stream_goes_on()
    {
        FakeStreams live = new();
        live.Write("live\n");
        List<string> warnings = [];
        JoinedStreams joined = new(live, _ => Task.FromException<byte[]>(Failure.SessionStatusMissing(new EphemeralContainer { Pod = "web-0", Namespace = "default", Name = "probe" }, "forbidden")), terminal: false, text =>
        {
            warnings.Add(text);
            return ValueTask.CompletedTask;
        });
        live.EndWith(new StreamEnd(StreamEndKind.Success));

        Assert.Equal("live\n", await ReadAllAsync(joined));
        Assert.Contains("cannot be shown", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_while_joining_closes_the_streams()
    {
        FakeStreams live = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        JoinedStreams joined = new(live, token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => Array.Empty<byte>(), token, TaskContinuationOptions.None, TaskScheduler.Default), terminal: false, NoWarning);
        ValueTask<StreamPiece?> read = joined.ReadAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
        Assert.True(live.IsDisposed);
    }

    [Fact]
    public async Task What_is_held_is_bounded_and_nothing_of_it_is_lost()
    {
        FakeStreams live = new();
        string line = new string('x', 1023) + "\n";
        for (int i = 0; i < 1000; i++) live.Write(line);
        live.EndWith(new StreamEnd(StreamEndKind.Success));
        TaskCompletionSource<byte[]> log = new();
        JoinedStreams joined = new(live, _ => log.Task, terminal: false, NoWarning);
        Task<string> all = ReadAllAsync(joined);
        log.SetResult(Encoding.UTF8.GetBytes(line + line));

        Assert.InRange((await all).Length / 1024, 1000, 1002);
    }

    // What cannot be known: of a line begun before the attach, the beginning where no log has it; and a line's end alone, which fits every line.
    private static void AssertOnce(string all, int attached)
    {
        int start = attached == 0 ? 0 : Text.LastIndexOf('\n', attached - 1) + 1;
        string begun = Text[start..attached];
        Assert.Contains(all, new[] { Text, Text.Remove(start, begun.Length) });
    }

    // A log has whole lines only.
    private static string Lines(string text) => text[..(text.LastIndexOf('\n') + 1)];

    private static JoinedStreams Join(FakeStreams live, Func<string> log) =>
        new(live, _ => Task.FromResult(Encoding.UTF8.GetBytes(log())), terminal: false, NoWarning);

    private static ValueTask NoWarning(string text) => ValueTask.CompletedTask;

    private static async Task<string> ReadAllAsync(JoinedStreams streams)
    {
        StringBuilder all = new();
        while (await streams.ReadAsync(Cancel) is { } piece) all.Append(Encoding.UTF8.GetString(piece.Bytes.Span));
        return all.ToString();
    }
}
