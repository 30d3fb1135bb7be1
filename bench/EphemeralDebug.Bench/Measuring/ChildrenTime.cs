using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>The processor time of all child processes that have ended so far, their own children included where the system tells that.</summary>
internal static partial class ChildrenTime
{
    private const int Children = -1;

    // What Windows says of each process as it ends.
    private static TimeSpan s_ended;

    internal static TimeSpan Total
    {
        get
        {
            if (OperatingSystem.IsWindows()) return s_ended;
            // Larger than any system's struct rusage; the two struct timeval at its start are the same everywhere.
            Span<long> usage = stackalloc long[64];
            if (GetResourceUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0) throw new InvalidOperationException("getrusage failed.");
            return Time(usage[0], usage[1]) + Time(usage[2], usage[3]);
        }
    }

    /// <summary>Takes the time of a child that has ended.</summary>
    internal static void Add(Process ended)
    {
        if (OperatingSystem.IsWindows()) s_ended += ended.TotalProcessorTime;
    }

    // The microseconds are an int on macOS, with nothing said of the rest of the eight bytes.
    private static TimeSpan Time(long seconds, long microseconds) => TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds((int)microseconds);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, ref long usage);
}
