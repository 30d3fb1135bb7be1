using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench;

/// <summary>
/// What Import-Module costs in a fresh process with an open engine: ours, and a module that is nothing but a manifest, turn by
/// turn. The difference is ours; the rest is the engine's own first Import-Module.
/// </summary>
internal static class ImportModule
{
    private const int Turns = 15;

    public static async Task RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("ephemeraldebug-bench-").FullName;
        string empty = Path.Combine(folder, "Empty.psd1");
        File.WriteAllText(empty, "@{ ModuleVersion = '1.0'; FunctionsToExport = @() }");
        List<double> ours = [], nothing = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            nothing.Add(await ImportAsync(empty));
            ours.Add(await ImportAsync(BuiltModule.Manifest));
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"{Turns} processes each: Import-Module EphemeralDebug {ours.Median():F0} ms, an empty manifest {nothing.Median():F0} ms, ours over that {ours.Zip(nothing, (with, without) => with - without).Median():F0} ms, turn by turn (at most 60)");
    }

    private static async Task<double> ImportAsync(string manifest) => (await FreshEngine.RunAsync(manifest, script: null)).Import.TotalMilliseconds;
}
