using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Kubelet;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Sessions at a terminal: the tour's shell in a pseudo-terminal, with its sandbox.</summary>
public sealed class TerminalSessionTests
{
    private const string Add = "$pod = (Get-Pod -Label app=sample-app)[0]; New-EphemeralContainer $pod.Name -Namespace $pod.Namespace -Name probe -Image busybox -Interactive -- sh";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_types_in_the_container_as_at_home_leaves_and_comes_back()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        shell.Type(Add + "\r");
        string banner = await shell.WaitForAsync("/ # ");
        Assert.Contains("container probe (image busybox, profile General", banner, StringComparison.Ordinal);
        Assert.Contains("kept in the container's log", banner, StringComparison.Ordinal);
        Assert.Contains("Leave with Ctrl+P Ctrl+Q.", banner, StringComparison.Ordinal);

        // The size at the start, and after a change.
        shell.Type("stty size\r");
        await shell.WaitForAsync("30 100\r\n");
        await shell.WaitForAsync("/ # ");
        shell.Resize(132, 43);
        await shell.WaitForAsync("\u001b[J"); // the remote shell has drawn its prompt anew
        shell.Type("stty size\r");
        await shell.WaitForAsync("43 132");

        // UTF-8 both ways, and Ctrl+C, which is the container's.
        shell.Type("echo gr\u00fc\u00dfe | cat\r");
        await shell.WaitForAsync("gr\u00fc\u00dfe\r\n");
        shell.Type("sleep 600\r");
        await shell.WaitForAsync("sleep 600\r\n");
        shell.Type("\u0003");
        await shell.WaitForAsync("/ # ");

        shell.Type("\u0010\u0011");
        string left = await shell.WaitForPromptAsync();
        Assert.Contains("it runs on. Come back: Enter-EphemeralContainer", left, StringComparison.Ordinal);
        Assert.Equal("Running\r\n", await shell.RunAsync("\"$((Get-EphemeralContainer $pod.Name -Namespace $pod.Namespace).State)\""));

        // Back, with a redrawn prompt, and out with an exit code.
        shell.Type("$end = Enter-EphemeralContainer $pod.Name probe -Namespace $pod.Namespace -PassThru\r");
        await shell.WaitForAsync("Leave with");
        shell.Type("\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("exit 9\r");
        Assert.Contains("has ended with exit code 9.", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        Assert.Equal("9\r\n", await shell.RunAsync("$end.ExitCode"));
        shell.Resize(100, 30); // which is among the settings
        Assert.Equal(0, await shell.ExitAsync());
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_shell_beside_the_process_sees_the_keys_as_they_were_sent_and_stays_out_of_the_log()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        await shell.RunAsync("$pod = (Get-Pod -Label app=sample-app)[0]; $null = New-EphemeralContainer $pod.Name -Namespace $pod.Namespace -Name probe -- sleep 600");
        shell.Type("Enter-EphemeralContainer $pod.Name probe -Namespace $pod.Namespace -Shell sh -DetachKeys none\r");
        string banner = await shell.WaitForAsync("/ # ");
        Assert.DoesNotContain("kept in the container's log", banner, StringComparison.Ordinal);
        Assert.DoesNotContain("Leave with", banner, StringComparison.Ordinal);
        shell.Type("echo private\r");
        await shell.WaitForAsync("private\r\n");
        shell.Type("exit 3\r");
        Assert.Contains("has ended with exit code 3.", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        Assert.Equal("", await shell.RunAsync("Get-EphemeralContainerLog $pod.Name probe -Namespace $pod.Namespace"));
        Assert.Equal(0, await shell.ExitAsync());
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_signal_puts_the_terminal_back()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        shell.Type(Add + "\r");
        await shell.WaitForAsync("/ # ");
        Assert.NotEqual(shell.SettingsBefore, await shell.SttyAsync());
        shell.Signal(15);
        await shell.WaitForExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_puts_the_terminal_back()
    {
        await using TestCluster cluster = new();
        await cluster.InitializeAsync();
        await cluster.RunPodAsync("web-0");
        cluster.StreamFault = static _ => new StreamFault { CutAfterBytes = 600 };
        using PtyShell shell = await PtyShell.StartAsync(Token, "--kubeconfig", cluster.KubeConfig);
        shell.Type("New-EphemeralContainer web-0 -Name probe -Interactive -- sh\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("seq 1 900\r");
        Assert.Contains("Come back", await shell.WaitForPromptAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("SessionLost\r\n", await shell.RunAsync("$Error[0].FullyQualifiedErrorId.Split(',')[0]"));
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }
}
