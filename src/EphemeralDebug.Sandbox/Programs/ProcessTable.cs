using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A PID namespace: the processes that see each other.</summary>
internal sealed class ProcessTable
{
    private static readonly long s_boot = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, ProcessEntry> _entries = [];
    private int _last;

    /// <summary>The number in <c>/proc/PID/ns/pid</c>.</summary>
    internal long Namespace { get; } = NamespaceNumber.Next();

    /// <summary>Adds a process; gives it its number and its start time.</summary>
    internal ProcessEntry Add(ProcessEntry process)
    {
        lock (_lock)
        {
            ProcessEntry entry = process with { Pid = ++_last, StartTicks = (long)Stopwatch.GetElapsedTime(s_boot).TotalMilliseconds / 10 };
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

/// <summary>A process as the others see it, and how to reach it.</summary>
internal sealed record ProcessEntry
{
    internal int Pid { get; init; }

    /// <summary>Its parent; 0 where that is outside of the PID namespace.</summary>
    internal int Parent { get; init; }

    internal required ContainerUser User { get; init; }

    /// <summary>Its command line, as <c>/proc/PID/cmdline</c> has it.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its short name (<c>/proc/PID/comm</c>); by default that of its program.</summary>
    [AllowNull]
    internal string Name
    {
        get => field ?? Arguments[0][(Arguments[0].LastIndexOf('/') + 1)..];
        init;
    }

    /// <summary>What <c>ps</c> shows; by default the command line.</summary>
    [AllowNull]
    internal string Shown { get => field ?? string.Join(' ', Arguments); init; }

    /// <summary>The number in <c>/proc/PID/ns/mnt</c>: its container's.</summary>
    internal long MountNamespace { get; init; } = NamespaceNumber.Next();

    /// <summary>When it started, in hundredths of a second since the node did.</summary>
    internal long StartTicks { get; init; }

    internal SignalActions Actions { get; init; } = new();

    /// <summary>What it sees, for those who enter its namespaces.</summary>
    internal ContainerView? View { get; init; }

    /// <summary>Delivers a signal; null for a process that takes none.</summary>
    internal Action<Signal>? Signal { get; init; }
}

/// <summary>Numbers for namespaces.</summary>
internal static class NamespaceNumber
{
    private static long s_last = 4026531999;

    internal static long Next() => Interlocked.Increment(ref s_last);
}
