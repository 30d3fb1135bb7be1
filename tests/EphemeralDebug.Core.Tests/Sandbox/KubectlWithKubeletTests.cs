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

    [Fact]
    public async Task A_restart_of_workloads_is_rolled_out()
    {
        string[] before = await PodsAsync();
        foreach (string workload in new[] { "deploy/sample-app", "sts/database", "ds/node-exporter" })
        {
            await RunAsync("rollout", "restart", workload);
            Assert.Matches("success|complete", await RunAsync("rollout", "status", workload, "--timeout=60s"));
        }
        Assert.Equal(3, before.Length);
        Assert.Empty((await PodsAsync()).Intersect(before));
    }

    [Fact]
    public async Task A_budget_holds_up_a_drain()
    {
        string manifest = Path.Combine(_kubectl!.Folder, "budget.json");
        await File.WriteAllTextAsync(manifest, """
            {"kind":"PodDisruptionBudget","apiVersion":"policy/v1","metadata":{"name":"all"},"spec":{"minAvailable":"100%","selector":{"matchLabels":{"app":"sample-app"}}}}
            """, TestContext.Current.CancellationToken);
        await RunAsync("create", "-f", manifest);
        await RunAsync("wait", "pdb/all", "--for=jsonpath={.status.currentHealthy}=3", "--timeout=60s");
        Assert.Matches(@"all\s+100%\s+N/A\s+0\s+", await RunAsync("get", "pdb"));
        await FailAsync(1, "drain", "sandbox-worker", "--pod-selector=app=sample-app", "--ignore-daemonsets", "--timeout=1s");
        Assert.Contains(_sandbox!.Requests, request => request.Path.EndsWith("/eviction", StringComparison.Ordinal) && request.Status == 429);
        await RunAsync("uncordon", "sandbox-worker");
    }

    [Fact]
    public async Task A_deleted_deployment_and_namespace_are_gone_when_kubectl_says_so()
    {
        await RunAsync("delete", "deployment", "distroless-app", "--timeout=60s");
        await RunAsync("wait", "pod", "-l", "app=distroless-app", "--for=delete", "--timeout=60s");
        await RunAsync("delete", "namespace", "baseline", "--timeout=60s");
        Assert.DoesNotContain("baseline", await RunAsync("get", "namespaces"), StringComparison.Ordinal);
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
