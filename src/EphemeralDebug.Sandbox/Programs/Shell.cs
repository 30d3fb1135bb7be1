using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The simulated <c>sh</c>: interactive on a terminal, a script by <c>-c</c>, or commands from standard input.</summary>
internal sealed class Shell
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
        Shell shell = new(p, command ? words.Skip(1) : words);
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
        catch (OperationCanceledException) when (_process.Terminating.IsCancellationRequested && _traps.TryGetValue("TERM", out string? trap))
        {
            _traps.Remove("TERM");
            await RunScriptAsync(trap, io);
        }
    }

    private async Task InteractAsync(Terminal terminal)
    {
        bool atPrompt = false;
        terminal.Resized += () =>
        {
            if (Volatile.Read(ref atPrompt)) _ = RedrawAsync(terminal);
        };
        await _process.PrintAsync("\n\nBusyBox v1.35.0 (simulated) built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n");
        while (true)
        {
            using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(_process.Killed);
            void OnInterrupt() => interrupt.Cancel();
            terminal.Interrupted += OnInterrupt;
            try
            {
                Volatile.Write(ref atPrompt, true);
                // The cursor question is what BusyBox asks of a terminal at every prompt.
                await _process.PrintAsync(Prompt + "\u001b[6n");
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

    private string Prompt => $"{_directory} {(_process.Container.User.Uid == 0 ? '#' : '$')} ";

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

    private async Task RunAsync(ShellNode node, ProcessContext io)
    {
        io.Killed.ThrowIfCancellationRequested();
        switch (node)
        {
            case ShellNode.List list:
                foreach (ShellNode item in list.Items) await RunAsync(item, io);
                break;
            case ShellNode.AndOr pair:
                await RunAsync(pair.Left, io);
                if (_status == 0 == pair.And) await RunAsync(pair.Right, io);
                break;
            case ShellNode.Pipeline pipeline:
                await RunPipelineAsync(pipeline, io);
                break;
            case ShellNode.Simple simple:
                await RunSimpleAsync(simple, io);
                break;
            case ShellNode.While loop:
                await LoopAsync(loop, io);
                break;
            case ShellNode.For each:
                await ForAsync(each, io);
                break;
            case ShellNode.If choice:
                await ChooseAsync(choice, io);
                break;
            case ShellNode.Subshell sub:
                await RunSubshellAsync(sub.Body, io);
                break;
            case ShellNode.Redirected redirected:
                await RunRedirectedAsync(redirected, io);
                break;
        }
    }

    private async Task LoopAsync(ShellNode.While loop, ProcessContext io)
    {
        int status = 0;
        while (true)
        {
            await RunAsync(loop.Condition, io);
            if (_status == 0 == loop.Until) break;
            // A loop that never waits must not keep a thread from others.
            await Task.Yield();
            try
            {
                await RunAsync(loop.Body, io);
            }
            catch (LoopException jump)
            {
                if (jump.Break) break;
            }
            status = _status;
        }
        _status = status;
    }

    private async Task ForAsync(ShellNode.For each, ProcessContext io)
    {
        List<string> words = each.Words is null ? [.. _positional] : await ExpandAllAsync(each.Words, io);
        _status = 0;
        foreach (string word in words)
        {
            _variables[each.Variable] = word;
            try
            {
                await RunAsync(each.Body, io);
            }
            catch (LoopException jump)
            {
                if (jump.Break) break;
            }
        }
    }

    private async Task ChooseAsync(ShellNode.If choice, ProcessContext io)
    {
        foreach ((ShellNode condition, ShellNode body) in choice.Branches)
        {
            await RunAsync(condition, io);
            if (_status != 0) continue;
            await RunAsync(body, io);
            return;
        }
        _status = 0;
        if (choice.Else is not null) await RunAsync(choice.Else, io);
    }

    private async Task RunPipelineAsync(ShellNode.Pipeline pipeline, ProcessContext io)
    {
        List<Task<int>> stages = [];
        ProcessInput input = io.In;
        PipeReader? upstream = null;
        for (int i = 0; i < pipeline.Stages.Count; i++)
        {
            Pipe? pipe = i + 1 < pipeline.Stages.Count ? new Pipe() : null;
            ProcessContext stage = io with { In = input, Out = pipe is null ? io.Out : ProcessOutput.To(pipe.Writer) };
            stages.Add(StageAsync(pipeline.Stages[i], stage, pipe?.Writer, upstream));
            upstream = pipe?.Reader;
            if (upstream is not null) input = ProcessInput.From(upstream);
        }
        int[] codes = await Task.WhenAll(stages);
        _status = pipeline.Negated ? codes[^1] == 0 ? 1 : 0 : codes[^1];

        async Task<int> StageAsync(ShellNode node, ProcessContext stage, PipeWriter? output, PipeReader? source)
        {
            try
            {
                // One command alone (with !) runs in this shell; stages of a pipe have shells of their own.
                Shell shell = pipeline.Stages.Count == 1 ? this : Fork(stage);
                await shell.RunAsync(node, stage);
                return shell._status;
            }
            catch (ExitException exit) when (pipeline.Stages.Count > 1)
            {
                return exit.Code;
            }
            catch (BrokenPipeException) when (output is not null)
            {
                return 141;
            }
            finally
            {
                if (output is not null) await output.CompleteAsync();
                if (source is not null) await source.CompleteAsync();
            }
        }
    }

    private async Task RunSubshellAsync(ShellNode body, ProcessContext io)
    {
        Shell shell = Fork(io);
        try
        {
            await shell.RunAsync(body, io);
            _status = shell._status;
        }
        catch (ExitException exit)
        {
            _status = exit.Code;
        }
    }

    private Shell Fork(ProcessContext io)
    {
        Shell copy = new(io with { Environment = _variables, WorkingDirectory = _directory }, _positional) { _status = _status };
        copy._exported.IntersectWith(_exported);
        return copy;
    }

    private async Task RunRedirectedAsync(ShellNode.Redirected redirected, ProcessContext io)
    {
        List<(string Path, MemoryStream Content, bool Append)> files = [];
        foreach (ShellRedirect redirect in redirected.Redirects)
        {
            string target = string.Concat(await ExpandAsync(redirect.Target, io, split: false));
            string path = (io with { WorkingDirectory = _directory }).FullPath(target);
            if (redirect.Operator == "<")
            {
                if (io.Container.Files.Open(path) is not { } input)
                {
                    await ComplainAsync($"can't open {target}: no such file");
                    _status = 1;
                    return;
                }
                io = io with { In = input };
                continue;
            }
            ProcessOutput output;
            if (redirect.Operator == ">&") output = target == "2" ? io.Err : io.Out;
            else if (target == "/dev/null") output = ProcessOutput.Null;
            else if (target is "/dev/stderr" or "/dev/stdout") output = target == "/dev/stderr" ? io.Err : io.Out;
            else
            {
                files.Add((path, new MemoryStream(), redirect.Operator == ">>"));
                output = ProcessOutput.To(files[^1].Content);
            }
            io = redirect.Descriptor == 2 ? io with { Err = output } : io with { Out = output };
        }
        try
        {
            await RunAsync(redirected.Body, io);
        }
        finally
        {
            foreach ((string path, MemoryStream content, bool append) in files) io.Container.Files.Write(path, content.ToArray(), append);
        }
    }

    private async Task RunSimpleAsync(ShellNode.Simple simple, ProcessContext io)
    {
        List<string> words = await ExpandAllAsync(simple.Words, io);
        Dictionary<string, string> own = [];
        foreach ((string name, string value) in simple.Assignments) own[name] = string.Concat(await ExpandAsync(value, io, split: false));
        if (words.Count == 0)
        {
            if (simple.Words.Count == 0 && own.Count > 0) _status = 0;
            foreach ((string name, string value) in own) _variables[name] = value;
            return;
        }
        if (await RunBuiltInAsync(words, io)) return;
        if (io.Container.Find(words[0]) is not { } program)
        {
            await io.Err.WriteAsync($"{_process.Arguments[0]}: {words[0]}: not found\n", io.Killed);
            _status = 127;
            return;
        }
        _status = await RunProgramAsync(program, words, own, io);
    }

    private async Task<int> RunProgramAsync(Program program, List<string> words, Dictionary<string, string> own, ProcessContext io)
    {
        Dictionary<string, string> environment = _variables.Where(pair => _exported.Contains(pair.Key)).Concat(own)
            .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
        using CancellationTokenSource killed = CancellationTokenSource.CreateLinkedTokenSource(io.Killed);
        Signal? received = null;
        ProcessEntry entry = io.Container.Processes.Add(
            words[0] == "ps" ? "{ps} sh" : string.Join(' ', words), io.Container.User.Name, signal => { received = signal; killed.Cancel(); });
        try
        {
            using CancellationTokenRegistration trapped = TrapTermination(killed);
            return await program.Run(io with
            {
                Arguments = words,
                Environment = environment,
                Pid = entry.Pid,
                WorkingDirectory = _directory,
                Killed = killed.Token,
            });
        }
        catch (OperationCanceledException) when (received is { } signal && !io.Killed.IsCancellationRequested)
        {
            return 128 + (int)signal;
        }
        finally
        {
            io.Container.Processes.Remove(entry);
        }
    }

    /// <summary>A shell with a trap for TERM stops waiting for its child when it is told to end.</summary>
    private CancellationTokenRegistration TrapTermination(CancellationTokenSource child) =>
        _traps.ContainsKey("TERM") ? _process.Terminating.Register(child.Cancel) : default;

    private async Task<bool> RunBuiltInAsync(List<string> words, ProcessContext io)
    {
        switch (words[0])
        {
            case "exit" or "return":
                throw new ExitException(words.Count > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out int code) ? code & 0xff : _status);
            case "break" or "continue":
                throw new LoopException(words[0] == "break");
            case ":":
                break;
            case "cd":
                string target = words.Count > 1 ? words[1] : "/root";
                _directory = target == ".." ? Parent(_directory) : (io with { WorkingDirectory = _directory }).FullPath(target) is { Length: > 1 } path ? path.TrimEnd('/') : "/";
                break;
            case "pwd":
                await io.Out.WriteAsync(_directory + "\n", io.Killed);
                break;
            case "export":
                foreach (string word in words.Skip(1))
                {
                    string[] parts = word.Split('=', 2);
                    if (parts.Length == 2) _variables[parts[0]] = parts[1];
                    _exported.Add(parts[0]);
                }
                break;
            case "unset":
                foreach (string word in words.Skip(1)) _variables.Remove(word);
                break;
            case "set":
                if (words.Count > 1 && words[1] == "--") _positional = [.. words.Skip(2)];
                break;
            case "shift":
                _positional = [.. _positional.Skip(1)];
                break;
            case "read":
                string? line = await io.In.ReadLineAsync(io.Killed);
                foreach (string name in words.Skip(1).Where(word => !word.StartsWith('-')).Take(1)) _variables[name] = line ?? "";
                _status = line is null ? 1 : 0;
                return true;
            case "trap":
                foreach (string signal in words.Skip(2)) _traps[signal.StartsWith("SIG", StringComparison.Ordinal) ? signal[3..] : signal] = words[1];
                break;
            case "eval":
                await RunAsync(ShellParser.Parse(string.Join(' ', words.Skip(1))), io);
                return true;
            case "exec":
                if (words.Count == 1) break;
                await RunSimpleAsync(new ShellNode.Simple([], [.. words.Skip(1).Select(Quote)]), io);
                throw new ExitException(_status);
            case "wait" or "umask" or "ulimit":
                break;
            case "command" or "type" or "which":
                string name2 = words[^1];
                bool found = io.Container.Find(name2) is not null;
                if (found) await io.Out.WriteAsync($"/bin/{name2}\n", io.Killed);
                _status = found ? 0 : 127;
                return true;
            case "help":
                await io.Out.WriteAsync("A simulated shell. Programs: " + string.Join(' ', io.Container.Programs.Order(StringComparer.Ordinal)) + "\n", io.Killed);
                break;
            default:
                return false;
        }
        _status = 0;
        return true;
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and int at ? path[..at] : "/";

    private async Task<List<string>> ExpandAllAsync(IReadOnlyList<string> words, ProcessContext io)
    {
        List<string> expanded = [];
        foreach (string word in words) expanded.AddRange(await ExpandAsync(word, io, split: true));
        return expanded;
    }

    /// <summary>Expands one raw word: quotes, variables, <c>$(...)</c> and <c>$((...))</c>; unquoted results split at blanks.</summary>
    private async Task<List<string>> ExpandAsync(string word, ProcessContext io, bool split)
    {
        List<string> words = [];
        StringBuilder text = new();
        bool any = false, quoted = false;
        for (int at = 0; at < word.Length;)
        {
            char c = word[at];
            if (c == '"')
            {
                (quoted, any) = (!quoted, true);
                at++;
                continue;
            }
            // Inside double quotes a single quote is a character like any other.
            int end = quoted && c == '\'' ? at + 1 : ShellLexer.SkipPiece(word, at);
            if (c == '\'' && !quoted)
            {
                text.Append(word, at + 1, end - at - 2);
                any = true;
            }
            else if (c == '\\')
            {
                string rest = word[(at + 1)..end];
                if (quoted && rest is not ("$" or "\"" or "\\" or "`" or "\n")) text.Append('\\');
                if (rest != "\n") text.Append(rest);
                any = true;
            }
            else if (word.AsSpan(at).StartsWith("$@"))
            {
                end = at + 2;
                for (int i = 0; i < _positional.Length; i++)
                {
                    if (i > 0) Flush();
                    text.Append(_positional[i]);
                    any = true;
                }
            }
            else if (c is '$' or '`')
            {
                (string value, end) = await SubstituteAsync(word, at, end, io);
                if (quoted || !split) text.Append(value);
                else
                {
                    string[] parts = value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
                    if (value.Length > 0 && char.IsWhiteSpace(value[0])) Flush();
                    for (int i = 0; i < parts.Length; i++)
                    {
                        if (i > 0) Flush();
                        text.Append(parts[i]);
                    }
                    if (parts.Length > 0 && char.IsWhiteSpace(value[^1])) Flush();
                }
            }
            else
            {
                text.Append(c);
            }
            at = end;
        }
        Flush();
        return words;

        void Flush()
        {
            if (text.Length > 0 || any) words.Add(text.ToString());
            text.Clear();
            any = false;
        }
    }

    private async Task<(string Value, int End)> SubstituteAsync(string word, int at, int end, ProcessContext io)
    {
        if (word[at] == '`') return (await CaptureAsync(word[(at + 1)..(end - 1)], io), end);
        if (word.AsSpan(at).StartsWith("$((") && word[end - 2] == ')')
        {
            return (new ShellArithmetic(word[(at + 3)..(end - 2)], Variable).Compute().ToString(CultureInfo.InvariantCulture), end);
        }
        if (word.AsSpan(at).StartsWith("$(")) return (await CaptureAsync(word[(at + 2)..(end - 1)], io), end);
        if (word.AsSpan(at).StartsWith("${"))
        {
            string inner = word[(at + 2)..(end - 1)];
            int mark = inner.IndexOf(":-", StringComparison.Ordinal);
            if (mark < 0) return (Variable(inner) ?? "", end);
            string? value = Variable(inner[..mark]);
            return (string.IsNullOrEmpty(value) ? string.Concat(await ExpandAsync(inner[(mark + 2)..], io, split: false)) : value, end);
        }
        int stop = at + 1;
        if (stop < word.Length && (char.IsAsciiDigit(word[stop]) || word[stop] is '?' or '$' or '#' or '*' or '!')) stop++;
        else while (stop < word.Length && (char.IsAsciiLetterOrDigit(word[stop]) || word[stop] == '_')) stop++;
        return stop == at + 1 ? ("$", stop) : (Variable(word[(at + 1)..stop]) ?? "", stop);
    }

    private async Task<string> CaptureAsync(string script, ProcessContext io)
    {
        using MemoryStream output = new();
        await RunSubshellAsync(ShellParser.Parse(script), io with { Out = ProcessOutput.To(output) });
        return Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n');
    }

    private string? Variable(string name) => name switch
    {
        "?" => _status.ToString(CultureInfo.InvariantCulture),
        "$" => _process.Pid.ToString(CultureInfo.InvariantCulture),
        "#" => _positional.Length.ToString(CultureInfo.InvariantCulture),
        "*" => string.Join(' ', _positional),
        "0" => _process.Arguments[0],
        "!" => "",
        "PWD" => _directory,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) => index <= _positional.Length ? _positional[index - 1] : "",
        _ => _variables.GetValueOrDefault(name),
    };

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
