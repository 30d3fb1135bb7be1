using System.ComponentModel;
using System.Diagnostics;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>Other programs as children of this one, and what they cost. Run one at a time: processor time is told for all children together.</summary>
internal static class ChildProcess
{
    // Many processes take a while to look at; what they hold together changes slower than what one of them holds.
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(4), s_seldom = TimeSpan.FromMilliseconds(40);

    /// <summary>Whether a program is there to be started.</summary>
    internal static bool Exists(string file)
    {
        try
        {
            using Process process = Start(new ProcessStartInfo(file, ["--version"]));
            process.Kill();
            process.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">The lines of its standard input; null for none. One that has input is taken for one that starts many.</param>
    /// <param name="discard">Throws its standard output away, without its coming to this process first where there is a shell to arrange that.</param>
    /// <param name="cancellationToken">Ends it, and its children.</param>
    internal static async Task<ChildRun> RunAsync(string file, IEnumerable<string> arguments, IEnumerable<string>? input = null, bool discard = false, CancellationToken cancellationToken = default)
    {
        bool shell = discard && !OperatingSystem.IsWindows();
        ProcessStartInfo start = shell ? new("sh", ["-c", "exec \"$0\" \"$@\" > /dev/null", file, .. arguments]) : new(file, arguments);
        TimeSpan before = ChildrenTime.Total;
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Start(start);
        using Peak memory = new(() => ProcessMemory.PeakWithChildren(process), input is null ? s_often : s_seldom);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None), errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        foreach (string line in input ?? []) await process.StandardInput.WriteLineAsync(line);
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        TimeSpan wall = clock.Elapsed;
        cancellationToken.ThrowIfCancellationRequested();
        ChildrenTime.Add(process);
        string[] lines = discard ? [] : (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ChildRun(process.ExitCode, lines, await errors, new Cost(wall, ChildrenTime.Total - before, memory.Most));
    }

    /// <summary>Runs a program until it says a line, on standard output or error, or to its end; what it took until then, and whether it said it.</summary>
    internal static async Task<(Cost Cost, bool Found)> UntilAsync(string file, IEnumerable<string> arguments, Func<string, bool> isLine, CancellationToken cancellationToken = default)
    {
        TimeSpan before = ChildrenTime.Total;
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Start(new ProcessStartInfo(file, arguments));
        using Peak memory = new(() => ProcessMemory.PeakWithChildren(process), s_often);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<TimeSpan?> output = FindAsync(process.StandardOutput), errors = FindAsync(process.StandardError);
        Task<TimeSpan?> first = await Task.WhenAny(output, errors);
        TimeSpan? found = await first ?? await (first == output ? errors : output);
        TimeSpan wall = found ?? clock.Elapsed;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        ChildrenTime.Add(process);
        return (new Cost(wall, ChildrenTime.Total - before, memory.Most), found is not null);

        async Task<TimeSpan?> FindAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
                if (isLine(line)) return clock.Elapsed;
            return null;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start)!;
    }
}
