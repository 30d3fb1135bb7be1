using EphemeralDebug.Sandbox;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>An ordinary kubectl does on the sample world what it does on a cluster: it debugs, attaches, executes, waits and reads logs.</summary>
public sealed class KubectlWithKubeletTests : IAsyncLifetime
{
    private ApiSandbox? _sandbox;
    private Kubectl? _kubectl;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await ApiSandbox.StartAsync(SandboxOptions.Sample, TestContext.Current.CancellationToken);
        _kubectl = new Kubectl(_sandbox);
    }

    [Fact]
    public async Task Debugs_waits_executes_and_reads_logs()
    {
        await RunAsync("wait", "pod/database-0", "--for=condition=Ready", "--timeout=60s");
        Assert.Equal("out\n", await FailAsync(3, "exec", "database-0", "-c", "redis", "--", "sh", "-c", "echo out; exit 3"));
        Assert.Equal("typed\n", await _kubectl!.RunAsync(0, "typed\n", "exec", "-i", "database-0", "-c", "redis", "--", "cat"));

        Assert.Contains("attached", await RunAsync("debug", "database-0", "--image=busybox", "--profile=general", "-c", "look", "--attach", "--", "sh", "-c", "echo attached"), StringComparison.Ordinal);
        Assert.Equal("attached\n", await RunAsync("logs", "database-0", "-c", "look"));
        Assert.Matches(@"look:[\s\S]*State:\s+Terminated\s+Reason:\s+Completed", await RunAsync("describe", "pod", "database-0"));
    }

    [Fact]
    public async Task Attaches_to_a_container_that_ends()
    {
        await RunAsync("wait", "pod/database-0", "--for=condition=Ready", "--timeout=60s");
        await RunAsync("debug", "database-0", "--image=busybox", "--profile=general", "-c", "shell", "-i", "--attach=false", "--", "sh");
        await RunAsync("wait", "pod/database-0", "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.running.startedAt}", "--timeout=60s");
        // The shell ends the session: without stdinOnce, a client that closes its input first loses what was still to come.
        string said = await _kubectl!.RunAsync(0, "echo he''re; exit\n", closeInput: false, ["attach", "database-0", "-c", "shell", "-i"]);
        Assert.Contains("here", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_of_a_deployment_that_is_deleted_is_replaced()
    {
        string[] before = await PodsAsync();
        await RunAsync("delete", before[0], "--timeout=60s");
        string[] after = await PodsAsync();
        Assert.Equal(before.Length, after.Length);
        Assert.DoesNotContain(before[0], after);
    }

    private async Task<string[]> PodsAsync() => (await RunAsync("get", "pods", "-l", "app=sample-app", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> RunAsync(params string[] arguments) => _kubectl!.RunAsync(0, null, arguments);

    private Task<string> FailAsync(int exitCode, params string[] arguments) => _kubectl!.RunAsync(exitCode, null, arguments);

    public async ValueTask DisposeAsync()
    {
        _kubectl?.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
    }
}
