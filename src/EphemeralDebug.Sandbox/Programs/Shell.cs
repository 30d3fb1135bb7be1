using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The simulated <c>sh</c>: interactive on a terminal, a script by <c>-c</c>, or commands from standard input.</summary>
internal sealed partial class Shell
{
    private readonly ProcessContext _process;
    private readonly Dictionary<string, string> _variables;
    private readonly HashSet<string> _exported;
    private readonly Dictionary<string, string> _traps = new(StringComparer.OrdinalIgnoreCase);
    private string[] _positional;
    private string _directory;
    private int _status;

    private Shell(ProcessContext process, IEnumerable<string> positional)
    {
        _process = process;
        _positional = [.. positional];
        _directory = process.WorkingDirectory;
        _variables = new Dictionary<string, string>(process.Environment, StringComparer.Ordinal);
        _exported = [.. process.Environment.Keys];
    }

    internal static async Task<int> MainAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        bool command = false;
        while (words.Count > 0 && words[0].StartsWith('-') && words[0].Length > 1)
        {
            command |= words[0].Contains('c', StringComparison.Ordinal);
            words.RemoveAt(0);
        }
        // After the script of -c comes its $0, then $1.
        Shell shell = new(p, command ? words.Skip(2) : words);
        try
        {
            if (command && words.Count == 0)
            {
                await p.ComplainAsync("-c requires an argument");
                return 2;
            }
            if (command && p.Terminal is not null) await shell.RunInterruptiblyAsync(words[0], p.Terminal);
            else if (command) await shell.RunScriptAsync(words[0], p);
            else if (p.Terminal is not null) await shell.InteractAsync(p.Terminal);
            else await shell.ReadCommandsAsync(interactive: false, p.Killed);
            return await shell.EndAsync(shell._status);
        }
        catch (ExitException exit)
        {
            return await shell.EndAsync(exit.Code);
        }
    }

    private async Task<int> EndAsync(int code)
    {
        if (!_traps.Remove("EXIT", out string? script)) return code;
        await RunScriptAsync(script, _process);
        return code;
    }

    /// <summary>Runs a script on a terminal, where Ctrl+C ends it.</summary>
    private async Task RunInterruptiblyAsync(string script, Terminal terminal)
    {
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(_process.Killed);
        void OnInterrupt() => interrupt.Cancel();
        terminal.Interrupted += OnInterrupt;
        try
        {
            await RunScriptAsync(script, _process with { Killed = interrupt.Token });
        }
        catch (OperationCanceledException) when (!_process.Killed.IsCancellationRequested)
        {
            _status = 130;
        }
        finally
        {
            terminal.Interrupted -= OnInterrupt;
        }
    }

    private async Task RunScriptAsync(string script, ProcessContext io)
    {
        try
        {
            await RunAsync(ShellParser.Parse(script), io);
        }
        catch (ShellSyntaxException wrong)
        {
            await ComplainAsync(wrong.Message);
            _status = 2;
        }
        catch (OperationCanceledException) when (_process.Terminating.IsCancellationRequested && _traps.Keys.FirstOrDefault(name => name is not "EXIT") is { } signal)
        {
            _traps.Remove(signal, out string? trap);
            await RunScriptAsync(trap!, io);
        }
    }

    private async Task InteractAsync(Terminal terminal)
    {
        bool atPrompt = false;
        terminal.Resized += () =>
        {
            if (Volatile.Read(ref atPrompt)) _ = RedrawAsync(terminal);
        };
        if (!IsBash) await _process.PrintAsync("\n\nBusyBox v1.35.0 (simulated) built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n");
        while (true)
        {
            using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(_process.Killed);
            void OnInterrupt() => interrupt.Cancel();
            terminal.Interrupted += OnInterrupt;
            try
            {
                Volatile.Write(ref atPrompt, true);
                // The cursor question is what BusyBox asks of a terminal at every prompt.
                await _process.PrintAsync(IsBash ? Prompt : Prompt + "\u001b[6n");
                if (!await ReadCommandAsync(interactive: true, () => Volatile.Write(ref atPrompt, false), interrupt.Token)) return;
            }
            catch (OperationCanceledException) when (interrupt.IsCancellationRequested && !_process.Killed.IsCancellationRequested)
            {
                _status = 130;
                await _process.PrintAsync("\n");
            }
            finally
            {
                terminal.Interrupted -= OnInterrupt;
            }
        }
    }

    private async Task RedrawAsync(Terminal terminal)
    {
        try
        {
            await _process.PrintAsync($"\r{Prompt}{terminal.Typed}\u001b[J");
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The process ended while the window changed.
        }
    }

    private bool IsBash => _process.Arguments[0].EndsWith("bash", StringComparison.Ordinal);

    private string Prompt
    {
        get
        {
            char end = _process.Container.User.Uid == 0 ? '#' : '$';
            return IsBash ? $"{_process.Container.User.Name}@{_process.Container.Hostname}:{_directory}{end} " : $"{_directory} {end} ";
        }
    }

    private async Task ReadCommandsAsync(bool interactive, CancellationToken cancellationToken)
    {
        while (await ReadCommandAsync(interactive, () => { }, cancellationToken))
        {
        }
    }

    /// <summary>Reads one whole command, of several lines where it needs them, and runs it; false at the end of the input.</summary>
    private async Task<bool> ReadCommandAsync(bool interactive, Action entered, CancellationToken cancellationToken)
    {
        StringBuilder script = new();
        while (true)
        {
            string? line = await _process.In.ReadLineAsync(cancellationToken);
            if (line is null && script.Length == 0) return false;
            script.Append(line).Append('\n');
            ShellNode node;
            try
            {
                node = ShellParser.Parse(script.ToString());
            }
            catch (ShellSyntaxException wrong) when (wrong.Incomplete && line is not null)
            {
                if (interactive) await _process.PrintAsync("> ");
                continue;
            }
            catch (ShellSyntaxException wrong)
            {
                await ComplainAsync(wrong.Message);
                _status = 2;
                return interactive;
            }
            entered();
            try
            {
                await RunAsync(node, _process with { Killed = cancellationToken });
            }
            catch (ShellSyntaxException wrong)
            {
                await ComplainAsync(wrong.Message);
                _status = 2;
            }
            return line is not null;
        }
    }

    private ValueTask ComplainAsync(string message) => _process.Err.WriteAsync($"{_process.Arguments[0]}: {message}\n", _process.Killed);

    private sealed class ExitException(int code) : Exception
    {
        internal int Code { get; } = code;
    }

    private sealed class LoopException(bool leave) : Exception
    {
        internal bool Break { get; } = leave;
    }
}
