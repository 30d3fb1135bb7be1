using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Tests.Debugging;
using EphemeralDebug.Core.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>Attach and exec through the whole pipeline, against the sandbox.</summary>
public sealed class SandboxStreamTests : IAsyncLifetime
{
    private LiveCluster _cluster = null!;
    private KubernetesApi _api = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LiveCluster.StartAsync();
        await _cluster.AddPodsAsync("default", "web-0");
        _api = new KubernetesApi(await _cluster.ConnectAsync());
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("echo out; echo err >&2; exit 0", "out\n", "err\n", StreamEndKind.Success, 0)]
    [InlineData("echo out; exit 3", "out\n", "", StreamEndKind.Exited, 3)]
    [InlineData("kill -9 $$", "", "", StreamEndKind.Exited, 137)]
    public async Task Exec_gives_output_and_exit_code(string command, string output, string error, StreamEndKind kind, int code)
    {
        await using IProcessStreams streams = await ExecAsync("sh", "-c", command);
        (string seen, string seenError, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.Equal((output, error, kind, (int?)code), (seen, seenError, end.Kind, end.ExitCode));
        Assert.Null(await streams.ReadAsync(Stop));
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_a_failure_with_the_runtimes_words()
    {
        await using IProcessStreams streams = await ExecAsync("nosuch");
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Equal((StreamEndKind.Failed, null), (end.Kind, end.ExitCode));
        Assert.Contains("executable file not found in $PATH", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_goes_in_and_its_end_ends_the_process()
    {
        await using IProcessStreams streams = await ExecAsync(stdin: true, "cat");
        await streams.WriteAsync("one\n");
        await streams.ReadUntilAsync("one\n");
        await streams.WriteAsync("two\n");
        await streams.EndInputAsync(Stop);
        (string output, _, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.Equal(("two\n", StreamEndKind.Success, (int?)0), (output, end.Kind, end.ExitCode));
        await streams.WriteAsync("too late");
    }

    [Fact]
    public async Task A_terminal_has_the_size_that_it_was_told()
    {
        await using IProcessStreams streams = await _api.OpenStreamsAsync(
            new StreamRequest { Namespace = "default", Pod = "web-0", Container = "app", Command = ["sh"], Stdin = true, Tty = true }, Stop);
        await streams.ReadUntilAsync("/ $ ");
        await streams.ResizeAsync(new TerminalSize(132, 43), Stop);
        await streams.WriteAsync("stty size\r");
        await streams.ReadUntilAsync("43 132\r\n");
        await streams.WriteAsync("exit 5\r");
        Assert.Equal(5, (await streams.ReadToEndAsync()).End.ExitCode);
    }

    [Fact]
    public async Task What_goes_in_comes_out_while_both_ways_are_busy()
    {
        await using IProcessStreams streams = await ExecAsync(stdin: true, "cat");
        byte[] input = new byte[16 * 1024 * 1024];
        Random.Shared.NextBytes(input);
        Task writing = Task.Run(async () =>
        {
            await streams.WriteAsync(input, Stop);
            await streams.EndInputAsync(Stop);
        }, Stop);
        using MemoryStream output = new();
        while (await streams.ReadAsync(Stop) is { } piece) output.Write(piece.Bytes.Span);
        await writing;
        Assert.True(output.ToArray().AsSpan().SequenceEqual(input));
        Assert.Equal(0, streams.End!.ExitCode);
    }

    [Fact]
    public async Task Five_hundred_streams_deliver_their_first_byte_without_a_thread_each()
    {
        int before = ThreadPool.ThreadCount;
        IProcessStreams[] streams = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ExecAsync("sh", "-c", "echo here; sleep infinity")));
        Task<string>[] first = [.. streams.Select(stream => stream.ReadUntilAsync("here\n"))];
        await Task.WhenAll(first);
        // All wait for what does not come, and none of them with a thread.
        Task<StreamPiece?>[] waiting = [.. streams.Select(stream => stream.ReadAsync(Stop).AsTask())];
        Assert.DoesNotContain(waiting, read => read.IsCompleted);
        Assert.InRange(ThreadPool.ThreadCount - before, int.MinValue, 100);
        foreach (IProcessStreams stream in streams) await stream.DisposeAsync();
        Assert.All(await Task.WhenAll(waiting), Assert.Null);
    }

    [Fact]
    public async Task A_server_that_ends_ends_every_stream()
    {
        IProcessStreams[] streams = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ExecAsync(stdin: true, "sh", "-c", "echo here; cat")));
        await Task.WhenAll(streams.Select(stream => stream.ReadUntilAsync("here\n")));
        Task<StreamPiece?>[] waiting = [.. streams.Select(stream => stream.ReadAsync(Stop).AsTask())];
        await _cluster.Sandbox.DisposeAsync().AsTask().WaitAsync(Stop);
        Assert.All(await Task.WhenAll(waiting), Assert.Null);
        Assert.All(streams, stream => Assert.Equal(StreamEndKind.ConnectionLost, stream.End!.Kind));
        foreach (IProcessStreams stream in streams) await stream.DisposeAsync();
    }

    private Task<IProcessStreams> ExecAsync(params string[] command) => ExecAsync(stdin: false, command);

    private Task<IProcessStreams> ExecAsync(bool stdin, params string[] command) => _api.OpenStreamsAsync(
        new StreamRequest { Namespace = "default", Pod = "web-0", Container = "app", Command = command, Stdin = stdin }, Stop);
}
