using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
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

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public async Task A_signal_puts_the_terminal_back(int number)
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        shell.Type(Add + "\r");
        await shell.WaitForAsync("/ # ");
        Assert.NotEqual(shell.SettingsBefore, await shell.SttyAsync());
        shell.Signal(number);
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

    [Fact]
    public async Task A_closed_terminal_ends_the_shell_and_leaves_the_container()
    {
        await using TestCluster cluster = new();
        await cluster.InitializeAsync();
        await cluster.RunPodAsync("web-0");
        using PtyShell shell = await PtyShell.StartAsync(Token, "--kubeconfig", cluster.KubeConfig);
        shell.Type("New-EphemeralContainer web-0 -Name probe -Interactive -- sh\r");
        await shell.WaitForAsync("/ # ");
        SandboxRequest attach = await cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/attach", StringComparison.Ordinal) && !request.Ended.IsCompleted, Token);
        shell.HangUp();
        Assert.Equal(128 + 1, await shell.WaitForExitAsync());
        await attach.Ended.WaitAsync(Token);

        // Somebody else finds it as it was left.
        using PtyShell next = await PtyShell.StartAsync(Token, "--kubeconfig", cluster.KubeConfig);
        next.Type("Enter-EphemeralContainer web-0 probe\r");
        await next.WaitForAsync("Leave with");
        next.Type("exit 4\r");
        Assert.Contains("has ended with exit code 4.", await next.WaitForPromptAsync(), StringComparison.Ordinal);
        await next.ExitAsync();
    }

    [Fact]
    public async Task Every_key_arrives_as_the_terminal_sends_it()
    {
        // What a terminal sends, and what cat -v shows of it at the other end.
        (string Sent, string Shown)[] keys =
        [
            ("\e[A", "^[[A"), ("\e[B", "^[[B"), ("\e[C", "^[[C"), ("\e[D", "^[[D"), ("\eOA", "^[OA"),
            ("\e[H", "^[[H"), ("\e[F", "^[[F"), ("\e[1~", "^[[1~"), ("\e[4~", "^[[4~"),
            ("\e[2~", "^[[2~"), ("\e[3~", "^[[3~"), ("\e[5~", "^[[5~"), ("\e[6~", "^[[6~"),
            ("\eOP", "^[OP"), ("\eOS", "^[OS"), ("\e[15~", "^[[15~"), ("\e[24~", "^[[24~"),
            ("\e[1;5C", "^[[1;5C"), ("\e[1;2A", "^[[1;2A"), ("\ex", "^[x"),
            ("\t", "\t"), ("\e[Z", "^[[Z"), ("\e", "^["), ("\r", "^M"), ("\u007f", "^?"), ("\b", "^H"),
            ("\u0003", "^C"), ("\u0004", "^D"), ("\u001a", "^Z"), ("\u001c", "^\\"), ("\u0013", "^S"), ("\u0011", "^Q"), ("\u0000", "^@"),
            ("\u00fc", "M-CM-<"), ("\e[M !!", "^[[M !!"),
        ];
        using PtyShell shell = await PtyShell.StartAsync(Token);
        shell.Type(Add + "\r");
        await shell.WaitForAsync("/ # ");
        int bytes = keys.Sum(key => System.Text.Encoding.UTF8.GetByteCount(key.Sent));
        shell.Type($"stty raw; echo re''ady; head -c {bytes} | cat -v; stty sane; echo\r");
        await shell.WaitForAsync("ready\r\n");
        foreach ((string sent, string shown) in keys)
        {
            shell.Type(sent);
            Assert.Equal(shown, await shell.WaitForAsync(shown));
        }

        // Not a byte more.
        await shell.WaitForAsync("\r\n/ # ");
        shell.Type("exit\r");
        await shell.WaitForPromptAsync();
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_process_without_a_terminal_is_typed_to_line_by_line()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        await shell.RunAsync("$pod = (Get-Pod -Label app=sample-app)[0]; $null = 'kept', 'once' | ForEach-Object { $pod | New-EphemeralContainer -Name $_ -Stdin -StdinOnce:($_ -eq 'once') -- sh -c 'while read -r line; do echo \"got $line\"; done; exit 6' }");
        shell.Type("Enter-EphemeralContainer $pod.Name kept -Namespace $pod.Namespace\r");
        string banner = await shell.WaitForAsync("Leave with Ctrl+C or Ctrl+D or Ctrl+P Ctrl+Q.\r\n");
        Assert.Contains("has no terminal", banner, StringComparison.Ordinal);
        shell.Type("gru\u007f\u00fc\u00dfx\u007fe");
        await shell.WaitForAsync("gru\b \b\u00fc\u00dfx\b \be");
        shell.Type("\e[A\r");
        Assert.Equal("\r\ngot gr\u00fc\u00dfe\r\n", await shell.WaitForAsync("e\r\n"));
        shell.Type("thrown away\u0003");
        Assert.Contains("it runs on. Come back: Enter-EphemeralContainer", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        shell.Type("Enter-EphemeralContainer $pod.Name kept -Namespace $pod.Namespace\r");
        await shell.WaitForAsync("Leave with");
        shell.Type("\u0004");
        Assert.Contains("it runs on.", await shell.WaitForPromptAsync(), StringComparison.Ordinal);

        // Where the end of the input can be told, it is, and the process ends by itself.
        shell.Type("Enter-EphemeralContainer $pod.Name once -Namespace $pod.Namespace\r");
        await shell.WaitForAsync("Ctrl+D ends its input. Leave with Ctrl+C or Ctrl+P Ctrl+Q.\r\n");
        shell.Type("last\r");
        await shell.WaitForAsync("last\r\ngot last\r\n");
        shell.Type("\u0004");
        Assert.Contains("has ended with exit code 6.", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_program_takes_the_whole_screen_and_gives_it_back()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        shell.Type(Add + "\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("vi /etc/os-release\r");
        await shell.WaitForAsync("vi /etc/os-release\r\n");
        Assert.Equal("\e[?1049h" + Screen(30, row: 1), await shell.WaitForAsync("\e[m\e[K\e[1;1H"));
        // Arrows move its cursor; it answers each with its own bytes.
        shell.Type("\e[B");
        Assert.Equal(Status(30, row: 2) + "\e[2;1H", await shell.WaitForAsync("\e[2;1H"));
        shell.Type("\e[C\e[C");
        await shell.WaitForAsync("\e[2;3H");
        shell.Type("\e[A\e[D");
        await shell.WaitForAsync("\e[1;2H");
        shell.Resize(90, 20);
        Assert.EndsWith(Screen(20, row: 1)[..^"\e[1;1H".Length] + "\e[1;2H", await shell.WaitForAsync("\e[m\e[K\e[1;2H"), StringComparison.Ordinal);
        shell.Type(":q\r");
        await shell.WaitForAsync("\e[?1049l");
        await shell.WaitForAsync("/ # ");
        shell.Type("exit\r");
        // It left the screen itself, so nothing is left to undo.
        Assert.DoesNotContain("\e[?1049l", await shell.WaitForPromptAsync(), StringComparison.Ordinal);
        shell.Resize(100, 30); // which is among the settings
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task A_connection_lost_in_a_full_screen_program_gives_the_screen_back()
    {
        bool cut = false;
        await using TestCluster cluster = new();
        await cluster.InitializeAsync();
        await cluster.RunPodAsync("web-0");
        cluster.StreamFault = _ => new StreamFault { BeforeFrame = _ => Volatile.Read(ref cut) ? throw new IOException("The connection is cut.") : Task.CompletedTask };
        using PtyShell shell = await PtyShell.StartAsync(Token, "--kubeconfig", cluster.KubeConfig);
        shell.Type("New-EphemeralContainer web-0 -Name probe -Interactive -- sh\r");
        await shell.WaitForAsync("/ # ");
        shell.Type("vi /etc/os-release\r");
        await shell.WaitForAsync("\e[?1049h");
        await shell.WaitForAsync("\e[m\e[K\e[1;1H");
        Volatile.Write(ref cut, true);
        shell.Type("\e[B");
        string lost = await shell.WaitForPromptAsync();
        int back = lost.IndexOf("\e[?1049l", StringComparison.Ordinal), told = lost.IndexOf("Come back", StringComparison.OrdinalIgnoreCase);
        Assert.True(back >= 0 && back < told, lost); // told on the screen that was there before
        await shell.ExitAsync();
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    /// <summary>What vi writes for /etc/os-release on a screen of so many rows, the cursor at its beginning.</summary>
    private static string Screen(int rows, int row)
    {
        string[] lines = ["NAME=\"EphemeralDebug sandbox\"", "ID=sandbox", "PRETTY_NAME=\"A simulated container\""];
        IEnumerable<string> shown = lines.Concat(Enumerable.Repeat("~", rows - 1 - lines.Length)).Select((line, i) => $"\e[{i + 1};1H{line}");
        return $"\e[H\e[J{string.Concat(shown)}{Status(rows, row)}\e[{row};1H";
    }

    private static string Status(int rows, int row) => $"\e[{rows};1H\e[7m- /etc/os-release {row}/3\e[m\e[K";
}
