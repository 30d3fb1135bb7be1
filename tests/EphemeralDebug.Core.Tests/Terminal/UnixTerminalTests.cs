using System.Diagnostics;
using System.Text;
using EphemeralDebug.Tests.Terminal;
using Xunit;

namespace EphemeralDebug.Core.Tests.Terminal;

/// <summary>The raw mode of a real terminal: a probe runs in one, tells the keys that it gets, and ends in many ways.</summary>
public sealed class UnixTerminalTests
{
    private const int Hangup = 1, Interrupt = 2, Quit = 3, Terminate = 15, Continue = 18;
    private const string RemoteModesOff = "\e[?1049l\e[?1;2004l\e[?25h";
    private const string OwnKeysOff = "\e[?1l\e>";

    private static string Probe => Path.Combine(AppContext.BaseDirectory, "EphemeralDebug.TerminalProbe.dll");

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_arrive_as_they_are_sent()
    {
        using PseudoTerminal terminal = await StartRawAsync();
        // Arrows, Ctrl+C, Ctrl+D, Ctrl+Z, Ctrl+\, flow control, literal next, erase, Return, Tab, UTF-8, a paste in brackets.
        foreach (string keys in (string[])["\e[A", "\eOB", "\u0003", "\u0004", "\u001a", "\u001c", "\u0013", "\u0011", "\u0016", "\u007f", "\r", "\n", "\t", "é€😀", "\0", "\e[200~a\r\e[201~"])
        {
            terminal.Type(keys);
            await terminal.WaitForAsync($"got {Convert.ToHexString(Encoding.UTF8.GetBytes(keys))}\r\n", Token);
        }

        await LeaveAsync(terminal);
        // There was no echo.
        Assert.DoesNotContain("😀", terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("^C", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_size_is_known_at_the_start_and_told_when_it_changes()
    {
        using PseudoTerminal terminal = Start((101, 33));
        await terminal.WaitForAsync("raw 101x33\r\n", Token);
        foreach ((int columns, int rows) in ((int, int)[])[(120, 40), (20, 5), (120, 40)])
        {
            terminal.Resize(columns, rows);
            await terminal.WaitForAsync($"size {columns}x{rows}\r\n", Token);
        }

        await LeaveAsync(terminal);
    }

    [Theory]
    [InlineData("q", "left")]
    [InlineData("!", "failed with InvalidDataException\r\nleft")]
    [InlineData("c", "failed with OperationCanceledException\r\nleft")]
    public async Task A_session_that_ends_leaves_the_settings_as_they_were(string order, string said)
    {
        using PseudoTerminal terminal = Start();
        string before = terminal.SettingsBefore;
        await terminal.WaitForAsync("raw ", Token);
        Assert.Contains("-icanon", await terminal.SttyAsync(Token), StringComparison.Ordinal);
        terminal.Type("m");
        await terminal.WaitForAsync("\e[?25l", Token);
        terminal.Type(order);
        await terminal.WaitForAsync($"{RemoteModesOff}{said}\r\n", Token);
        Assert.Equal(before, await terminal.SttyAsync(Token));
        // The next keys are the next reader's, and are shown.
        terminal.Type("abc\r");
        await terminal.WaitForAsync("abc\r\n", Token);
        await terminal.WaitForAsync("line abc\r\n", Token);
        Assert.Equal(0, await terminal.WaitForExitAsync(Token));
        Assert.Equal(before, await terminal.SttyAsync(Token));
    }

    [Theory]
    [InlineData(Hangup)]
    [InlineData(Interrupt)]
    [InlineData(Quit)]
    [InlineData(Terminate)]
    public async Task A_signal_that_ends_the_process_leaves_the_settings_as_they_were(int signal)
    {
        using PseudoTerminal terminal = Start();
        string before = terminal.SettingsBefore;
        await terminal.WaitForAsync("raw ", Token);
        terminal.Type("m");
        await terminal.WaitForAsync("\e[?25l", Token);
        terminal.Signal(signal);
        await terminal.WaitForAsync(RemoteModesOff, Token);
        Assert.Equal(128 + signal, await terminal.WaitForExitAsync(Token));
        Assert.Equal(before, await terminal.SttyAsync(Token));
    }

    [Theory]
    [InlineData("x", 5)]
    [InlineData("u", 128 + 6)]
    public async Task A_process_that_ends_in_the_middle_leaves_the_settings_as_they_were(string order, int exitCode)
    {
        using PseudoTerminal terminal = Start();
        string before = terminal.SettingsBefore;
        await terminal.WaitForAsync("raw ", Token);
        terminal.Type("m");
        await terminal.WaitForAsync("\e[?25l", Token);
        terminal.Type(order);
        await terminal.WaitForAsync(RemoteModesOff, Token);
        Assert.Equal(exitCode, await terminal.WaitForExitAsync(Token));
        Assert.Equal(before, await terminal.SttyAsync(Token));
    }

    [Fact]
    public async Task A_terminal_that_is_closed_ends_the_process()
    {
        using PseudoTerminal terminal = await StartRawAsync();
        terminal.HangUp();
        // The signal and the end of the keys come together; how it ends is a matter of which is heard first.
        await terminal.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task Console_ReadKey_works_before_and_after()
    {
        using PseudoTerminal terminal = Start(arguments: "keys");
        await terminal.WaitForAsync("key?", Token);
        terminal.Type("\e[A");
        await terminal.WaitForAsync("key UpArrow\r\n", Token);
        await terminal.WaitForAsync("raw ", Token);
        await LeaveAsync(terminal);
        terminal.Type("\e[B");
        await terminal.WaitForAsync("key DownArrow\r\n", Token);
        Assert.Equal(0, await terminal.WaitForExitAsync(Token));
    }

    [Fact]
    public async Task A_child_that_shares_the_terminal_does_not_end_the_mode()
    {
        // Only where Console has read does .NET set the terminal for children.
        using PseudoTerminal terminal = Start(arguments: "keys");
        await terminal.WaitForAsync("key?", Token);
        terminal.Type("k");
        await terminal.WaitForAsync("raw ", Token);
        string raw = await terminal.SttyAsync(Token);
        terminal.Type("p");
        await terminal.WaitForAsync(OwnKeysOff, Token);
        Assert.Equal(raw, await terminal.SttyAsync(Token));
        terminal.Type("\u0003");
        await terminal.WaitForAsync("got 03\r\n", Token);
    }

    [Fact]
    public async Task A_process_that_was_stopped_and_goes_on_is_raw_again()
    {
        using PseudoTerminal terminal = await StartRawAsync();
        string raw = await terminal.SttyAsync(Token);
        await terminal.SetSttyAsync("sane", Token);
        Assert.NotEqual(raw, await terminal.SttyAsync(Token));
        terminal.Signal(Continue);
        await terminal.WaitForAsync(OwnKeysOff, Token);
        Assert.Equal(raw, await terminal.SttyAsync(Token));
        await LeaveAsync(terminal);
    }

    [Fact]
    public async Task Two_sessions_cannot_have_the_terminal_at_once()
    {
        using PseudoTerminal terminal = await StartRawAsync();
        terminal.Type("t");
        await terminal.WaitForAsync("refused TerminalInUse\r\n", Token);
        await LeaveAsync(terminal);
    }

    [Fact]
    public async Task A_mebibyte_is_written_whole()
    {
        using PseudoTerminal terminal = await StartRawAsync();
        terminal.Type("b");
        string output = await terminal.WaitForAsync("<end>", Token);
        Assert.Equal(1 << 20, output.Count(letter => letter == '#'));
        await LeaveAsync(terminal);
    }

    [Fact]
    public async Task Without_a_terminal_there_is_none()
    {
        using Process probe = Process.Start(new ProcessStartInfo(DotNet, ["exec", Probe]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("no terminal", (await probe.StandardOutput.ReadToEndAsync(Token)).Trim());
        await probe.WaitForExitAsync(Token);
        Assert.Equal(3, probe.ExitCode);
    }

    private static PseudoTerminal Start((int Columns, int Rows)? size = null, params string[] arguments)
    {
        Assert.SkipWhen(PseudoTerminal.Missing is not null, PseudoTerminal.Missing ?? "");
        return PseudoTerminal.Start(DotNet, ["exec", Probe, .. arguments], size ?? (80, 24));
    }

    private static async Task<PseudoTerminal> StartRawAsync()
    {
        PseudoTerminal terminal = Start();
        await terminal.WaitForAsync("raw 80x24\r\n", Token);
        return terminal;
    }

    private static async Task LeaveAsync(PseudoTerminal terminal)
    {
        terminal.Type("q");
        await terminal.WaitForAsync("left\r\n", Token);
    }
}
