using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Tests.Debugging;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using Xunit;

namespace EphemeralDebug.Core.Tests.Streams;

/// <summary>Streams that are refused, and streams that go wrong, through the whole pipeline.</summary>
public sealed class StreamFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static StreamRequest Attach { get; } = new() { Namespace = "default", Pod = "web-0", Container = "app" };

    [Fact]
    public async Task Messages_in_fragments_come_out_whole()
    {
        await using LiveCluster cluster = await StartAsync(new StreamFault { FragmentBytes = 3 });
        Assert.Equal(("one two three\n", "four\n", new StreamEnd(StreamEndKind.Success, 0)), await RunAsync(cluster, "echo one two three; echo four >&2"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cut_is_a_lost_connection_and_no_exit_code(bool insideFrame)
    {
        await using LiveCluster cluster = await StartAsync(new StreamFault { CutAfterBytes = 100_000, CutInsideFrame = insideFrame });
        (string output, _, StreamEnd end) = await RunAsync(cluster, "head -c 200000 /dev/zero");
        Assert.Equal((StreamEndKind.ConnectionLost, null), (end.Kind, end.ExitCode));
        Assert.InRange(output.Length, 0, 140_000);
        Assert.Equal(-1, output.AsSpan().IndexOfAnyExcept('\0'));
    }

    [Fact]
    public async Task A_status_that_never_comes_is_no_success()
    {
        await using LiveCluster cluster = await StartAsync(new StreamFault { NoStatus = true });
        Assert.Equal(("out\n", "", new StreamEnd(StreamEndKind.NoStatus)), await RunAsync(cluster, "echo out"));
    }

    [Fact]
    public async Task An_older_server_speaks_v4()
    {
        await using LiveCluster cluster = await StartAsync(new StreamFault { OnlyV4 = true });
        await using IProcessStreams streams = await (await ApiAsync(cluster)).OpenStreamsAsync(Attach with { Command = ["sh", "-c", "read line; echo $line; exit 7"], Stdin = true }, Stop);
        Assert.False(streams.CanEndInput);
        await Assert.ThrowsAsync<DebugException>(async () => await streams.EndInputAsync(Stop));
        await streams.WriteAsync("hello\n");
        (string output, _, StreamEnd end) = await streams.ReadToEndAsync();
        Assert.Equal(("hello\n", StreamEndKind.Exited, (int?)7), (output, end.Kind, end.ExitCode));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        TaskCompletionSource never = new();
        await using LiveCluster cluster = await StartAsync(new StreamFault { BeforeFrame = never.Task.WaitAsync, BeforeInput = never.Task.WaitAsync });
        KubernetesApi api = new(await cluster.ConnectAsync()) { KeepAlive = new KeepAlive { Interval = TimeSpan.FromMilliseconds(20) } };
        await using IProcessStreams streams = await api.OpenStreamsAsync(Attach with { Command = ["echo", "out"] }, Stop);
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Equal((StreamEndKind.ConnectionLost, "The server has not answered for 0.1 seconds."), (end.Kind, end.Message));
    }

    [Fact]
    public async Task A_process_that_does_not_read_makes_the_writer_wait_and_loses_nothing()
    {
        TaskCompletionSource go = new();
        await using LiveCluster cluster = await StartAsync(new StreamFault { BeforeInput = go.Task.WaitAsync });
        await using IProcessStreams streams = await (await ApiAsync(cluster)).OpenStreamsAsync(Attach with { Command = ["wc", "-c"], Stdin = true }, Stop);
        byte[] input = new byte[32 * 1024 * 1024];
        Task writing = streams.WriteAsync(input, Stop).AsTask();
        Assert.False(writing.IsCompleted);
        go.SetResult();
        await writing;
        await streams.EndInputAsync(Stop);
        Assert.Equal(($"{input.Length}\n", "", new StreamEnd(StreamEndKind.Success, 0)), await streams.ReadToEndAsync());
    }

    [Fact]
    public async Task A_pod_that_is_deleted_underneath_gives_no_exit_code()
    {
        await using LiveCluster cluster = await StartAsync();
        await using IProcessStreams streams = await (await ApiAsync(cluster)).OpenStreamsAsync(Attach, Stop);
        cluster.Sandbox.Agent.Terminate("default", "web-0", 0);
        StreamEnd end = (await streams.ReadToEndAsync()).End;
        Assert.Null(end.ExitCode);
    }

    [Fact]
    public async Task A_container_that_waits_is_told_apart_at_once()
    {
        TaskCompletionSource start = new();
        await using LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { BeforeStart = (container, token) => container.Container == "app" ? Task.CompletedTask : start.Task.WaitAsync(token) });
        await cluster.AddPodsAsync("default", "web-0");
        EphemeralContainer added = await cluster.AddAsync(await cluster.WatchesAsync(), LiveCluster.Request("web-0", "cat") with { Wait = null });
        KubernetesApi api = await ApiAsync(cluster);
        cluster.Sandbox.ClearRequests();
        foreach (StreamRequest request in (StreamRequest[])[Attach with { Container = added.Name }, Attach with { Container = added.Name, Command = ["sh"] }])
        {
            DebugException error = await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(request, Stop));
            Assert.Equal((nameof(Failure.ContainerNotRunning), 500, "default/web-0"), (error.ErrorId, error.StatusCode, error.TargetObject));
        }
        Assert.Equal(2, cluster.Sandbox.Requests.Count);
    }

    [Theory]
    [InlineData("get", """- {apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"]}""")]
    [InlineData("create", """- {apiGroups: [""], resources: ["pods/exec"], verbs: ["get"]}""")]
    public async Task A_missing_right_is_named(string verb, string rule)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(options: new SandboxOptions
        {
            Users = [new SandboxUser("half", [], "half-token")],
            Bindings = [RoleBinding.ForUser("half", "half", "default", new PolicyRule([verb], ["pods/exec"]))],
        });
        await cluster.AddPodsAsync("default", "web-0");
        KubernetesApi api = new(await cluster.ConnectAsync("half"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach with { Command = ["true"] }, Stop));
        Assert.Equal((nameof(Failure.Forbidden), 403), (error.ErrorId, error.StatusCode));
        Assert.Contains(rule, error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nosuch", "web-0", "app", nameof(Failure.NamespaceNotFound))]
    [InlineData("default", "nosuch", "app", nameof(Failure.PodNotFound))]
    [InlineData("default", "web-0", "nosuch", nameof(Failure.BadRequest))]
    [InlineData("default", "../../secrets", "app", nameof(Failure.InvalidPodName))]
    public async Task What_is_not_there_is_named(string ns, string pod, string container, string errorId)
    {
        await using LiveCluster cluster = await StartAsync();
        KubernetesApi api = await ApiAsync(cluster);
        Assert.Equal(errorId, (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(new StreamRequest { Namespace = ns, Pod = pod, Container = container }, Stop))).ErrorId);
    }

    [Fact]
    public async Task Refused_credentials_are_told()
    {
        await using LiveCluster cluster = await StartAsync();
        KubernetesApi api = await ApiAsync(cluster);
        using SandboxFault expired = cluster.Sandbox.Faults.ExpireCredentials(IsExec);
        Assert.Equal(nameof(Failure.CredentialsRejected), (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach with { Command = ["true"] }, Stop))).ErrorId);
    }

    [Fact]
    public async Task A_proxy_that_takes_the_upgrade_away_is_named()
    {
        await using LiveCluster cluster = await StartAsync();
        KubernetesApi api = await ApiAsync(cluster);
        using SandboxFault proxy = cluster.Sandbox.Faults.Respond(IsExec, 400,
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Upgrade request required","reason":"BadRequest","code":400}""", "application/json");
        Assert.Equal(nameof(Failure.StreamUpgradeBlocked), (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach with { Command = ["true"] }, Stop))).ErrorId);
    }

    [Fact]
    public async Task An_exec_is_never_sent_twice()
    {
        await using LiveCluster cluster = await StartAsync();
        KubernetesApi api = await ApiAsync(cluster);
        cluster.Sandbox.ClearRequests();
        using (cluster.Sandbox.Faults.Cut(IsExec))
            Assert.Equal(nameof(Failure.ConnectionLost), (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach with { Command = ["true"] }, Stop))).ErrorId);
        Assert.Equal(1, cluster.Sandbox.Requests.Count(IsExec));
        using (cluster.Sandbox.Faults.Unavailable(IsExec))
            Assert.Equal(nameof(Failure.ServerUnavailable), (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach with { Command = ["true"] }, Stop))).ErrorId);
        Assert.Equal(2, cluster.Sandbox.Requests.Count(IsExec));
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_before_anything_is_sent()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync(options: new SandboxOptions { CertificateForWrongHost = true });
        KubernetesApi api = await ApiAsync(cluster);
        Assert.Equal(nameof(Failure.CertificateHostMismatch), (await Assert.ThrowsAsync<DebugException>(() => api.OpenStreamsAsync(Attach, Stop))).ErrorId);
        Assert.Empty(cluster.Sandbox.Requests);
    }

    private static bool IsExec(SandboxRequest request) => request.Path.EndsWith("/exec", StringComparison.Ordinal);

    private static async Task<LiveCluster> StartAsync(StreamFault? fault = null)
    {
        LiveCluster cluster = await LiveCluster.StartAsync(new KubeletOptions { StreamFault = _ => fault });
        await cluster.AddPodsAsync("default", "web-0");
        return cluster;
    }

    private static async Task<KubernetesApi> ApiAsync(LiveCluster cluster) => new(await cluster.ConnectAsync());

    private static async Task<(string Output, string Error, StreamEnd End)> RunAsync(LiveCluster cluster, string command)
    {
        await using IProcessStreams streams = await (await ApiAsync(cluster)).OpenStreamsAsync(Attach with { Command = ["sh", "-c", command] }, Stop);
        return await streams.ReadToEndAsync();
    }
}
