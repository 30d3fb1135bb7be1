using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class StopEphemeralContainerTests : IAsyncLifetime
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private LiveCluster _cluster = null!;
    private PodWatches _watches = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LiveCluster.StartAsync(new KubeletOptions { Images = s_images });
        await _cluster.AddPodsAsync("default", "web-0");
        _watches = await _cluster.WatchesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _watches.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Hup_ends_it_and_the_target_goes_on()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        EphemeralContainer stopped = await StopAsync(Request(made));

        Assert.Equal((ContainerState.Terminated, StopWay.Hup, 129), (stopped.State, stopped.StoppedBy, stopped.ExitCode));
        Assert.Equal((made.Name, made.PodUid, "sandbox"), (stopped.Name, stopped.PodUid, stopped.Context));
        Assert.NotNull(Pod()["status"]!["containerStatuses"]![0]!["state"]!["running"]);
        Assert.Contains(_cluster.Verbose, line => line.EndsWith("HUP has ended it.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interactive_shell_ends_by_hup()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true, Tty = true });
        Assert.Equal((StopWay.Hup, 129), await StoppedAsync(Request(made)));
    }

    [Fact]
    public async Task Kill_follows_where_hup_is_ignored()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh", "-c", "trap '' HUP; echo ready; sleep infinity"] });
        await UntilReadyAsync(made);
        Assert.Equal((StopWay.Kill, 137), await StoppedAsync(Request(made) with { Grace = TimeSpan.FromMilliseconds(50) }));
    }

    [Fact]
    public async Task Without_grace_kill_comes_at_once()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        Assert.Equal((StopWay.Kill, 137), await StoppedAsync(Request(made) with { Grace = TimeSpan.Zero }));
        Assert.DoesNotContain(_cluster.Sandbox.Requests, request => request.Query.Contains("command=HUP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Term_ends_a_process_one_of_its_own_that_handles_it()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh", "-c", "trap 'exit 4' TERM; echo ready; sleep infinity"], NoTarget = true });
        await UntilReadyAsync(made);
        Assert.Equal((StopWay.Term, 4), await StoppedAsync(Request(made)));
    }

    [Theory]
    [InlineData(true, false, StopWay.Exit)]
    [InlineData(false, false, StopWay.Exit)]
    [InlineData(false, true, StopWay.EndOfInput)]
    public async Task Its_input_ends_what_signals_do_not_reach(bool tty, bool once, StopWay way)
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true, StdinOnce = once, Tty = tty, NoTarget = true });
        // After Ctrl+C the shell's last code is 130, where it stood at its prompt already.
        Assert.Equal(way, (await StopAsync(Request(made))).StoppedBy);
        Assert.Contains(_cluster.Verbose, line => line.Contains("PID 1 of its own process namespace", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_typed_before_does_not_run()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true, Tty = true, NoTarget = true });
        await using IProcessStreams other = await _watches.Api.OpenStreamsAsync(
            new() { Namespace = "default", Pod = "web-0", Container = made.Name, Stdin = true, Tty = true, Stderr = false }, Stop);
        await other.WriteAsync("echo half"u8.ToArray(), Stop);
        Assert.Equal(StopWay.Exit, (await StopAsync(Request(made))).StoppedBy);
    }

    [Fact]
    public async Task Ctrl_d_ends_what_knows_no_exit()
    {
        EphemeralContainer made = await AddAsync(new() { Image = "reader", Stdin = true, Tty = true, NoTarget = true });
        Assert.Equal((StopWay.EndOfInput, 0), await StoppedAsync(Request(made) with { AnswerTime = TimeSpan.FromMilliseconds(50) }));
    }

    [Fact]
    public async Task An_image_without_a_shell_is_ended_by_its_input()
    {
        EphemeralContainer made = await AddAsync(new() { Image = "reader", Stdin = true, StdinOnce = true });
        Assert.Equal((StopWay.EndOfInput, 0), await StoppedAsync(Request(made)));
        Assert.Contains(_cluster.Verbose, line => line.Contains("its image has no shell", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "its image has no shell; it has no standard input")]
    [InlineData(true, "its first process is PID 1 of its own process namespace and handles neither HUP nor TERM, so that no signal reaches it from inside; it has no standard input")]
    public async Task What_cannot_be_stopped_is_an_error_that_says_what_was_tried(bool sleeps, string tried)
    {
        EphemeralContainer made = await AddAsync(sleeps ? new() { Command = ["sleep", "infinity"], NoTarget = true } : new() { Image = "docker.io/library/sample-app-distroless" });
        DebugException e = await FailsAsync(Request(made));

        Assert.Equal(("ContainerNotStopped", FailureKind.InvalidOperation), (e.ErrorId, e.Kind));
        Assert.Equal($"Container '{made.Name}' of pod 'default/web-0' still runs: {tried}.", e.Message);
        Assert.Contains("kubectl delete pod web-0 -n default", e.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(_cluster.Sandbox.Requests, request => request.Method is "DELETE" or "POST");
    }

    [Fact]
    public async Task What_has_ended_is_left_as_it_is()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh", "-c", "exit 3"] });
        await ContainerWait.RunAsync(_watches, "default", "web-0", made.Name, ContainerWait.HasEnded, s_long, _cluster.Listener, Stop);
        EphemeralContainer same = await StopAsync(Request(made));

        Assert.Equal((ContainerState.Terminated, 3, null), (same.State, same.ExitCode, same.StoppedBy));
        Assert.Empty(_cluster.Warnings);
        Assert.DoesNotContain(_cluster.Sandbox.Requests, IsStream);
    }

    [Fact]
    public async Task What_does_not_run_yet_is_an_error()
    {
        EphemeralContainer made = await _cluster.AddAsync(_watches, Added(new() { Image = "nosuch" }) with { Wait = null });
        DebugException e = await FailsAsync(Request(made));
        Assert.Equal(("ContainerNotStarted", $"default/web-0/{made.Name}"), (e.ErrorId, e.TargetObject));
        Assert.DoesNotContain(_cluster.Sandbox.Requests, IsStream);
    }

    [Fact]
    public async Task Names_that_are_not_there_are_errors()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        Assert.Equal("EphemeralContainerNotFound", (await FailsAsync(Request(made) with { Container = "nosuch" })).ErrorId);
        Assert.Equal("PodNotFound", (await FailsAsync(Request(made) with { Pod = "nosuch" })).ErrorId);
        Assert.Equal("PodReplaced", (await FailsAsync(Request(made) with { PodUid = "another" })).ErrorId);
        Assert.Equal((StopWay.Hup, 129), await StoppedAsync(Request(made) with { Container = null }));
    }

    [Fact]
    public async Task A_refused_exec_is_told_in_the_servers_words()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        Forbid("exec");
        DebugException e = await FailsAsync(Request(made));
        Assert.Equal(("Forbidden", 403), (e.ErrorId, e.StatusCode));
        Assert.Contains("pods/exec", e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_exec_is_refused_attach_may_do()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true, Tty = true });
        Forbid("exec");
        Assert.Equal(StopWay.Exit, (await StopAsync(Request(made))).StoppedBy);
    }

    [Fact]
    public async Task A_lost_connection_is_no_proof_of_anything()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        // The script has run; only nobody heard of it.
        EphemeralContainer stopped = await StopAsync(Request(made), async (request, stop) =>
        {
            await using IProcessStreams genuine = await _watches.Api.OpenStreamsAsync(request, stop);
            while (await genuine.ReadAsync(stop) is not null)
            {
            }
            return new FakeStreams(new StreamEnd(StreamEndKind.ConnectionLost, Message: "reset"));
        });
        Assert.Equal((ContainerState.Terminated, StopWay.Hup), (stopped.State, stopped.StoppedBy));
    }

    [Fact]
    public async Task A_connection_that_is_always_lost_is_an_error_with_what_happened()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        DebugException e = await Assert.ThrowsAsync<DebugException>(() => StopAsync(
            Request(made) with { Grace = TimeSpan.FromMilliseconds(20), ReportTime = TimeSpan.FromMilliseconds(20) },
            (_, _) => Task.FromResult<IProcessStreams>(new FakeStreams(new StreamEnd(StreamEndKind.ConnectionLost, Message: "re\u001b[31mset")))));
        Assert.Equal("ContainerNotStopped", e.ErrorId);
        Assert.Contains("exec failed: reset; exec failed: reset; it has no standard input", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_does_not_end_is_given_up()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true, Tty = true });
        EphemeralContainer stopped = await StopAsync(Request(made) with { ScriptTime = TimeSpan.FromMilliseconds(50) }, (request, stop) =>
            request.Command is null ? _watches.Api.OpenStreamsAsync(request, stop) : Task.FromResult<IProcessStreams>(new FakeStreams(null)));
        Assert.Equal(StopWay.Exit, stopped.StoppedBy);
    }

    [Fact]
    public async Task The_time_limit_holds_for_everything()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        DebugException e = await Assert.ThrowsAsync<DebugException>(() => StopAsync(
            Request(made) with { Timeout = TimeSpan.FromMilliseconds(200) }, (_, _) => Task.FromResult<IProcessStreams>(new FakeStreams(null))));
        Assert.Equal("ContainerNotStopped", e.ErrorId);
        Assert.Contains("the time was over", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_ends_by_itself_meanwhile_was_stopped_by_nothing()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sh"], Stdin = true });
        EphemeralContainer stopped = await StopAsync(Request(made), async (_, stop) =>
        {
            await using IProcessStreams attached = await _watches.Api.OpenStreamsAsync(new() { Namespace = "default", Pod = "web-0", Container = made.Name, Stdin = true }, stop);
            await attached.WriteAsync("exit 7\n"u8.ToArray(), stop);
            while (await attached.ReadAsync(stop) is not null)
            {
            }
            return new FakeStreams(new StreamEnd(StreamEndKind.Failed, Message: $"container not found (\"{made.Name}\")"));
        });
        Assert.Equal((ContainerState.Terminated, 7, null), (stopped.State, stopped.ExitCode, stopped.StoppedBy));
    }

    [Fact]
    public async Task A_pod_that_goes_meanwhile_is_an_error()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        DebugException e = await Assert.ThrowsAsync<DebugException>(() => StopAsync(Request(made), (_, _) =>
        {
            _cluster.Sandbox.Store.Remove(ResourceType.Pods, "default", "web-0");
            return Task.FromResult<IProcessStreams>(new FakeStreams(new StreamEnd(StreamEndKind.ConnectionLost)));
        }));
        Assert.Equal("PodGoneMeanwhile", e.ErrorId);
    }

    [Fact]
    public async Task Cancelling_ends_it_at_any_point()
    {
        EphemeralContainer made = await AddAsync(new() { Command = ["sleep", "infinity"] });
        using CancellationTokenSource cancel = new();
        Task stopping = StopEphemeralContainer.RunAsync(_watches, Request(made), (_, _) =>
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(20));
            return Task.FromResult<IProcessStreams>(new FakeStreams(null));
        }, _cluster.Listener, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.WaitAsync(s_long, Stop));
    }

    [Fact]
    public async Task No_name_goes_into_the_script()
    {
        EphemeralContainer made = await AddAsync(new() { Name = "odd-name-0", Command = ["sleep", "infinity"] });
        List<StreamRequest> asked = [];
        await StopAsync(Request(made), (request, stop) =>
        {
            asked.Add(request);
            return _watches.Api.OpenStreamsAsync(request, stop);
        });
        Assert.All(asked, request =>
        {
            Assert.Equal(("sh", "-c", "stop", "HUP", "shared"), (request.Command![0], request.Command[1], request.Command[3], request.Command[4], request.Command[5]));
            Assert.DoesNotContain("odd-name-0", string.Concat(request.Command), StringComparison.Ordinal);
            Assert.DoesNotContain('\r', request.Command[2]);
        });
    }

    // `reader` has no shell, and copies its input.
    private static readonly ImageCatalogue s_images = new([.. ImageCatalogue.Default.All, new ContainerImage
    {
        Repository = "docker.io/library/reader", EntryPoint = ["cat"], OnNodes = true, Programs = new HashSet<string> { "cat" },
    }]);

    private static EphemeralContainerRequest Added(EphemeralContainerOptions options) => new() { Namespace = "default", Pod = "web-0", Options = options, Wait = s_long };

    private static StopRequest Request(EphemeralContainer made) =>
        new() { Namespace = "default", Pod = made.Pod, PodUid = made.PodUid, Container = made.Name, Grace = s_long, ReportTime = s_long, ScriptTime = s_long, AnswerTime = s_long };

    private static bool IsStream(SandboxRequest request) =>
        request.Path.EndsWith("/exec", StringComparison.Ordinal) || request.Path.EndsWith("/attach", StringComparison.Ordinal);

    private async Task<EphemeralContainer> AddAsync(EphemeralContainerOptions options)
    {
        EphemeralContainer added = await _cluster.AddAsync(_watches, Added(options));
        _cluster.Verbose.Clear();
        return added;
    }

    private async Task UntilReadyAsync(EphemeralContainer container)
    {
        await using Stream log = await _watches.Api.OpenLogAsync("default", "web-0", new() { Container = container.Name, Follow = true }, Stop);
        await foreach (string line in KubernetesApi.ReadLinesAsync(log, Stop))
        {
            if (line == "ready") return;
        }
    }

    private Task<EphemeralContainer> StopAsync(StopRequest request, Func<StreamRequest, CancellationToken, Task<IProcessStreams>>? open = null) =>
        StopEphemeralContainer.RunAsync(_watches, request, open ?? _watches.Api.OpenStreamsAsync, _cluster.Listener, Stop);

    private async Task<(StopWay?, int?)> StoppedAsync(StopRequest request)
    {
        EphemeralContainer stopped = await StopAsync(request);
        return (stopped.StoppedBy, stopped.ExitCode);
    }

    private Task<DebugException> FailsAsync(StopRequest request) => Assert.ThrowsAsync<DebugException>(() => StopAsync(request));

    private System.Text.Json.Nodes.JsonObject Pod() => _cluster.Sandbox.Store.Get(ResourceType.Pods, "default", "web-0")!;

    private void Forbid(string subresource) => _cluster.Sandbox.Faults.Respond(
        request => request.Path.EndsWith("/" + subresource, StringComparison.Ordinal), 403,
        $$$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"web-0\" is forbidden: User \"dev\" cannot create resource \"pods/{{{subresource}}}\" in API group \"\" in the namespace \"default\"","reason":"Forbidden","details":{"name":"web-0","kind":"pods"},"code":403}""",
        "application/json");

    /// <summary>A stream that ends at once, or never.</summary>
    private sealed class FakeStreams(StreamEnd? end) : IProcessStreams
    {
        public bool CanEndInput => true;

        public StreamEnd? End { get; } = end;

        public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
        {
            if (End is null) await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask EndInputAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
