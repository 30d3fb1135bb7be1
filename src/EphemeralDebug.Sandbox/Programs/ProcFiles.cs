using System.Globalization;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>What stands under <c>/proc</c> about processes, as one of them sees it.</summary>
internal static class ProcFiles
{
    private static readonly string[] s_names = ["cmdline", "comm", "ns", "stat", "status"];

    /// <summary>The text of a file; null where there is none.</summary>
    internal static string? Read(ProcessContext reader, string path) => Find(reader, path) is not (ProcessEntry process, [string name]) ? null : name switch
    {
        "stat" => Stat(process),
        "status" => Status(process),
        "comm" => ShortName(process) + "\n",
        "cmdline" => string.Concat(process.Arguments.Select(argument => argument + "\0")),
        _ => null,
    };

    /// <summary>Where a link leads; null where there is none, or the reader may not know.</summary>
    internal static string? ReadLink(ProcessContext reader, string path)
    {
        if (path == "/proc/self") return reader.Pid.ToString(CultureInfo.InvariantCulture);
        if (Find(reader, path) is not (ProcessEntry process, ["ns", string name]) || !MayInspect(reader.Container.User, process.User)) return null;
        return name switch
        {
            "mnt" => $"mnt:[{process.MountNamespace}]",
            "pid" => $"pid:[{reader.Container.Processes.Namespace}]",
            _ => null,
        };
    }

    /// <summary>The names in a folder; null where it is none.</summary>
    internal static IReadOnlyList<string>? Names(ProcessContext reader, string path)
    {
        if (path.TrimEnd('/') == "/proc")
        {
            return [.. reader.Container.Processes.List().Select(entry => entry.Pid.ToString(CultureInfo.InvariantCulture)), "self"];
        }
        return Find(reader, path) switch
        {
            (not null, []) => s_names,
            (not null, ["ns"]) => ["mnt", "pid"],
            _ => null,
        };
    }

    // The kernel lets a process look into another of the same user and group, and who may trace into any.
    private static bool MayInspect(ContainerUser reader, ContainerUser other) => reader.CanTrace || (reader.Uid == other.Uid && reader.Gid == other.Gid);

    private static (ProcessEntry? Process, string[] Path) Find(ProcessContext reader, string path)
    {
        if (!path.StartsWith("/proc/", StringComparison.Ordinal)) return (null, []);
        string[] parts = path["/proc/".Length..].TrimEnd('/').Split('/');
        int pid = parts[0] == "self" ? reader.Pid : int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        return (reader.Container.Processes.Find(pid), parts[1..]);
    }

    private static string ShortName(ProcessEntry process) => process.Name.Length > 15 ? process.Name[..15] : process.Name;

    // The fields that nothing here has a value for are 0; the start time is the 22nd of 52.
    private static string Stat(ProcessEntry process) => string.Create(CultureInfo.InvariantCulture,
        $"{process.Pid} ({ShortName(process)}) S {process.Parent} {process.Pid} {process.Pid} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 {process.StartTicks}")
        + string.Concat(Enumerable.Repeat(" 0", 30)) + "\n";

    private static string Status(ProcessEntry process)
    {
        StringBuilder text = new();
        ContainerUser user = process.User;
        text.Append(CultureInfo.InvariantCulture, $"Name:\t{ShortName(process).Replace("\n", "\\n", StringComparison.Ordinal)}\nState:\tS (sleeping)\nTgid:\t{process.Pid}\nPid:\t{process.Pid}\nPPid:\t{process.Parent}\n");
        text.Append(CultureInfo.InvariantCulture, $"Uid:\t{user.Uid}\t{user.Uid}\t{user.Uid}\t{user.Uid}\nGid:\t{user.Gid}\t{user.Gid}\t{user.Gid}\t{user.Gid}\n");
        text.Append(CultureInfo.InvariantCulture, $"SigPnd:\t{0:x16}\nShdPnd:\t{0:x16}\nSigBlk:\t{0:x16}\nSigIgn:\t{process.Actions.Ignored:x16}\nSigCgt:\t{process.Actions.Caught:x16}\n");
        return text.ToString();
    }
}
