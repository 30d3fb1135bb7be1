using System.Collections.Concurrent;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>All built-in programs by name.</summary>
internal static class ProgramTable
{
    private static readonly Dictionary<string, Program> s_programs = new(StringComparer.Ordinal)
    {
        ["sh"] = new(Shell.MainAsync),
        ["ash"] = new(Shell.MainAsync),
        ["echo"] = new(TextPrograms.EchoAsync),
        ["printf"] = new(TextPrograms.PrintfAsync),
        ["cat"] = new(TextPrograms.CatAsync),
        ["head"] = new(TextPrograms.HeadAsync),
        ["wc"] = new(TextPrograms.WcAsync),
        ["grep"] = new(TextPrograms.GrepAsync),
        ["seq"] = new(TextPrograms.SeqAsync),
        ["yes"] = new(TextPrograms.YesAsync),
        ["true"] = new(_ => Task.FromResult(0)),
        ["false"] = new(_ => Task.FromResult(1)),
        ["test"] = new(SystemPrograms.TestAsync),
        ["["] = new(SystemPrograms.TestAsync),
        ["env"] = new(SystemPrograms.EnvAsync),
        ["printenv"] = new(SystemPrograms.EnvAsync),
        ["ps"] = new(SystemPrograms.PsAsync),
        ["kill"] = new(SystemPrograms.KillAsync),
        ["readlink"] = new(SystemPrograms.ReadlinkAsync),
        ["sleep"] = new(SystemPrograms.SleepAsync),
        ["timeout"] = new(SystemPrograms.TimeoutAsync),
        ["ls"] = new(FilePrograms.LsAsync),
        ["rm"] = new(FilePrograms.RmAsync),
        ["cp"] = new(FilePrograms.CpAsync),
        ["mkdir"] = new(FilePrograms.MkdirAsync),
        ["touch"] = new(FilePrograms.TouchAsync),
        ["chmod"] = new(FilePrograms.ChmodAsync),
        ["busybox"] = new(BusyBoxAsync),
        ["nsenter"] = new(NodePrograms.NsenterAsync),
        ["chroot"] = new(NodePrograms.ChrootAsync),
        ["uptime"] = new(NodePrograms.UptimeAsync),
        ["vi"] = new(ViewProgram.ViAsync),
        ["stty"] = new(SystemPrograms.SttyAsync),
        ["id"] = new(SystemPrograms.IdAsync),
        ["whoami"] = new(SystemPrograms.WhoamiAsync),
        ["hostname"] = new(SystemPrograms.HostnameAsync),
        ["uname"] = new(SystemPrograms.UnameAsync),
        ["date"] = new(SystemPrograms.DateAsync),
        ["wget"] = new(NetworkPrograms.WgetAsync),
        ["nslookup"] = new(NetworkPrograms.NslookupAsync),
        ["nginx"] = new(ServerPrograms.NginxAsync, HandlesSignals: true),
        ["sample-app"] = new(ServerPrograms.SampleAppAsync, HandlesSignals: true),
        ["daemon"] = new(ServerPrograms.DaemonAsync, HandlesSignals: true),
        ["pause"] = new(ServerPrograms.PauseAsync, HandlesSignals: true),
        ["bash"] = new(Shell.MainAsync),
        ["systemctl"] = new(NodePrograms.SystemctlAsync),
        ["journalctl"] = new(NodePrograms.JournalctlAsync),
        ["powershell.exe"] = new(WindowsPrograms.PowerShellAsync),
        ["powershell"] = new(WindowsPrograms.PowerShellAsync),
        ["cmd.exe"] = new(WindowsPrograms.CmdAsync),
        ["cmd"] = new(WindowsPrograms.CmdAsync),
        ["ping.exe"] = new(WindowsPrograms.PingAsync),
        ["ping"] = new(WindowsPrograms.PingAsync),
        ["hostname.exe"] = new(SystemPrograms.HostnameAsync),
        ["whoami.exe"] = new(SystemPrograms.WhoamiAsync),
    };

    /// <summary>What a BusyBox image has.</summary>
    internal static readonly IReadOnlySet<string> BusyBox = s_programs.Keys
        .Except(["nginx", "sample-app", "daemon", "pause", "bash", "systemctl", "journalctl"]).Where(name => !IsWindows(name)).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a Linux node has.</summary>
    internal static readonly IReadOnlySet<string> LinuxHost = new HashSet<string>([.. BusyBox.Where(name => name is not ("busybox" or "ash")), "bash", "systemctl", "journalctl"], StringComparer.Ordinal);

    /// <summary>What a Windows node has.</summary>
    internal static readonly IReadOnlySet<string> WindowsHost = new HashSet<string>([.. s_programs.Keys.Where(IsWindows), "hostname", "whoami"], StringComparer.Ordinal);

    // What whoever embeds the sandbox brings along.
    private static readonly ConcurrentDictionary<string, Program> s_guests = new(StringComparer.Ordinal);

    internal static Program? Find(string name) => s_programs.GetValueOrDefault(name) ?? s_guests.GetValueOrDefault(name);

    /// <summary>Adds a program that an image may name, and that the sandbox itself does not have.</summary>
    internal static void Bring(string name, Program program) => s_guests[name] = program;

    private static bool IsWindows(string name) => name.EndsWith(".exe", StringComparison.Ordinal) || name is "powershell" or "cmd" or "ping";

    /// <summary>The one program that BusyBox is: its name, or its first argument, says which it shall be.</summary>
    private static async Task<int> BusyBoxAsync(ProcessContext p)
    {
        string name = p.Arguments[0][(p.Arguments[0].LastIndexOf('/') + 1)..];
        IReadOnlyList<string> arguments = p.Arguments;
        if (name == "busybox")
        {
            if (arguments.Count == 1)
            {
                await p.PrintAsync($"BusyBox v1.37.0 (simulated) multi-call binary.\n\nCurrently defined functions:\n\t{string.Join(", ", BusyBox.Order(StringComparer.Ordinal))}\n");
                return 0;
            }
            arguments = [.. arguments.Skip(1)];
            name = arguments[0];
        }
        if (BusyBox.Contains(name) && name != "busybox") return await s_programs[name].Run(p with { Arguments = arguments });
        await p.Err.WriteAsync($"{name}: applet not found\n", p.Killed);
        return 127;
    }
}
