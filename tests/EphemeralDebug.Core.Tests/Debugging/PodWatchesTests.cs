using System.Text.Json.Nodes;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class PodWatchesTests
{
    [Fact]
    public async Task Many_pods_share_one_watch()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        string[] pods = [.. Enumerable.Range(0, 60).Select(i => $"web-{i}")];
        await cluster.AddPodsAsync("default", pods);
        await using PodWatches watches = await cluster.WatchesAsync();

        EphemeralContainer[] added = await Task.WhenAll(pods.Select(pod => cluster.AddAsync(watches, LiveCluster.Request(pod, "sleep", "600"))));

        Assert.All(added, container => Assert.Equal(ContainerState.Running, container.State));
        Assert.Equal(pods.Order(), added.Select(container => container.Pod).Order());
        Assert.InRange(cluster.Sandbox.Requests.Count(LiveCluster.IsPodWatch), 1, 4);
    }

    [Fact]
    public async Task What_a_pod_was_before_its_container_was_added_is_not_taken_for_its_loss()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        string[] pods = [.. Enumerable.Range(0, 5).Select(i => $"web-{i}")];
        await cluster.AddPodsAsync("default", pods);
        await using PodWatches watches = await cluster.WatchesAsync();
        PodFollower[] followers = [.. pods.Select(pod => watches.Follow("default", pod))];
        foreach (PodFollower follower in followers[..4]) follower.StartFrom((await watches.Api.GetPodRowAsync("default", follower.Pod, cancellationToken)).ResourceVersion);

        // The fourth has made the watch a shared one. It tells in order, so that the last pod's change has been told when the fourth's is.
        foreach (string pod in (string[])["web-4", "web-3"]) cluster.Sandbox.Store.Update(ResourceType.Pods, "default", pod, changed => changed["metadata"]!["annotations"] = new JsonObject { ["changed"] = "yes" });
        await followers[3].NextAsync(cancellationToken);
        AddedContainer added = await AddEphemeralContainer.AddAsync(watches, LiveCluster.Request("web-4", "sleep", "600"), cluster.Listener, cancellationToken);
        followers[4].StartFrom(added.Row.ResourceVersion);
        ContainerInfo running = await ContainerWait.UntilAsync(followers[4], added.Seen, ContainerWait.HasStarted, TimeSpan.FromMinutes(1), cluster.Listener, cancellationToken);

        Assert.Equal(ContainerState.Running, running.State);
        foreach (PodFollower follower in followers) follower.Dispose();
    }

    [Fact]
    public async Task The_end_of_a_running_container_is_not_waited_for_when_its_pod_is_gone()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        EphemeralContainer running = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<EphemeralContainer> waiting = ContainerWait.RunAsync(watches, "default", "web-0", running.Name, HasEnded, Timeout.InfiniteTimeSpan, cluster.Listener, TestContext.Current.CancellationToken);
        await seen.Task.WaitAsync(TestContext.Current.CancellationToken);
        cluster.Sandbox.Store.Remove(ResourceType.Pods, "default", "web-0");

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => waiting);
        Assert.Equal(nameof(Failure.PodGoneMeanwhile), failure.ErrorId);

        bool HasEnded(ContainerInfo container)
        {
            seen.TrySetResult();
            return ContainerWait.HasEnded(container);
        }
    }

    [Fact]
    public async Task A_pod_that_is_deleted_while_it_is_waited_for_is_an_error_at_once()
    {
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions
        {
            BeforeStart = (container, token) =>
            {
                if (container.Container == "app") return Task.CompletedTask;
                held.TrySetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
        });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        Task<EphemeralContainer> adding = cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));
        await held.Task.WaitAsync(TestContext.Current.CancellationToken);
        cluster.Sandbox.Store.Remove(ResourceType.Pods, "default", "web-0");

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => adding);
        Assert.Equal(nameof(Failure.PodDeleted), failure.ErrorId);
    }

    [Fact]
    public async Task A_watch_that_is_cut_or_expires_is_taken_up_again()
    {
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions
        {
            BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : go.Task.WaitAsync(token),
        });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        SandboxFault cut = cluster.Sandbox.Faults.CutWatch(LiveCluster.IsPodWatch, afterEvents: 0);
        SandboxFault expired = cluster.Sandbox.Faults.ExpireWatch(LiveCluster.IsPodWatch, afterEvents: 0);

        Task<EphemeralContainer> adding = cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));
        await cut.Hit.WaitAsync(TestContext.Current.CancellationToken);
        await expired.Hit.WaitAsync(TestContext.Current.CancellationToken);
        go.SetResult();

        Assert.Equal(ContainerState.Running, (await adding).State);
    }

    [Fact]
    public async Task Waiting_for_what_is_not_there_says_which()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        Task<EphemeralContainer> Wait(string pod, string? container) =>
            ContainerWait.RunAsync(watches, "default", pod, container, ContainerWait.HasStarted, TimeSpan.FromSeconds(60), cluster.Listener, TestContext.Current.CancellationToken);

        Assert.Equal(nameof(Failure.PodNotFound), (await Assert.ThrowsAsync<DebugException>(() => Wait("nope", null))).ErrorId);
        Assert.Equal(nameof(Failure.NoEphemeralContainer), (await Assert.ThrowsAsync<DebugException>(() => Wait("web-0", null))).ErrorId);
        Assert.Equal(nameof(Failure.EphemeralContainerNotFound), (await Assert.ThrowsAsync<DebugException>(() => Wait("web-0", "nope"))).ErrorId);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions
        {
            BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : Task.Delay(Timeout.Infinite, token),
        });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        using CancellationTokenSource stop = new();

        Task<EphemeralContainer> adding = AddEphemeralContainer.RunAsync(watches, LiveCluster.Request("web-0", "sleep"), cluster.Listener, stop.Token);
        await cluster.Sandbox.RequestAsync(LiveCluster.IsPodWatch, TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
    }
}
