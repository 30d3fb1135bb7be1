using System.Globalization;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that look at the container and its processes.</summary>
internal static class SystemPrograms
{
    private const string Kernel = "6.12.0-sandbox";

    internal static async Task<int> EnvAsync(ProcessContext p)
    {
        if (p.Arguments[0].EndsWith("printenv", StringComparison.Ordinal) && p.Arguments.Count > 1)
        {
            if (!p.Environment.TryGetValue(p.Arguments[1], out string? value)) return 1;
            await p.PrintAsync(value + "\n");
            return 0;
        }
        StringBuilder text = new();
        foreach ((string name, string value) in p.Environment) text.Append(CultureInfo.InvariantCulture, $"{name}={value}\n");
        await p.PrintAsync(text.ToString());
        return 0;
    }

    internal static async Task<int> PsAsync(ProcessContext p)
    {
        StringBuilder text = new("PID   USER     COMMAND\n");
        foreach (ProcessEntry entry in p.Container.Processes.List())
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Pid,5} {entry.User.Name,-8} {entry.Shown}\n");
        }
        await p.PrintAsync(text.ToString());
        return 0;
    }

    internal static async Task<int> KillAsync(ProcessContext p)
    {
        string name = "TERM";
        List<string> pids = [.. p.Arguments.Skip(1)];
        if (pids.Count > 1 && pids[0] == "-s") pids = ["-" + pids[1], .. pids.Skip(2)];
        if (pids.Count > 0 && pids[0].StartsWith('-'))
        {
            name = pids[0][1..];
            pids.RemoveAt(0);
        }
        if (name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase)) name = name[3..];
        // 0 asks only whether the process is there.
        if (!Enum.TryParse(name, ignoreCase: true, out Signal signal) || (name != "0" && !Enum.IsDefined(signal)))
        {
            await p.ComplainAsync($"bad signal name '{name}'");
            return 1;
        }
        if (pids.Count == 0)
        {
            await p.ComplainAsync("you need to specify whom to kill");
            return 1;
        }
        int code = 0;
        foreach (string text in pids)
        {
            ProcessEntry? entry = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? p.Container.Processes.Find(pid) : null;
            ContainerUser user = p.Container.User;
            if (entry is not null && (user.Uid == 0 || user.Uid == entry.User.Uid))
            {
                // The kernel lets nobody inside a PID namespace kill its process 1, and says nothing of it.
                if (signal != default && !(signal == Signal.Kill && entry.Pid == 1)) entry.Signal?.Invoke(signal);
                continue;
            }
            await p.ComplainAsync($"can't kill pid {text}: {(entry is null ? "No such process" : "Operation not permitted")}");
            code = 1;
        }
        return code;
    }

    internal static async Task<int> ReadlinkAsync(ProcessContext p)
    {
        int code = 0;
        foreach (string path in p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-')))
        {
            if (ProcFiles.ReadLink(p, p.FullPath(path)) is { } target) await p.PrintAsync(target + "\n");
            else code = 1;
        }
        return code;
    }

    internal static async Task<int> SleepAsync(ProcessContext p)
    {
        TimeSpan total = TimeSpan.Zero;
        foreach (string argument in p.Arguments.Skip(1))
        {
            if (argument is "infinity" or "inf")
            {
                total = Timeout.InfiniteTimeSpan;
                break;
            }
            (string number, double unit) = argument.Length == 0 ? ("", 1) : argument[^1] switch
            {
                's' => (argument[..^1], 1),
                'm' => (argument[..^1], 60),
                'h' => (argument[..^1], 3600),
                'd' => (argument[..^1], 86400),
                _ => (argument, 1d),
            };
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                await p.ComplainAsync($"invalid number '{argument}'");
                return 1;
            }
            total += TimeSpan.FromSeconds(Math.Min(value * unit, 4_000_000));
        }
        await Task.Delay(total, p.Container.Time, p.Killed);
        return 0;
    }

    /// <summary>Runs a command, and ends it when its time is over; then, as BusyBox's, with the exit code of the signal TERM.</summary>
    internal static async Task<int> TimeoutAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        while (words is ["-s" or "-k", _, ..]) words.RemoveRange(0, 2);
        if (words.Count < 2 || !double.TryParse(words[0].TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
        {
            await p.Err.WriteAsync("Usage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n", p.Killed);
            return 1;
        }
        words.RemoveAt(0);
        if (p.Container.Find(words[0]) is not { } program)
        {
            await p.ComplainAsync($"can't execute '{words[0]}': No such file or directory");
            return 127;
        }
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(p.Killed);
        using ITimer alarm = p.Container.Time.CreateTimer(_ => over.Cancel(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        try
        {
            return await program.Run(p with { Arguments = words, Killed = over.Token });
        }
        catch (OperationCanceledException) when (!p.Killed.IsCancellationRequested)
        {
            return 143;
        }
    }

    internal static async Task<int> TestAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        if (p.Arguments[0] == "[" && words.Count > 0 && words[^1] == "]") words.RemoveAt(words.Count - 1);
        bool negated = words.Count > 0 && words[0] == "!";
        if (negated) words.RemoveAt(0);
        bool? result = words switch
        {
            [] => false,
            [string text] => text.Length > 0,
            ["-n", string text] => text.Length > 0,
            ["-z", string text] => text.Length == 0,
            ["-e" or "-r", string path] => p.Exists(path) || p.IsDirectory(path),
            ["-f", string path] => p.Exists(path),
            ["-d", string path] => p.IsDirectory(path),
            ["-t", _] => p.Terminal is not null,
            [string left, "=" or "==", string right] => left == right,
            [string left, "!=", string right] => left != right,
            [string left, "-ef", string right] => p.AreSame(left, right),
            [string left, string compare, string right] when
                long.TryParse(left, CultureInfo.InvariantCulture, out long a) && long.TryParse(right, CultureInfo.InvariantCulture, out long b) => compare switch
                {
                    "-eq" => a == b,
                    "-ne" => a != b,
                    "-lt" => a < b,
                    "-le" => a <= b,
                    "-gt" => a > b,
                    "-ge" => a >= b,
                    _ => null,
                },
            _ => null,
        };
        if (result is { } known) return known != negated ? 0 : 1;
        await p.ComplainAsync("bad expression");
        return 2;
    }

    internal static async Task<int> SttyAsync(ProcessContext p)
    {
        if (p.Terminal is null)
        {
            await p.ComplainAsync("standard input: Not a tty");
            return 1;
        }
        foreach (string setting in p.Arguments)
        {
            if (setting == "raw") p.Terminal.IsRaw = true;
            else if (setting is "-raw" or "cooked" or "sane") p.Terminal.IsRaw = false;
        }
        if (p.Arguments.Contains("size")) await p.PrintAsync($"{p.Terminal.Rows} {p.Terminal.Columns}\n");
        return 0;
    }

    internal static async Task<int> IdAsync(ProcessContext p)
    {
        ContainerUser user = p.Container.User;
        string line = p.Arguments.Skip(1).FirstOrDefault() switch
        {
            "-u" => $"{user.Uid}",
            "-g" => $"{user.Gid}",
            "-un" or "-nu" => user.Name,
            _ => $"uid={Named(user.Uid)} gid={Named(user.Gid)} groups={string.Join(',', user.Groups.DefaultIfEmpty(user.Gid).Select(Named))}",
        };
        await p.PrintAsync(line + "\n");
        return 0;

        static string Named(long id) => id == 0 ? "0(root)" : id.ToString(CultureInfo.InvariantCulture);
    }

    internal static async Task<int> WhoamiAsync(ProcessContext p)
    {
        if (p.Container.User.WindowsName is { } windows)
        {
            await p.PrintAsync(windows + "\n");
            return 0;
        }
        if (p.Container.User.Uid != 0)
        {
            await p.ComplainAsync($"unknown uid {p.Container.User.Uid}");
            return 1;
        }
        await p.PrintAsync("root\n");
        return 0;
    }

    internal static async Task<int> HostnameAsync(ProcessContext p)
    {
        await p.PrintAsync(p.Container.Hostname + "\n");
        return 0;
    }

    internal static async Task<int> UnameAsync(ProcessContext p)
    {
        await p.PrintAsync(p.Arguments.Skip(1).FirstOrDefault() switch
        {
            "-a" => $"Linux {p.Container.Hostname} {Kernel} #1 SMP x86_64 GNU/Linux\n",
            "-n" => p.Container.Hostname + "\n",
            "-r" => Kernel + "\n",
            "-m" => "x86_64\n",
            _ => "Linux\n",
        });
        return 0;
    }

    internal static async Task<int> DateAsync(ProcessContext p)
    {
        await p.PrintAsync(p.Container.Time.GetUtcNow().ToString("ddd MMM d HH:mm:ss 'UTC' yyyy\n", CultureInfo.InvariantCulture));
        return 0;
    }
}
