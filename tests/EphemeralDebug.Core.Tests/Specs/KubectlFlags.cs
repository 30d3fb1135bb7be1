using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>The words after <c>kubectl debug</c>, as the options of a debug container, a copy and a node's pod for the same.</summary>
public sealed record KubectlFlags
{
    private static readonly string[] s_switches =
    [
        "-i", "-t", "-q", "--stdin", "--tty", "--quiet", "--attach", "--arguments-only", "--replace", "--same-node", "--share-processes",
        "--keep-labels", "--keep-annotations", "--keep-liveness", "--keep-readiness", "--keep-startup", "--keep-init-containers",
    ];

    public List<string> Targets { get; } = [];

    public string? File { get; private set; }

    public string? PullPolicy { get; private set; }

    public string ProfileName { get; private set; } = "general";

    public bool Attach { get; private set; }

    public EphemeralContainerOptions Options { get; private set; } = new() { NoTarget = true };

    /// <summary>The same for a copy.</summary>
    public PodCopyOptions Copy { get; private set; } = new();

    /// <summary>The same for a node's pod; without the resources that this module sets by default.</summary>
    public NodePodOptions Node => new()
    {
        Container = Options.Name, Image = Options.Image, Command = Options.Command, ArgumentsOnly = Options.ArgumentsOnly, Env = Options.Env,
        ImagePullPolicy = Options.ImagePullPolicy, Stdin = Options.Stdin, Tty = Options.Tty, Profile = Options.Profile, CustomProfile = Options.CustomProfile,
        Cpu = null, Memory = null,
    };

    public DebugProfile Profile => Enum.Parse<DebugProfile>(ProfileName, ignoreCase: true);

    public bool IsNode => Targets.Any(target => target.StartsWith("node/", StringComparison.Ordinal));

    public static KubectlFlags Parse(IReadOnlyList<string> words, JsonObject? customProfile)
    {
        KubectlFlags flags = new();
        List<EnvironmentVariable> env = [];
        EphemeralContainerOptions options = new() { NoTarget = true, CustomProfile = customProfile };
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] == "--")
            {
                options = options with { Command = words.Skip(i + 1).ToArray() };
                break;
            }
            if (!words[i].StartsWith('-'))
            {
                flags.Targets.Add(words[i]);
                continue;
            }
            if (words[i] is "-it" or "-ti")
            {
                options = options with { Stdin = true, Tty = true };
                continue;
            }
            string[] parts = words[i].Split('=', 2);
            string name = parts[0];
            string value = parts.Length == 2 ? parts[1] : s_switches.Contains(name) ? "true" : words[++i];
            if (WithCopyFlag(flags.Copy, name, value) is { } copy)
            {
                flags.Copy = copy;
                continue;
            }
            options = name switch
            {
                "-c" or "--container" => options with { Name = value },
                "--image" => options with { Image = value },
                "--target" => options with { Target = value, NoTarget = false },
                "--arguments-only" => options with { ArgumentsOnly = true },
                "-i" or "--stdin" => options with { Stdin = true },
                "-t" or "--tty" => options with { Tty = true },
                _ => options,
            };
            switch (name)
            {
                case "--env":
                    string[] pair = value.Split('=', 2);
                    env.Add(new EnvironmentVariable(pair[0], pair[1]));
                    break;
                case "--image-pull-policy":
                    flags.PullPolicy = value;
                    break;
                case "--profile":
                    flags.ProfileName = value;
                    break;
                case "--attach":
                    flags.Attach = value == "true";
                    break;
                case "-f":
                    flags.File = value;
                    break;
                case "-c" or "--container" or "--image" or "--target" or "--arguments-only" or "-i" or "-t" or "--stdin" or "--tty" or "-q" or "--custom":
                    break;
                default:
                    throw new InvalidOperationException($"The translator does not know {name}.");
            }
        }
        // What the parameter's type binds; a word that it does not know is told by PullPolicy alone.
        if (Enum.TryParse(flags.PullPolicy, out ImagePullPolicy policy))
            options = options with { ImagePullPolicy = policy };
        if (Enum.TryParse(flags.ProfileName, ignoreCase: true, out DebugProfile profile))
            options = options with { Profile = profile };
        flags.Options = options = options with { Env = env };
        flags.Copy = flags.Copy with
        {
            Container = options.Name, Image = options.Image, Command = options.Command, ArgumentsOnly = options.ArgumentsOnly, Env = env, Target = options.Target,
            ImagePullPolicy = options.ImagePullPolicy, Stdin = options.Stdin, Tty = options.Tty, Profile = options.Profile, CustomProfile = customProfile,
        };
        return flags;
    }

    // Null where it is no flag of a copy alone.
    private static PodCopyOptions? WithCopyFlag(PodCopyOptions copy, string name, string value)
    {
        bool isTrue = value == "true";
        return name switch
        {
            "--copy-to" => copy with { CopyTo = value },
            "--replace" => copy with { Replace = isTrue },
            "--same-node" => copy with { SameNode = isTrue },
            "--share-processes" => copy with { ShareProcesses = isTrue },
            "--keep-labels" => copy with { KeepLabels = isTrue },
            "--keep-annotations" => copy with { KeepAnnotations = isTrue },
            "--keep-liveness" => copy with { KeepLiveness = isTrue },
            "--keep-readiness" => copy with { KeepReadiness = isTrue },
            "--keep-startup" => copy with { KeepStartup = isTrue },
            "--keep-init-containers" => copy with { KeepInitContainers = isTrue },
            "--set-image" => copy with { SetImage = copy.SetImage.Concat(Images(value)).ToDictionary(StringComparer.Ordinal) },
            _ => null,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Images(string value) =>
        value.Split(',').Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0], pair[1]));
}
