using System.Diagnostics;
using System.Globalization;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench;

/// <summary>
/// What Import-Module costs in a fresh process with an open engine: ours, and a module that is nothing but a manifest, turn by
/// turn. The difference is ours; the rest is the engine's own first Import-Module.
/// </summary>
internal static class ImportModule
{
    private const int Turns = 15;

    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("ephemeraldebug-bench-").FullName;
        string empty = Path.Combine(folder, "Empty.psd1");
        File.WriteAllText(empty, "@{ ModuleVersion = '1.0'; FunctionsToExport = @() }");
        List<double> ours = [], nothing = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            nothing.Add(Child(empty));
            ours.Add(Child(BuiltModule.Manifest));
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"{Turns} processes each: Import-Module EphemeralDebug {Median(ours):F0} ms, an empty manifest {Median(nothing):F0} ms, ours over that {Median([.. ours.Zip(nothing, (with, without) => with - without)]):F0} ms, turn by turn (at most 60)");
    }

    /// <summary>In the child: opens the engine, imports, and says how long the import took.</summary>
    public static void Measure(string manifest)
    {
        using EngineSession engine = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(TextWriter.Null, TextReader.Null, terminal: false, () => 120)), manifest: null);
        Stopwatch clock = Stopwatch.StartNew();
        if (engine.Run($"Import-Module '{manifest}'").Errors.Count > 0) throw new InvalidOperationException("The module was not imported.");
        Console.WriteLine(clock.Elapsed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    private static double Child(string manifest)
    {
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["import-child", manifest]) { RedirectStandardOutput = true })!;
        string said = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return double.Parse(said, CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
