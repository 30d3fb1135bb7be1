using System.Diagnostics;
using System.Management.Automation;
using EphemeralDebug.Bench.Measuring;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Bench;

/// <summary>
/// From the command to the first byte of the new container: <c>New-EphemeralContainer -Interactive</c> in a warm engine and <c>kubectl debug
/// --attach</c>, in turns against one sandbox in a process of its own. Each enters a pod in which nothing has happened before.
/// </summary>
internal static class AttachToFirstByte
{
    private const int Warm = 3, Pairs = 21;

    // It writes at once, and goes on for a while: what came before an attach, kubectl does not show.
    private const string Writer = "for i in $(seq 1 200); do echo x; sleep 0.01; done";

    public static async Task RunAsync()
    {
        using SandboxProcess server = await SandboxProcess.StartAsync("attach-server");
        using EngineSession engine = EngineSession.Open(new TextHost("bench", new ConsoleHostUI(TextWriter.Null, TextReader.Null, terminal: false, () => 120)), BuiltModule.Manifest);
        bool kubectl = ChildProcess.Exists("kubectl");
        if (!kubectl) Console.WriteLine("kubectl is not on PATH: there is nothing to compare with");
        List<double> ours = [], theirs = [], starts = [];
        for (int turn = 0; turn < Warm + Pairs; turn++)
        {
            double own = Cmdlet(engine, server.KubeConfig, $"web-{2 * turn}");
            double? start = null, other = null;
            if (kubectl)
            {
                start = await KubectlAsync(_ => true, "version", "--client");
                // What kubectl itself says before is none of the container's.
                other = await KubectlAsync(line => line == "x", "--kubeconfig", server.KubeConfig, "debug", $"web-{2 * turn + 1}", "--image=busybox", "--attach", "--", "sh", "-c", Writer);
            }

            if (turn < Warm) continue;
            ours.Add(own);
            if (start is not null) starts.Add(start.Value);
            if (other is not null) theirs.Add(other.Value);
        }

        Console.WriteLine($"from the command to the first byte of a new container, ms, median of {Pairs} (best): ours {ours.Median():F0} ({ours.Min():F0})"
            + (kubectl ? $", kubectl {theirs.Median():F0} ({theirs.Min():F0}), ratio {ours.Median() / theirs.Median():F2} (at most 1); the start of kubectl alone {starts.Median():F0} ({starts.Min():F0})" : ""));
    }

    /// <summary>In the child: serves until its input ends.</summary>
    public static Task ServeAsync() => SandboxProcess.ServeAsync(2 * (Warm + Pairs), new KubeletOptions());

    private static double Cmdlet(EngineSession engine, string kubeConfig, string pod)
    {
        using PowerShell shell = PowerShell.Create(engine.Runspace);
        shell.AddScript($"New-EphemeralContainer {pod} -KubeConfig '{kubeConfig}' -Interactive -- sh -c '{Writer}'");
        using PSDataCollection<PSObject> output = [];
        using PSDataCollection<PSObject> nothing = [];
        using ManualResetEventSlim first = new();
        Stopwatch clock = new();
        output.DataAdded += (_, _) =>
        {
            clock.Stop();
            first.Set();
        };
        clock.Start();
        IAsyncResult running = shell.BeginInvoke(nothing, output);
        if (!first.Wait(TimeSpan.FromMinutes(1)) || output[0].BaseObject is not "x") throw new InvalidOperationException($"The first line did not come: {string.Join(' ', shell.Streams.Error)}");
        shell.Stop();
        try
        {
            shell.EndInvoke(running);
        }
        catch (PipelineStoppedException)
        {
        }

        return clock.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> KubectlAsync(Func<string, bool> isLine, params string[] arguments)
    {
        (Cost cost, bool found) = await ChildProcess.UntilAsync("kubectl", arguments, isLine);
        return found ? cost.Wall.TotalMilliseconds : throw new InvalidOperationException("kubectl did not bring what was waited for.");
    }
}
