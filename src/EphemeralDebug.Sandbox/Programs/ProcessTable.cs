namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A PID namespace: the processes that see each other.</summary>
internal sealed class ProcessTable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, ProcessEntry> _entries = [];
    private int _last;

    internal ProcessEntry Add(string command, string user, Action<Signal>? signal)
    {
        lock (_lock)
        {
            ProcessEntry entry = new(++_last, user, command, signal);
            _entries.Add(entry.Pid, entry);
            return entry;
        }
    }

    internal void Remove(ProcessEntry entry)
    {
        lock (_lock) _entries.Remove(entry.Pid);
    }

    internal ProcessEntry? Find(int pid)
    {
        lock (_lock) return _entries.GetValueOrDefault(pid);
    }

    internal IReadOnlyList<ProcessEntry> List()
    {
        lock (_lock) return [.. _entries.Values];
    }
}

/// <summary>One line of <c>ps</c>, and how to reach the process.</summary>
internal sealed record ProcessEntry(int Pid, string User, string Command, Action<Signal>? Signal);

/// <summary>The signals that the simulated processes know, by number.</summary>
internal enum Signal
{
    Hup = 1,
    Int = 2,
    Kill = 9,
    Term = 15,
}
