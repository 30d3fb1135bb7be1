using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>A node entered at a terminal, and every way of leaving it: the tour's shell in a pseudo-terminal, on a sandbox of the test.</summary>
public sealed class NodeSessionTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReadOnlyList<JsonObject> NodePods => [.. _cluster.Store.List(ResourceType.Pods, null).Items.Where(pod => pod.Name().StartsWith("node-debugger-", StringComparison.Ordinal))];

    private IEnumerable<JsonObject> TemporaryNamespaces => _cluster.Store.List(ResourceType.Namespaces, null).Items.Where(ns => ns.Name().StartsWith("node-debug-", StringComparison.Ordinal) && ns["metadata"]!["deletionTimestamp"] is null);

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private Task<PtyShell> StartAsync() => PtyShell.StartAsync(Token, "--kubeconfig", _cluster.KubeConfig);

    [Fact]
    public async Task A_person_works_on_the_node_and_no_pod_is_left_by_exit_detach_or_Ctrl_C()
    {
        using PtyShell shell = await StartAsync();
        shell.Type("$end = Enter-NodeDebug node-1 -PassThru\r");
        string banner = await shell.WaitForAsync("/ # ");
        Assert.Contains("pod node-debugger-node-1-", banner, StringComparison.Ordinal);
        Assert.Contains("profile General", banner, StringComparison.Ordinal);
        Assert.Contains("This is the pod of node node-1. The node's files are under /host. For the node's own tools: -HostShell, or chroot /host with -Profile Sysadmin", Unwrapped(banner), StringComparison.Ordinal);
        Assert.Contains("The pod is deleted when you leave.", banner, StringComparison.Ordinal);
        JsonNode container = Assert.Single(NodePods)["spec"]!["containers"]![0]!;
        Assert.True((bool)container["stdin"]! && (bool)container["tty"]!);
        Assert.Null(container["command"]);
        shell.Type("stty size\r");
        await shell.WaitForAsync("30 100\r\n");
        shell.Type("exit 3\r");
        Assert.Contains("has ended with exit code 3.", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        Assert.Empty(NodePods);
        Assert.Equal("3 node/node-1\r\n", await shell.RunAsync("\"$($end.ExitCode) $($end.Source)\""));

        shell.Type("Enter-NodeDebug node-1 -HostShell\r");
        string host = await shell.WaitForAsync("root@node-1:/# ");
        Assert.Contains("It is on the node itself, with the node's own files, processes and tools.", Unwrapped(host), StringComparison.Ordinal);
        shell.Type("\u0010\u0011");
        string left = await shell.WaitForPromptAsync();
        Assert.Contains("You have left default/node-debugger-node-1-", left, StringComparison.Ordinal);
        Assert.DoesNotContain("Come back", left, StringComparison.Ordinal);
        Assert.Empty(NodePods);

        using (KubeletHold hold = _cluster.Hold("*"))
        {
            shell.Type("Enter-NodeDebug node-1 -TimeoutSec 0\r");
            await hold.Reached.WaitAsync(Token);
            shell.Type("\u0003");
            await shell.WaitForPromptAsync();
            Assert.Empty(NodePods);
        }

        Assert.Equal(0, await shell.ExitAsync());
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_kept_pod_is_come_back_to_and_a_session_is_on_one_node()
    {
        _cluster.Store.Create(ResourceType.Nodes, TestCluster.Node("node-2"));
        using PtyShell shell = await StartAsync();
        await shell.RunAsync("Get-Node | Enter-NodeDebug");
        Assert.Equal("OneNodeOnly\r\n", await shell.RunAsync("$Error[0].FullyQualifiedErrorId.Split(',')[0]"));
        Assert.Empty(NodePods);

        // Where there is a terminal, strings are to be had all the same.
        await shell.RunAsync("$said = Get-Node | Enter-NodeDebug -NoTerminal -- echo hi");
        Assert.Equal("HI\r\nHI\r\n", await shell.RunAsync("$said.ToUpper()"));
        Assert.Empty(NodePods);

        shell.Type("Enter-NodeDebug node-1 -KeepPod -Profile Netadmin\r");
        string banner = await shell.WaitForAsync("/ # ");
        string name = Assert.Single(NodePods).Name();
        Assert.Contains("The profile Netadmin does not show the node's files.", Unwrapped(banner), StringComparison.Ordinal);
        shell.Type("\u0010\u0011");
        string left = Unwrapped(await shell.WaitForPromptAsync());
        Assert.Contains($"Come back: Enter-EphemeralContainer {name} debugger -Namespace default", left, StringComparison.Ordinal);
        Assert.Contains($"The pod stays when you leave; remove it: Remove-DebugArtifact {name} -Namespace default", left, StringComparison.Ordinal);
        shell.Type($"Enter-EphemeralContainer {name} debugger -Namespace default\r");
        await shell.WaitForAsync("Leave with");
        shell.Type("\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("exit\r");
        await shell.WaitForPromptAsync();
        Assert.Equal(name, Assert.Single(NodePods).Name());
        await shell.ExitAsync();
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(15, "")]
    [InlineData(15, "-TemporaryNamespace")]
    public async Task A_signal_that_ends_the_process_leaves_no_pod(int signal, string parameter)
    {
        using PtyShell shell = await StartAsync();
        shell.Type($"Enter-NodeDebug node-1 {parameter}\r");
        await shell.WaitForAsync("/ # ");
        Assert.Single(NodePods);
        shell.Signal(signal);
        await shell.WaitForExitAsync();

        Assert.Empty(NodePods);
        Assert.Empty(TemporaryNamespaces);
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_signal_while_the_pod_starts_leaves_none()
    {
        using PtyShell shell = await StartAsync();
        using KubeletHold hold = _cluster.Hold("*");
        shell.Type("Enter-NodeDebug node-1 -TimeoutSec 0\r");
        await hold.Reached.WaitAsync(Token);
        shell.Signal(15);
        await shell.WaitForExitAsync();

        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task A_terminal_that_is_closed_leaves_no_pod()
    {
        using PtyShell shell = await StartAsync();
        shell.Type("Enter-NodeDebug node-1\r");
        await shell.WaitForAsync("/ # ");
        Assert.Single(NodePods);
        shell.HangUp();
        await shell.WaitForExitAsync();

        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task What_nobody_could_clean_up_has_a_deadline()
    {
        using PtyShell shell = await StartAsync();
        shell.Type("Enter-NodeDebug node-1 -ExpireAfter 30m\r");
        await shell.WaitForAsync("/ # ");
        shell.Signal(9);
        await shell.WaitForExitAsync();

        JsonObject pod = Assert.Single(NodePods);
        Assert.Equal(1800, (long?)pod["spec"]!["activeDeadlineSeconds"]);
        // As if half an hour had gone by.
        _cluster.Store.Update(ResourceType.Pods, "default", pod.Name(), stored => stored["spec"]!["activeDeadlineSeconds"] = 1);
        Assert.Equal("DeadlineExceeded", (string?)(await _cluster.UntilPodAsync(pod.Name(), stored => (string?)stored["status"]?["phase"] == "Failed"))["status"]!["reason"]);
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_no_pod_and_a_terminal_as_it_was()
    {
        _cluster.StreamFault = static _ => new StreamFault { CutAfterBytes = 600 };
        using PtyShell shell = await StartAsync();
        shell.Type("Enter-NodeDebug node-1\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("seq 1 900\r");
        await shell.WaitForPromptAsync();
        Assert.Empty(NodePods);
        Assert.Equal("SessionLost\r\n", await shell.RunAsync("$Error[0].FullyQualifiedErrorId.Split(',')[0]"));
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    // The terminal is narrower than what is said.
    private static string Unwrapped(string text) => text.Replace("\r\n", "", StringComparison.Ordinal);
}
