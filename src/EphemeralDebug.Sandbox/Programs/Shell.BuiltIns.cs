using System.Globalization;

namespace EphemeralDebug.Sandbox.Programs;

/// <content>The commands that a shell does itself.</content>
internal sealed partial class Shell
{
    private async Task<bool> RunBuiltInAsync(List<string> words, Dictionary<string, string> own, ProcessContext io)
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
                Store([.. words.Skip(1).Where(word => !word.StartsWith('-'))], line ?? "", own.GetValueOrDefault("IFS", _variables.GetValueOrDefault("IFS", " \t\n")));
                _status = line is null ? 1 : 0;
                return true;
            case "trap":
                foreach (string signal in words.Skip(2)) Trap(words[1], signal.StartsWith("SIG", StringComparison.Ordinal) ? signal[3..] : signal);
                break;
            case "[" or "test" or "kill" or "echo" or "printf" or "true" or "false":
                _status = await ProgramTable.Find(words[0])!.Run(io with { Arguments = words, Speaker = _process.Arguments[0], WorkingDirectory = _directory });
                return true;
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

    /// <summary>Shares a line out to variables, as <c>read</c> does: the last one takes what is left.</summary>
    private void Store(IReadOnlyList<string> names, string line, string separators)
    {
        char[] cut = separators.ToCharArray();
        string rest = cut.Length == 0 ? line : line.Trim(cut);
        for (int i = 0; i < names.Count; i++)
        {
            int end = i + 1 < names.Count && cut.Length > 0 ? rest.IndexOfAny(cut) : -1;
            _variables[names[i]] = end < 0 ? rest : rest[..end];
            rest = end < 0 ? "" : rest[end..].TrimStart(cut);
        }
    }

    private void Trap(string script, string name)
    {
        _traps.Remove(name);
        bool known = Enum.TryParse(name, ignoreCase: true, out Signal signal) && Enum.IsDefined(signal);
        if (script.Length > 0 && script != "-") _traps[name] = script;
        if (!known) return;
        if (script.Length == 0) _process.Actions.Ignore(signal);
        else if (script == "-") _process.Actions.Default(signal);
        else _process.Actions.Catch(signal);
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and int at ? path[..at] : "/";
}
