using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Stopping;

/// <summary>Ctrl+C on the way to the server, between its answers, and behind them, for every cmdlet; and the session goes on.</summary>
public sealed class EveryWaitTests : ClusterTests, IClassFixture<TestCluster>, IAsyncLifetime
{
    // The promise is 100 ms, and is measured elsewhere; a loaded machine must not fail the test.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);

    public EveryWaitTests(TestCluster cluster) : base(cluster)
    {
    }

    public static TheoryData<string> Cmdlets => new(
        "Get-Pod", "Get-Node", "Get-EphemeralContainer", "Get-EphemeralContainer web", "New-EphemeralContainer web", "New-EphemeralContainer web -NoWait",
        "'web' | New-EphemeralContainer", "Wait-EphemeralContainer web probe -For Terminated", "Stop-EphemeralContainer web probe", "Get-EphemeralContainerLog web", "Get-EphemeralContainerLog web probe -Follow",
        "Get-DebugArtifact -A", "Remove-DebugArtifact web -Evict -Force -Confirm:$false", "'web' | Remove-DebugArtifact -RestartWorkload -Confirm:$false",
        "Enter-NodeDebug node-1 -TimeoutSec 0 -Command sleep, 600");

    public async ValueTask InitializeAsync()
    {
        if (Cluster.Store.Get(ResourceType.Pods, "default", "web") is not null) return;
        await Cluster.RunPodAsync("web");
        Succeed("New-EphemeralContainer web -Name probe -- sh -c 'echo hello; sleep 600'");
        Cluster.AddNamespace("long");
        for (int i = 0; i < 120; i++)
        {
            Cluster.StorePod($"pod-{i:000}", "long", pod => pod["status"]!["phase"] = "Succeeded");
            Cluster.Store.Create(ResourceType.Nodes, TestCluster.Node($"many-{i:000}"));
        }

        Cluster.Sandbox.ClearRequests();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool All(SandboxRequest request) => true;

    private static bool IsLaterPage(SandboxRequest request) => request.Query.Contains("continue=", StringComparison.Ordinal);

    private static bool IsWatch(SandboxRequest request) => request.Query.Contains("watch=", StringComparison.Ordinal);

    /// <summary>Runs a command into a fault, presses Ctrl+C there, and looks whether everything is gone.</summary>
    private async Task StopAtAsync(SandboxFault fault, string script)
    {
        using (fault)
        {
            using RunningPipeline pipeline = Engine.Start(script);
            SandboxRequest request = await fault.Hit.WaitAsync(Cancel);
            await StopAsync(pipeline);
            Assert.True(await request.Ended.WaitAsync(Cancel), "The request ended without having been aborted.");
        }

        await NothingRunsAsync();
    }

    private async Task StopAsync(RunningPipeline pipeline)
    {
        RunResult result = await pipeline.StopAsync(Cancel);
        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.Empty(result.Errors);
        Assert.InRange(pipeline.StopTime, TimeSpan.Zero, s_soon);
    }

    private async Task NothingRunsAsync()
    {
        foreach (SandboxRequest request in Cluster.Sandbox.Requests) await request.Ended.WaitAsync(Cancel);
        int before = Cluster.Sandbox.Requests.Count;
        Assert.Equal(["web"], Succeed("Get-Pod web").Values("Name")); // the session goes on
        Assert.Equal(before + 1, Cluster.Sandbox.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public async Task While_connecting(string command)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string file = Cluster.Write(Guid.NewGuid().ToString("n"), (await File.ReadAllTextAsync(Cluster.KubeConfig, Cancel))
            .Replace(Cluster.Sandbox.Server.ToString().TrimEnd('/'), $"https://{listener.LocalEndpoint}", StringComparison.Ordinal));
        using RunningPipeline pipeline = Engine.Start($"{command} -KubeConfig $file", ("file", file));
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
        await StopAsync(pipeline);
        // .NET gives a connection that nobody waits for any more 5 s to come about; once is enough to see it go.
        if (command == "Get-Pod") await ClosedAsync(client);
        await NothingRunsAsync();
    }

    // The greeting of TLS is read, and then the end: by a close, or by a reset.
    private static async Task ClosedAsync(TcpClient client)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, Cancel) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public async Task While_a_plugin_is_asked_for_credentials(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The plugin of this test is a shell script.");
        string name = Guid.NewGuid().ToString("n");
        string pidFile = Path.Combine(Cluster.Folder, name + ".pid");
        JsonObject config = TestCluster.Parse(await File.ReadAllTextAsync(Cluster.KubeConfig, Cancel));
        config["users"]![0]!["user"] = new JsonObject
        {
            ["exec"] = new JsonObject
            {
                ["apiVersion"] = "client.authentication.k8s.io/v1",
                ["interactiveMode"] = "Never",
                ["command"] = "sh",
                // Written elsewhere and moved: who sees the file sees all of it.
                ["args"] = new JsonArray("-c", $"echo $$ > '{pidFile}.new'; mv '{pidFile}.new' '{pidFile}'; exec sleep 600"),
            },
        };
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FileSystemWatcher watcher = new(Cluster.Folder);
        watcher.Renamed += (_, e) => Look(e.FullPath);
        watcher.Created += (_, e) => Look(e.FullPath);
        watcher.EnableRaisingEvents = true;
        void Look(string path)
        {
            if (path == pidFile) started.TrySetResult();
        }

        using RunningPipeline pipeline = Engine.Start($"{command} -KubeConfig $file", ("file", Cluster.Write(name, config.ToJsonString())));
        await started.Task.WaitAsync(Cancel);
        using Process plugin = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile, Cancel), CultureInfo.InvariantCulture));
        await StopAsync(pipeline);
        await plugin.WaitForExitAsync(Cancel);
        await NothingRunsAsync();
    }

    [Theory]
    [InlineData("Get-EphemeralContainer web", "/pods/web")]
    [InlineData("Wait-EphemeralContainer web probe -For Terminated", "/pods")]
    [InlineData("New-EphemeralContainer web -DryRun", "/ephemeralcontainers")]
    [InlineData("Get-EphemeralContainerLog web probe", "/log")]
    [InlineData("Get-EphemeralContainerLog web probe -Follow", "/log")]
    public Task In_the_middle_of_an_answer(string command, string path) =>
        StopAtAsync(Cluster.Sandbox.Faults.StallBody(request => request.Path.EndsWith(path, StringComparison.Ordinal), afterBytes: 3), command);

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public async Task Before_another_try(string command)
    {
        SandboxFault fault = Cluster.Sandbox.Faults.TooManyRequests(All, retryAfterSeconds: 29, times: int.MaxValue);
        using RunningPipeline pipeline = Engine.Start(command);
        SandboxRequest request = await fault.Hit.WaitAsync(Cancel);
        await request.Ended.WaitAsync(Cancel);
        await StopAsync(pipeline);
        fault.Release();
        await NothingRunsAsync();
    }

    [Theory]
    [InlineData("Get-Pod -n long")]
    [InlineData("Get-Pod -A")]
    [InlineData("Get-Node")]
    [InlineData("Get-EphemeralContainer -n long")]
    [InlineData("Get-DebugArtifact -n long")]
    public Task Between_two_pages(string command) => StopAtAsync(Cluster.Sandbox.Faults.Delay(IsLaterPage), command);

    [Theory]
    [InlineData("New-EphemeralContainer {0} -TimeoutSec 0 -- sleep 600")]
    [InlineData("'{0}', 'web' | New-EphemeralContainer -TimeoutSec 600 -- sleep 600")]
    public async Task While_the_container_is_waited_for(string command)
    {
        string pod = "held-" + Guid.NewGuid().ToString("n")[..8];
        await Cluster.RunPodAsync(pod);
        using KubeletHold hold = Cluster.Hold(pod);
        using RunningPipeline pipeline = Engine.Start(string.Format(CultureInfo.InvariantCulture, command, pod));
        await hold.Reached.WaitAsync(Cancel);
        await Cluster.Sandbox.RequestAsync(request => IsWatch(request) && request.Path.EndsWith("/events", StringComparison.Ordinal), Cancel);
        await StopAsync(pipeline);
        await NothingRunsAsync();
    }

    [Theory]
    [InlineData("Get-Pod -n long | ForEach-Object { Start-Sleep 600 }")]
    [InlineData("Get-Pod -n long | ForEach-Object { $reached.TrySetResult(); Start-Sleep 600 }")]
    public async Task While_what_follows_in_the_pipeline_is_busy(string script)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using RunningPipeline pipeline = Engine.Start(script, ("reached", reached));
        if (script.Contains("reached", StringComparison.Ordinal)) await reached.Task.WaitAsync(Cancel);
        else await Cluster.Sandbox.RequestAsync(All, Cancel);
        await StopAsync(pipeline);
        await NothingRunsAsync();
    }
}
