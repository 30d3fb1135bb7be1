using EphemeralDebug.Tests.Terminal;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>
/// The tour's shell in a terminal of its own, and a person who types there. <see cref="RunAsync"/> is a command that comes back to the prompt;
/// for one that takes the terminal, <see cref="Type"/> it and go on with <see cref="WaitForAsync"/>, and end with
/// <see cref="WaitForPromptAsync"/>. It starts in a few seconds with the sandbox: let one test do all that belongs together.
/// </summary>
public sealed class PtyShell : IDisposable
{
    // The prompt as the line editor draws it while nothing has been typed; with every key it is drawn anew.
    private const string EmptyPrompt = "\r\e[KPS> \r\e[4C";

    private readonly PseudoTerminal _terminal;
    private readonly CancellationToken _cancellationToken;

    private PtyShell(PseudoTerminal terminal, CancellationToken cancellationToken) => (_terminal, _cancellationToken) = (terminal, cancellationToken);

    /// <summary>The settings before the shell started, as <see cref="SttyAsync"/> tells them.</summary>
    public required string SettingsBefore { get; init; }

    /// <summary>All that came on the terminal.</summary>
    public string Output => _terminal.Output;

    /// <summary>Starts the shell and waits for its prompt; the test is skipped where there is no pseudo-terminal.</summary>
    /// <param name="cancellationToken">Stops every wait of this shell.</param>
    /// <param name="arguments">Arguments of <c>shell</c>: <c>--context nowhere</c> starts no sandbox.</param>
    public static async Task<PtyShell> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        Assert.SkipWhen(PseudoTerminal.Missing is not null, PseudoTerminal.Missing ?? "");
        string tour = Path.Combine(AppContext.BaseDirectory, "EphemeralDebug.Tour.dll");
        PseudoTerminal terminal = PseudoTerminal.Start(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", tour, "shell", .. arguments], (100, 30));
        PtyShell shell = new(terminal, cancellationToken) { SettingsBefore = terminal.SettingsBefore };
        await shell.WaitForPromptAsync();
        return shell;
    }

    /// <summary>Types keys as a terminal sends them: <c>\r</c> for Return, <c>\u0003</c> for Ctrl+C, <c>\e[A</c> for an arrow.</summary>
    public void Type(string keys) => _terminal.Type(keys);

    /// <summary>Waits until a text has come after what was waited for before; gives what came up to its end.</summary>
    public Task<string> WaitForAsync(string text) => _terminal.WaitForAsync(text, _cancellationToken);

    /// <summary>Waits for the prompt; gives what came before it.</summary>
    public async Task<string> WaitForPromptAsync() => (await WaitForAsync(EmptyPrompt))[..^EmptyPrompt.Length];

    /// <summary>Types a command and waits for the next prompt; gives what the command wrote.</summary>
    public async Task<string> RunAsync(string command)
    {
        Type(command + "\r");
        // The line, drawn with every key, ends only here.
        await WaitForAsync("\r\n");
        return await WaitForPromptAsync();
    }

    /// <summary>Gives the terminal another size.</summary>
    public void Resize(int columns, int rows) => _terminal.Resize(columns, rows);

    /// <summary>The terminal's settings now.</summary>
    public Task<string> SttyAsync() => _terminal.SttyAsync(_cancellationToken);

    /// <summary>Sends the shell's process a signal.</summary>
    public void Signal(int number) => _terminal.Signal(number);

    /// <summary>Closes the terminal, as closing its window does.</summary>
    public void HangUp() => _terminal.HangUp();

    /// <summary>Waits for the end of the shell: its exit code, or 128 and the number of the signal that ended it.</summary>
    public Task<int> WaitForExitAsync() => _terminal.WaitForExitAsync(_cancellationToken);

    /// <summary>Types <c>exit</c>, or another last line, and waits for the end.</summary>
    public Task<int> ExitAsync(string line = "exit")
    {
        Type(line + "\r");
        return WaitForExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _terminal.Dispose();
}
