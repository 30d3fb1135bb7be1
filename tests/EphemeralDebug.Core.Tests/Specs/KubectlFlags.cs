using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>The words after <c>kubectl debug</c>, as what <c>New-EphemeralContainer</c> would be given for the same.</summary>
public sealed record KubectlFlags
{
    /// <summary>The flags of copies and node pods, which are other cmdlets'.</summary>
    private static readonly string[] s_otherModes = ["--copy-to", "--replace", "--same-node", "--set-image", "--share-processes"];

    private static readonly string[] s_switches = ["-i", "-t", "-q", "--stdin", "--tty", "--quiet", "--attach", "--arguments-only", "--replace", "--same-node", "--share-processes"];

    public List<string> Targets { get; } = [];

    public List<string> OtherModeFlags { get; } = [];

    public string? File { get; private set; }

    public string? PullPolicy { get; private set; }

    public string ProfileName { get; private set; } = "general";

    public bool Attach { get; private set; }

    public EphemeralContainerOptions Options { get; private set; } = new() { NoTarget = true };

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
            if (s_otherModes.Contains(name))
            {
                flags.OtherModeFlags.Add(name);
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
        flags.Options = options with { Env = env };
        return flags;
    }
}
