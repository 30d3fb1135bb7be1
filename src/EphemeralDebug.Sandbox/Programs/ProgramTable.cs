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
        ["ls"] = new(SystemPrograms.LsAsync),
        ["rm"] = new(SystemPrograms.RmAsync),
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
    };

    /// <summary>What a BusyBox image has.</summary>
    internal static readonly IReadOnlySet<string> BusyBox = s_programs.Keys
        .Except(["nginx", "sample-app", "daemon", "pause"]).ToHashSet(StringComparer.Ordinal);

    internal static Program? Find(string name) => s_programs.GetValueOrDefault(name);
}
