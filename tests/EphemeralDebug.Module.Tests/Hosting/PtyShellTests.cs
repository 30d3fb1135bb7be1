using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Hosting;

/// <summary>The tour's shell, as a person at a terminal has it.</summary>
public sealed class PtyShellTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_is_typed_edited_recalled_and_run()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token, "--context", "nowhere");
        Assert.Equal("typed well\r\n", await shell.RunAsync("'typed ' + 'well'"));
        // An arrow recalls, and it is as good in the other mode of the cursor keys.
        Assert.Equal("typed well\r\n", await shell.RunAsync("\e[A"));
        Assert.Equal("typed well\r\n", await shell.RunAsync("\eOA"));
        Assert.Equal("12\r\n", await shell.RunAsync("2\e[D1"));
        // Ctrl+C throws a line away.
        shell.Type("Get-Nonsense\u0003");
        await shell.WaitForAsync("^C\r\n");
        await shell.WaitForPromptAsync();
        Assert.Equal(0, await shell.ExitAsync());
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }

    [Fact]
    public async Task Pods_of_the_sandbox_are_listed_and_CtrlC_stops_what_runs()
    {
        using PtyShell shell = await PtyShell.StartAsync(Token);
        Assert.Contains("sample-app", await shell.RunAsync("Get-Pod -Label app=sample-app"), StringComparison.Ordinal);
        shell.Type("'asleep'; Start-Sleep -Seconds 600\r");
        await shell.WaitForAsync("asleep\r\n");
        shell.Type("\u0003");
        await shell.WaitForPromptAsync();
        Assert.Equal(7, await shell.ExitAsync("exit 7"));
        Assert.Equal(shell.SettingsBefore, await shell.SttyAsync());
    }
}
