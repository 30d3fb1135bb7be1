using System.Diagnostics;
using System.Management.Automation;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>A PowerShell that is open and has the module imported: what somebody who works has. One script at a time.</summary>
internal sealed class WarmEngine : IDisposable
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(4);

    internal EngineSession Session { get; } = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(TextWriter.Null, TextReader.Null, terminal: false, () => 120)), BuiltModule.Manifest);

    /// <summary>Runs a script as it runs where its output is kept; nothing is formatted.</summary>
    /// <param name="script">The script.</param>
    /// <param name="input">What is the variable <c>$pods</c> in it.</param>
    /// <param name="cancellationToken">Stops it as Ctrl+C does.</param>
    internal async Task<EngineRun> RunAsync(string script, string[]? input = null, CancellationToken cancellationToken = default)
    {
        Session.Runspace.SessionStateProxy.SetVariable("pods", input ?? []);
        using PowerShell shell = PowerShell.Create(Session.Runspace);
        shell.AddScript(script);
        using PSDataCollection<PSObject> output = [], nothing = [];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long rest = Environment.WorkingSet;
        TimeSpan? first = null;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        Stopwatch clock = Stopwatch.StartNew();
        output.DataAdded += (_, _) => first ??= clock.Elapsed;
        using Peak memory = new(() => Environment.WorkingSet, s_often);
        IAsyncResult running = shell.BeginInvoke(nothing, output);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            await Task.Factory.FromAsync(running, shell.EndInvoke);
        }
        catch (PipelineStoppedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        Cost cost = new(clock.Elapsed, Environment.CpuUsage.TotalTime - before, Math.Max(0, memory.Most - rest));
        return new EngineRun([.. output], [.. shell.Streams.Error], first, cost, started);
    }

    public void Dispose() => Session.Dispose();
}
