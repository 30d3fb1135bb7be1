using System.Diagnostics;
using System.Globalization;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>The most memory that processes have held.</summary>
internal static class ProcessMemory
{
    /// <summary>
    /// The peak resident set of a process and of the children that its main thread has now, each at its own peak, in bytes; 0 once it has ended. On Linux;
    /// elsewhere of the process alone, as far as the system tells it.
    /// </summary>
    internal static long PeakWithChildren(Process process)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return Peak(process.Id) + Children(process.Id).Sum(Peak);
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException)
        {
            return 0;
        }
    }

    private static IEnumerable<int> Children(int id)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/task/{id}/children");
        return File.Exists(file) ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)) : [];
    }

    private static long Peak(int id)
    {
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status")))
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) return long.Parse(line.AsSpan(6).Trim("\t kB"), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It has ended.
        }
        return 0;
    }
}
