using System.Globalization;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that lead from a container to its node, and those of the node itself.</summary>
internal static class NodePrograms
{
    // In the order in which BusyBox enters them, with the letters of its options.
    private static readonly (char Letter, string Long, string Namespace)[] s_namespaces =
    [
        ('U', "user", "user"), ('i', "ipc", "ipc"), ('u', "uts", "uts"), ('n', "net", "net"), ('p', "pid", "pid"), ('m', "mount", "mnt"),
    ];

    private static readonly string[] s_units = ["containerd", "kubelet", "systemd-journald"];

    /// <summary>Runs a command in the namespaces of a process.</summary>
    internal static async Task<int> NsenterAsync(ProcessContext p)
    {
        (int? target, string letters, List<string> command) = ReadNsenter(p.Arguments);
        if (target is null)
        {
            await p.ComplainAsync("neither filename nor target pid supplied");
            return 1;
        }
        if (p.Container.Processes.Find(target.Value) is not { } process)
        {
            await p.ComplainAsync($"can't open '/proc/{target}/ns/{First(letters)}': No such file or directory");
            return 1;
        }
        ContainerUser user = p.Container.User;
        if (letters.Length > 0 && !user.CanTrace && !(user.CanAdminister && user.Uid == process.User.Uid))
        {
            await p.ComplainAsync($"can't open '/proc/{target}/ns/{First(letters)}': Permission denied");
            return 1;
        }
        if (letters.Length > 0 && !user.CanAdminister)
        {
            await p.ComplainAsync($"setns(): can't reassociate to namespace '{First(letters)}': Operation not permitted");
            return 1;
        }
        ContainerView view = p.Container, there = process.View ?? p.Container;
        if (letters.Contains('u', StringComparison.Ordinal)) view = view with { Hostname = there.Hostname };
        if (letters.Contains('n', StringComparison.Ordinal)) view = view with { Network = there.Network };
        if (letters.Contains('m', StringComparison.Ordinal)) view = view with { Files = there.Files, Programs = there.Programs, MountNamespace = there.MountNamespace };
        return await RunAsync(p, view, command.Count == 0 ? ["sh"] : command);
    }

    /// <summary>Runs a command with another folder as its root.</summary>
    internal static async Task<int> ChrootAsync(ProcessContext p)
    {
        if (p.Arguments.Count < 2)
        {
            await p.ComplainAsync("missing operand");
            return 125;
        }
        string folder = p.Arguments[1];
        ContainerFiles? files = p.Container.Files.Below(p.FullPath(folder));
        if (files is null || !p.Container.User.CanChangeRoot)
        {
            await p.ComplainAsync($"can't change root directory to '{folder}': {(files is null ? "No such file or directory" : "Operation not permitted")}");
            return 1;
        }
        ContainerView view = p.Container with { Files = files, Programs = files.Programs };
        return await RunAsync(p, view, p.Arguments.Count > 2 ? [.. p.Arguments.Skip(2)] : ["sh", "-i"]);
    }

    internal static async Task<int> UptimeAsync(ProcessContext p)
    {
        string now = p.Container.Time.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        await p.PrintAsync($" {now} up 3 days,  4:12,  0 users,  load average: 0.12, 0.10, 0.08\n");
        return 0;
    }

    internal static async Task<int> SystemctlAsync(ProcessContext p)
    {
        if (p.Container.Processes.Find(1)?.Name != "init")
        {
            await p.Err.WriteAsync("System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n", p.Killed);
            return 1;
        }
        List<string> words = [.. p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-'))];
        string unit = words.Count > 1 ? words[1].Replace(".service", "", StringComparison.Ordinal) : "";
        bool known = s_units.Contains(unit);
        switch (words.FirstOrDefault() ?? "list-units")
        {
            case "list-units":
                await p.PrintAsync("UNIT                      LOAD   ACTIVE SUB     DESCRIPTION\n"
                    + string.Concat(s_units.Select(name => $"{name + ".service",-25} loaded active running {name}\n")));
                return 0;
            case "is-active":
                await p.PrintAsync(known ? "active\n" : "inactive\n");
                return known ? 0 : 4;
            case "status" when known:
                await p.PrintAsync($"● {unit}.service - {unit}\n     Loaded: loaded (/etc/systemd/system/{unit}.service; enabled)\n     Active: active (running)\n");
                return 0;
            case "status":
                await p.Err.WriteAsync($"Unit {unit}.service could not be found.\n", p.Killed);
                return 4;
            default:
                await p.Err.WriteAsync($"Unknown command verb '{words[0]}'.\n", p.Killed);
                return 1;
        }
    }

    internal static async Task<int> JournalctlAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        int at = words.FindIndex(word => word is "-u" or "--unit");
        string[] units = at >= 0 && at + 1 < words.Count ? [words[at + 1].Replace(".service", "", StringComparison.Ordinal)] : s_units;
        string now = p.Container.Time.GetUtcNow().ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture);
        List<string> lines = [.. units.Where(s_units.Contains).Select(unit => $"{now} {p.Container.Hostname} {unit}[{Array.IndexOf(s_units, unit) + 2}]: {unit} is running\n")];
        await p.PrintAsync(lines.Count == 0 ? "-- No entries --\n" : string.Concat(lines));
        return 0;
    }

    /// <summary>The command that nsenter or chroot runs, empty for their shell; null where it is another program.</summary>
    internal static IReadOnlyList<string>? InnerCommand(IReadOnlyList<string> arguments) => arguments[0][(arguments[0].LastIndexOf('/') + 1)..] switch
    {
        "nsenter" => ReadNsenter(arguments).Command,
        "chroot" => [.. arguments.Skip(2)],
        _ => null,
    };

    internal static bool IsShell(string command) => command[(command.LastIndexOf('/') + 1)..] is "sh" or "ash" or "bash";

    private static (int? Target, string Letters, List<string> Command) ReadNsenter(IReadOnlyList<string> arguments)
    {
        int? target = null;
        string letters = "";
        int i = 1;
        for (; i < arguments.Count && arguments[i].StartsWith('-'); i++)
        {
            string option = arguments[i];
            if (option == "--")
            {
                i++;
                break;
            }
            if (option.StartsWith("--", StringComparison.Ordinal))
            {
                string name = option[2..].Split('=')[0];
                if (name == "all") letters = "iunpm";
                else if (name != "target") letters += string.Concat(s_namespaces.Where(each => each.Long == name).Select(each => each.Letter));
                else target = Number(option.Contains('=', StringComparison.Ordinal) ? option[9..] : Next());
                continue;
            }
            for (int at = 1; at < option.Length; at++)
            {
                if (option[at] == 'a') letters = "iunpm";
                else if (option[at] != 't') letters += option[at];
                else
                {
                    target = Number(at + 1 < option.Length ? option[(at + 1)..] : Next());
                    break;
                }
            }
        }
        return (target, letters, [.. arguments.Skip(i)]);

        string Next() => ++i < arguments.Count ? arguments[i] : "";

        static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private static string First(string letters) => s_namespaces.FirstOrDefault(each => letters.Contains(each.Letter, StringComparison.Ordinal)).Namespace ?? "mnt";

    private static async Task<int> RunAsync(ProcessContext p, ContainerView view, List<string> command)
    {
        if (view.Find(command[0]) is { } program) return await program.Run(p with { Container = view, Arguments = command, WorkingDirectory = "/" });
        await p.ComplainAsync($"can't execute '{command[0]}': No such file or directory");
        return 127;
    }
}
