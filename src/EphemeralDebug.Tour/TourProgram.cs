using System.Management.Automation;
using EphemeralDebug.Tour.Hosting;
using EphemeralDebug.Tour.Shell;
using EphemeralDebug.Tour.Tutorial;

namespace EphemeralDebug.Tour;

/// <summary>The tour: the tutorial or a prompt, on the sandbox or (the prompt only) on a cluster of the user's.</summary>
internal static class TourProgram
{
    private const int UsageError = 2;

    /// <summary>The exit code: 0 only where everything did what it says, 2 where the command line is wrong.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        (TourArguments? arguments, string? problem) = TourArguments.Parse(args);
        if (arguments is null) return Refuse($"{problem}{Environment.NewLine}{Environment.NewLine}{TourArguments.Usage}");
        if (arguments.Command == TourCommand.Help)
        {
            Console.WriteLine(TourArguments.Usage);
            return 0;
        }

        if (arguments.KubeConfig is { } file)
        {
            if (!File.Exists(file)) return Refuse($"The kubeconfig file '{file}' does not exist.");
            Environment.SetEnvironmentVariable("KUBECONFIG", Path.GetFullPath(file));
        }

        try
        {
            await using SandboxCluster? sandbox = arguments.OwnCluster ? null : await SandboxCluster.StartAsync();
            return Run(arguments);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or RuntimeException)
        {
            // The module is not built, or cannot be imported.
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static int Run(TourArguments arguments)
    {
        ConsoleHostUI ui = ConsoleHostUI.OfThisProcess();
        TextHost host = new("EphemeralDebug.Tour", ui);
        using EngineSession session = EngineSession.Open(host, BuiltModule.Manifest);
        if (arguments.Context is { } context) session.SetModuleDefault("Context", context);
        if (!arguments.OwnCluster) ui.WriteLine("The cluster is simulated: it runs inside this program, and ends with it.");
        if (arguments.Command == TourCommand.Tutorial) return WalkThrough(session, ui);
        if (!Console.IsInputRedirected) ui.WriteLine("Get-Command -Module EphemeralDebug lists what there is; Tab completes; exit leaves.");
        return new PromptLoop(session, host).Run();
    }

    private static int WalkThrough(EngineSession session, ConsoleHostUI ui)
    {
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, e) =>
        {
            // Not the end of the process: the sandbox and its files are cleaned up first.
            e.Cancel = true;
            stop.Cancel();
        };
        return new TutorialRun(session, ui).Run(TutorialSteps.All, stop.Token) ? 0 : 1;
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return UsageError;
    }
}
