using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>
/// A PowerShell engine in a process that has just been started: what stands for <c>pwsh -NoProfile -c SCRIPT</c> where there is no pwsh. Publish this
/// program to measure with it: only then is the engine precompiled, as pwsh ships it.
/// </summary>
internal static class FreshEngine
{
    internal const string Mode = "fresh-engine";

    // What this program has of the module, and has precompiled, must not stand in for what the module brings.
    private static readonly string[] s_modules = ["EphemeralDebug.Core/", "EphemeralDebug.Abstractions/", "YamlDotNet/"];

    private static readonly Lazy<string[]> s_program = new(Program);

    /// <summary>Runs a script in a process of its own.</summary>
    /// <param name="manifest">The module to import before; null for none.</param>
    /// <param name="script">The script, shown as pwsh shows it; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<FreshRun> RunAsync(string? manifest, string? script, CancellationToken cancellationToken = default)
    {
        ChildRun run = (await ChildProcess.RunAsync(DotNet, [.. s_program.Value, Mode, manifest ?? "", script ?? ""], cancellationToken: cancellationToken)).Checked("The fresh engine");
        return JsonSerializer.Deserialize<FreshRun>(run.Output[^1])! with { Cost = run.Cost };
    }

    // The dotnet that runs this.
    private static string DotNet => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>In the child: opens the engine, imports, runs, and says how long each took.</summary>
    internal static void Measure(string manifest, string script)
    {
        using Process self = Process.GetCurrentProcess();
        DateTime started = self.StartTime;
        TimeSpan begun = DateTime.Now - started;
        Stopwatch clock = Stopwatch.StartNew();
        FirstWrite output = new(clock);
        using EngineSession engine = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(output, TextReader.Null, terminal: false, () => 120)), manifest: null);
        TimeSpan opened = clock.Elapsed;
        if (manifest.Length == 0)
        {
            // An empty engine has run an empty script as well.
            engine.Run("$null");
        }
        self.Refresh();
        long rest = self.WorkingSet64;
        (long methods, TimeSpan compiling) = (JitInfo.GetCompiledMethodCount(), JitInfo.GetCompilationTime());
        TimeSpan importing = clock.Elapsed;
        if (manifest.Length > 0 && engine.Run(string.Create(CultureInfo.InvariantCulture, $"Import-Module '{manifest}'")).HadErrors) throw new InvalidOperationException("The module was not imported.");
        TimeSpan imported = clock.Elapsed;
        output.First = null;
        if (script.Length > 0 && engine.Run(script, keepOutput: false) is { HadErrors: true } wrong) throw new InvalidOperationException(wrong.Errors[0].ToString());
        TimeSpan ended = clock.Elapsed;
        self.Refresh();
        Console.WriteLine(JsonSerializer.Serialize(new FreshRun
        {
            Start = begun,
            Open = opened,
            Import = imported - importing,
            Script = ended - imported,
            FirstOutput = output.First - imported,
            Methods = JitInfo.GetCompiledMethodCount() - methods,
            Compilation = JitInfo.GetCompilationTime() - compiling,
            Memory = Math.Max(0, self.PeakWorkingSet64 - rest),
        }));
    }

    private static string[] Program()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "EphemeralDebug.Bench");
        JsonNode dependencies = JsonNode.Parse(File.ReadAllText(program + ".deps.json"))!;
        foreach ((_, JsonNode? target) in dependencies["targets"]!.AsObject())
            foreach (string package in target!.AsObject().Select(package => package.Key).Where(package => s_modules.Any(package.StartsWith)).ToArray()) target.AsObject().Remove(package);
        // Beside the program: there the host looks for what it lists.
        string file = Path.Combine(AppContext.BaseDirectory, Mode + ".deps.json");
        File.WriteAllText(file, dependencies.ToJsonString());
        return ["exec", "--depsfile", file, "--runtimeconfig", program + ".runtimeconfig.json", program + ".dll"];
    }

    /// <summary>Takes everything, and notes when the first of it came.</summary>
    private sealed class FirstWrite(Stopwatch clock) : StringWriter(CultureInfo.InvariantCulture)
    {
        internal TimeSpan? First { get; set; }

        public override void Write(char value) => First ??= clock.Elapsed;

        public override void Write(string? value) => First ??= clock.Elapsed;
    }
}
