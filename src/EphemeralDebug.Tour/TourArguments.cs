namespace EphemeralDebug.Tour;

/// <summary>What the command line asks for.</summary>
/// <param name="Command">What to do.</param>
/// <param name="KubeConfig">The user's own kubeconfig file, in place of the sandbox.</param>
/// <param name="Context">The context of the user's own kubeconfig, in place of the sandbox.</param>
internal sealed record TourArguments(TourCommand Command, string? KubeConfig = null, string? Context = null)
{
    public const string Usage = """
        Usage: dotnet run --project src/EphemeralDebug.Tour [-- COMMAND]

          (none)    Walks through the tutorial on a simulated cluster that starts and ends with it.
          shell     A PowerShell prompt with the module loaded, on the simulated cluster, or on your own with
                      --kubeconfig FILE   that kubeconfig file
                      --context NAME      that context of the kubeconfig
                    Tab completes, Ctrl+C stops what runs, exit leaves.
          help      This text.

        The tutorial adds containers to pods, so it runs on the simulated cluster alone.
        """;

    /// <summary>Whether the user's own cluster is meant.</summary>
    public bool OwnCluster => KubeConfig is not null || Context is not null;

    /// <summary>Reads a command line; where it cannot be understood the arguments are null and the message says why.</summary>
    public static (TourArguments? Arguments, string? Problem) Parse(IReadOnlyList<string> args)
    {
        TourCommand? command = null;
        string? kubeConfig = null;
        string? context = null;
        for (int i = 0; i < args.Count; i++)
        {
            string[] parts = args[i].Split('=', 2);
            switch (parts[0])
            {
                case "shell" when command is null && parts.Length == 1:
                    command = TourCommand.Shell;
                    break;
                case "help" or "--help" or "-h" or "-?" when command is null && parts.Length == 1:
                    command = TourCommand.Help;
                    break;
                case "--kubeconfig" or "--context":
                    string? value = parts.Length == 2 ? parts[1] : ++i < args.Count ? args[i] : null;
                    if (string.IsNullOrEmpty(value)) return (null, $"{parts[0]} needs a value.");
                    if (parts[0] == "--kubeconfig") kubeConfig = value;
                    else context = value;
                    break;
                default:
                    return (null, $"'{args[i]}' is not understood.");
            }
        }

        TourArguments arguments = new(command ?? TourCommand.Tutorial, kubeConfig, context);
        if (arguments is { Command: TourCommand.Tutorial, OwnCluster: true })
            return (null, "The tutorial adds containers to pods, so it runs on the simulated cluster alone. For a prompt on your own cluster: shell --kubeconfig FILE");
        return (arguments, null);
    }
}
