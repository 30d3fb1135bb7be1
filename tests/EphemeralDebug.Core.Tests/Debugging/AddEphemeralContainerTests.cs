using Xunit;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Core.Tests.Debugging;

public sealed class AddEphemeralContainerTests
{
    [Fact]
    public async Task Returns_when_the_container_runs()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));

        Assert.Equal(ContainerState.Running, added.State);
        Assert.Equal("app", added.Target);
        Assert.Equal(DebugProfile.General, added.Profile);
        Assert.Equal("sandbox", added.Context);
        Assert.StartsWith("debugger-", added.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Returns_when_the_container_has_ended_and_knows_its_exit_code()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sh", "-c", "exit 3"));
        if (added.State != ContainerState.Terminated)
            added = await ContainerWait.RunAsync(watches, "default", "web-0", added.Name, ContainerWait.HasEnded, TimeSpan.FromSeconds(60), cluster.Listener, TestContext.Current.CancellationToken);

        Assert.Equal((ContainerState.Terminated, 3), (added.State, added.ExitCode));
    }

    [Theory]
    [InlineData("privileged", DebugProfile.General)]
    [InlineData("baseline", DebugProfile.Baseline)]
    [InlineData("restricted", DebugProfile.Restricted)]
    public async Task Auto_takes_the_most_that_the_namespace_admits(string level, DebugProfile expected)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        cluster.AddNamespace("team", level);
        await cluster.AddPodsAsync("team", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600") with { Namespace = "team" });

        Assert.Equal((ContainerState.Running, expected), (added.State, added.Profile));
        Assert.Contains($"profile {expected}.", cluster.Verbose[^1], StringComparison.Ordinal);
        Assert.Equal((int)expected - 1, cluster.Verbose.Count(line => line.Contains("is refused", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(403, "pods \\\"web-0\\\" is forbidden: unable to validate against any security context constraint: [capabilities.add: Invalid value: \\\"SYS_PTRACE\\\"]")]
    [InlineData(400, "admission webhook \\\"policy.example\\\" denied the request: SYS_PTRACE is not allowed")]
    [InlineData(422, "pods \\\"web-0\\\" is forbidden: ValidatingAdmissionPolicy 'no-ptrace' with binding 'all' denied request: SYS_PTRACE is not allowed")]
    public async Task Auto_goes_on_whoever_refuses(int code, string message)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        cluster.Sandbox.Faults.Respond(LiveCluster.IsPatch, code,
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"Forbidden","details":{"name":"web-0","kind":"pods"},"code":{{code}}}""",
            "application/json", times: 1);

        Assert.Equal(DebugProfile.Baseline, (await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"))).Profile);
    }

    [Fact]
    public async Task An_explicit_profile_that_is_refused_is_an_error_and_stores_nothing()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        cluster.AddNamespace("team", "baseline");
        await cluster.AddPodsAsync("team", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        EphemeralContainerRequest request = LiveCluster.Request("web-0") with { Namespace = "team", Options = new EphemeralContainerOptions { Profile = DebugProfile.Sysadmin } };

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => cluster.AddAsync(watches, request));

        Assert.Equal(nameof(Failure.PodSecurityViolation), failure.ErrorId);
        Assert.Contains("privileged", failure.Message, StringComparison.Ordinal);
        Assert.Null(cluster.Sandbox.Store.Get(ResourceType.Pods, "team", "web-0")!["spec"]!["ephemeralContainers"]);
    }

    [Fact]
    public async Task A_patch_whose_answer_is_lost_is_found_again_and_not_repeated()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        SandboxFault cut = cluster.Sandbox.Faults.CutBody(LiveCluster.IsPatch, afterBytes: 40);

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));

        Assert.Equal(1, cut.Hits);
        Assert.Equal(ContainerState.Running, added.State);
        Assert.Single(cluster.Sandbox.Requests, LiveCluster.IsPatch);
        Assert.Single(cluster.Sandbox.Store.Get(ResourceType.Pods, "default", "web-0")!["spec"]!["ephemeralContainers"]!.AsArray());
    }

    [Fact]
    public async Task A_conflict_is_tried_again()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        cluster.Sandbox.Faults.Respond(LiveCluster.IsPatch, 409,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the object has been modified","reason":"Conflict","details":{"name":"web-0","kind":"pods"},"code":409}""",
            "application/json", times: 2);

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));

        Assert.Equal(ContainerState.Running, added.State);
        Assert.Equal(3, cluster.Sandbox.Requests.Count(LiveCluster.IsPatch));
    }

    [Fact]
    public async Task Where_pods_may_not_be_watched_the_container_is_added_and_a_warning_says_so()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(options: new SandboxOptions
        {
            Users = [new SandboxUser("patcher", ["people"], "token-of-patcher")],
            Bindings = [new RoleBinding("patcher", "patcher", "User", "patcher", "default", [new PolicyRule(["get"], ["pods"]), new PolicyRule(["patch"], ["pods/ephemeralcontainers"])])],
        });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync("patcher");

        EphemeralContainer added = await cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep", "600"));

        Assert.NotEqual(ContainerState.Running, added.State);
        Assert.Contains("cannot be seen", Assert.Single(cluster.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing_and_does_not_wait()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        EphemeralContainer judged = await cluster.AddAsync(watches, LiveCluster.Request("web-0") with { DryRun = true });

        Assert.Equal("DryRun", judged.Reason);
        Assert.Contains("dryRun=All", Assert.Single(cluster.Sandbox.Requests, LiveCluster.IsPatch).Query, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Sandbox.Requests, LiveCluster.IsPodWatch);
    }

    [Fact]
    public async Task A_pod_that_took_the_name_of_another_gets_nothing()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => cluster.AddAsync(watches, LiveCluster.Request("web-0") with { PodUid = "the one before" }));

        Assert.Equal(nameof(Failure.PodReplaced), failure.ErrorId);
        Assert.DoesNotContain(cluster.Sandbox.Requests, LiveCluster.IsPatch);
    }

    [Fact]
    public async Task A_bad_image_is_reported_from_the_event_long_before_the_status_tells()
    {
        // The status never tells: only the event can.
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { FailureStatusDelay = TimeSpan.FromHours(1) });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();
        EphemeralContainerRequest request = LiveCluster.Request("web-0") with { Options = new EphemeralContainerOptions { Image = "no-such-image" } };

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => cluster.AddAsync(watches, request));

        Assert.Equal(nameof(Failure.ImageNotFound), failure.ErrorId);
    }

    [Fact]
    public async Task A_container_that_never_starts_is_an_error_when_the_time_is_over()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : Task.Delay(-1, token) });
        await cluster.AddPodsAsync("default", "web-0");
        await using PodWatches watches = await cluster.WatchesAsync();

        DebugException failure = await Assert.ThrowsAsync<DebugException>(() => cluster.AddAsync(watches, LiveCluster.Request("web-0", "sleep") with { Wait = TimeSpan.FromSeconds(1) }));

        Assert.Contains(failure.ErrorId, new[] { nameof(Failure.ContainerStartTimedOut), nameof(Failure.ContainerNotReported) });
        Assert.Equal(FailureKind.OperationTimeout, failure.Kind);
    }
}
