using System.Text;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>Entering containers of the sandbox: early, late, and how sessions end.</summary>
public sealed class EnterContainerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_is_reached_although_nobody_reports_it()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        using SandboxFault silent = cluster.Sandbox.Faults.Delay(LiveCluster.IsPodWatch);

        await using EnteredContainer entered = await NewAsync(cluster, watches, new EntryRequest { Input = true }, "cat");
        Assert.NotNull(entered.Streams);
        Assert.NotEqual(ContainerState.Running, entered.Container.State);
        await entered.Streams.WriteAsync("hello\n"u8.ToArray(), Cancel);
        Assert.Equal("hello\n", await ReadSomeAsync(entered.Streams));
    }

    [Fact]
    public async Task A_watch_that_is_forbidden_does_not_keep_anybody_out()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        cluster.Sandbox.Faults.Respond(LiveCluster.IsPodWatch, 403,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods is forbidden: User \"x\" cannot watch resource \"pods\"","reason":"Forbidden","code":403}""", "application/json", times: int.MaxValue);

        await using EnteredContainer entered = await NewAsync(cluster, watches, new EntryRequest { Input = true }, "sh", "-c", "read x; exit 6");
        Assert.NotNull(entered.Streams);
        await entered.Streams.WriteAsync("\n"u8.ToArray(), Cancel);
        SessionOutcome outcome = await entered.EndAsync(await ReadToEndAsync(entered.Streams), Cancel);

        Assert.Equal((SessionOutcomeKind.Exited, 6), (outcome.Kind, outcome.Container.ExitCode));
    }

    [Fact]
    public async Task The_tries_while_a_container_waits_are_bounded()
    {
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : start.Task.WaitAsync(token) });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        Task<EnteredContainer> entering = NewAsync(cluster, watches, new EntryRequest { Input = true }, "cat");
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);
        int tries = cluster.Sandbox.Requests.Count(IsAttach);
        start.SetResult();
        await (await entering).DisposeAsync();

        Assert.InRange(tries, 3, 32);
    }

    [Fact]
    public async Task A_container_that_has_ended_has_no_streams_and_all_of_its_log()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        await using EnteredContainer first = await NewAsync(cluster, watches, new EntryRequest(), "sh", "-c", "echo out; exit 3");
        if (first.Streams is not null) await first.EndAsync(await ReadToEndAsync(first.Streams), Cancel);

        await using EnteredContainer again = await EnterContainer.ExistingAsync(watches, first.Container, new EntryRequest(), cluster.Listener, Cancel);
        Assert.Null(again.Streams);
        List<byte> log = [];
        await again.ReadLogAsync((piece, _) =>
        {
            log.AddRange(piece.Bytes.Span);
            return ValueTask.CompletedTask;
        }, Cancel);
        Assert.Equal("out\n", System.Text.Encoding.UTF8.GetString([.. log]));
        SessionOutcome outcome = await again.EndAsync(new SessionLeave(null), Cancel);
        Assert.Equal((SessionOutcomeKind.Exited, 3), (outcome.Kind, outcome.Container.ExitCode));
    }

    [Fact]
    public async Task An_attach_does_not_tell_the_exit_code_and_the_status_does()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        await using EnteredContainer entered = await NewAsync(cluster, watches, new EntryRequest { Input = true }, "sh", "-c", "read code; exit $code");
        await entered.Streams!.WriteAsync("9\n"u8.ToArray(), Cancel);
        SessionLeave leave = await ReadToEndAsync(entered.Streams);

        Assert.Equal((StreamEndKind.Success, null), (leave.End!.Kind, leave.End.ExitCode));
        SessionOutcome outcome = await entered.EndAsync(leave, Cancel);
        Assert.Equal((SessionOutcomeKind.Exited, 9), (outcome.Kind, outcome.Container.ExitCode));
    }

    [Fact]
    public async Task Exec_tells_its_own_exit_code()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));
        await using EnteredContainer entered = await EnterContainer.ExistingAsync(watches, added, new EntryRequest { Shell = "sh", Input = true }, cluster.Listener, Cancel);
        await entered.Streams!.WriteAsync("exit 4\n"u8.ToArray(), Cancel);
        SessionOutcome outcome = await entered.EndAsync(await ReadToEndAsync(entered.Streams), Cancel);

        Assert.Equal((SessionOutcomeKind.Exited, 4), (outcome.Kind, outcome.Container.ExitCode));
    }

    [Fact]
    public async Task A_cut_connection_is_lost_and_has_no_exit_code()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { StreamFault = _ => new StreamFault { CutAfterBytes = 3 } });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        await using EnteredContainer entered = await NewAsync(cluster, watches, new EntryRequest { Input = true }, "cat");
        await entered.Streams!.WriteAsync("one\ntwo\n"u8.ToArray(), Cancel);
        SessionOutcome outcome = await entered.EndAsync(await ReadToEndAsync(entered.Streams), Cancel);

        Assert.Equal((SessionOutcomeKind.ConnectionLost, null), (outcome.Kind, outcome.Container.ExitCode));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_is_an_outcome_of_its_own()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        await using EnteredContainer entered = await NewAsync(cluster, watches, new EntryRequest { Input = true }, "cat");
        cluster.Sandbox.Store.Remove(ResourceType.Pods, "default", "web-0");
        SessionOutcome outcome = await entered.EndAsync(await ReadToEndAsync(entered.Streams!), Cancel);

        Assert.Equal(SessionOutcomeKind.PodDeleted, outcome.Kind);
    }

    [Fact]
    public async Task Cancelling_ends_the_search()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : Task.Delay(Timeout.Infinite, token) });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task<EnteredContainer> entering = EnterContainer.NewAsync(watches, LiveCluster.Request("web-0", "cat"), new EntryRequest(), cluster.Listener, stop.Token);
        await cluster.Sandbox.RequestAsync(IsAttach, Cancel);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entering);
    }

    private static bool IsAttach(SandboxRequest request) => request.Path.EndsWith("/attach", StringComparison.Ordinal);

    private static Task<EnteredContainer> NewAsync(LiveCluster cluster, PodWatches watches, EntryRequest entry, params string[] command)
    {
        EphemeralContainerRequest request = LiveCluster.Request("web-0", command);
        request = request with { Options = new EphemeralContainerOptions { Command = command, Stdin = entry.Input, StdinOnce = entry.Input } };
        return EnterContainer.NewAsync(watches, request, entry, cluster.Listener, Cancel);
    }

    private static async Task<string> ReadSomeAsync(IProcessStreams streams) =>
        Encoding.UTF8.GetString((await streams.ReadAsync(Cancel))!.Value.Bytes.Span);

    private static async Task<SessionLeave> ReadToEndAsync(IProcessStreams streams)
    {
        while (await streams.ReadAsync(Cancel) is not null)
        {
        }

        return new SessionLeave(streams.End);
    }
}
