using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Tour.Shell;

/// <summary>Reads lines and runs them, until <c>exit</c> or the end of the input.</summary>
internal sealed class PromptLoop(EngineSession session, TextHost host)
{
    private const string Prompt = "PS> ";

    /// <summary>The exit code: what <c>exit</c> gave, else, where the input is not a terminal, 1 if the last line had errors.</summary>
    public int Run()
    {
        bool terminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        LineEditor editor = new(() => Console.ReadKey(intercept: true), Console.Out, () => host.UI.RawUI.WindowSize.Width, session.Complete);
        bool lastFailed = false;
        while (host.ExitCode is null)
        {
            string? line = terminal ? ReadFromTerminal(editor) : Console.In.ReadLine();
            if (line is null) break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            lastFailed = RunStoppable(line).HadErrors;
        }

        return host.ExitCode ?? (lastFailed && !terminal ? 1 : 0);
    }

    private static string? ReadFromTerminal(LineEditor editor)
    {
        // While a line is typed Ctrl+C is a key like any other; while a pipeline runs it is a signal.
        Console.TreatControlCAsInput = true;
        try
        {
            return editor.ReadLine(Prompt);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private PipelineResult RunStoppable(string line)
    {
        using CancellationTokenSource stop = new();
        void StopPipeline(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = true;
            stop.Cancel();
        }

        Console.CancelKeyPress += StopPipeline;
        try
        {
            return session.Run(line, keepOutput: false, stop.Token);
        }
        finally
        {
            Console.CancelKeyPress -= StopPipeline;
        }
    }
}
