using System.Diagnostics;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Hosting;

/// <summary>The tour as it is started: exit codes, and Ctrl+C. No cluster is asked: --context starts no sandbox.</summary>
public sealed class TourProcessTests
{
    private static readonly string[] s_shell = ["shell", "--context", "nowhere"];

    [Fact]
    public async Task Help_is_no_error()
    {
        (int exitCode, string[] output, string errors) = await RunAsync(["help"]);
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Usage:", output[0], StringComparison.Ordinal);
        Assert.Equal("", errors);
    }

    [Fact]
    public async Task A_wrong_command_line_is_told_with_the_usage()
    {
        (int exitCode, string[] output, string errors) = await RunAsync(["--fast"]);
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.StartsWith("'--fast' is not understood.", errors, StringComparison.Ordinal);
        Assert.Contains("Usage:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_kubeconfig_is_told_before_anything_starts()
    {
        (int exitCode, _, string errors) = await RunAsync(["shell", "--kubeconfig", "/no/such/file"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("/no/such/file", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("'fine'", 0)]
    [InlineData("Get-Nonsense", 1)]
    public async Task The_shell_gives_back_an_exit_code(string line, int expected) =>
        Assert.Equal(expected, (await RunAsync(s_shell, line)).ExitCode);

    [Fact]
    public async Task CtrlC_stops_what_runs_and_not_the_shell()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill -INT on Windows.");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using TourProcess shell = TourProcess.Start(s_shell);
        await shell.Input.WriteLineAsync("'asleep'; Start-Sleep -Seconds 600; 'awake'");
        await shell.Input.FlushAsync(cancellationToken);
        Assert.Equal("asleep", await shell.Output.ReadLineAsync(cancellationToken));
        using Process interrupt = Process.Start("kill", ["-INT", $"{shell.Id}"]);
        await interrupt.WaitForExitAsync(cancellationToken);
        await shell.Input.WriteLineAsync("'still here'");

        (int exitCode, string[] output, string errors) = await shell.EndAsync(cancellationToken);
        Assert.Equal(["still here"], output);
        Assert.Equal((0, ""), (exitCode, errors));
    }

    private static async Task<(int ExitCode, string[] Output, string Errors)> RunAsync(string[] args, params string[] lines)
    {
        using TourProcess tour = TourProcess.Start(args);
        foreach (string line in lines) await tour.Input.WriteLineAsync(line);
        return await tour.EndAsync(TestContext.Current.CancellationToken);
    }
}
