using System.Globalization;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>What the command line of <c>compare</c> asks for.</summary>
internal sealed record CompareArguments
{
    internal const string Usage = """
        Usage: EphemeralDebug.Bench compare [-KubeConfig FILE] [-Context NAME] [-Namespace NS] [-Image IMAGE] [-Pods N] [-Kubectl PATH] [-Pwsh PATH] [-Only 1,3]

          Compares this module with kubectl, on a simulated cluster, or on your own with
            -KubeConfig FILE   that kubeconfig file
            -Context NAME      that context of the kubeconfig
            -Namespace NS      the namespace that gets the pods; it must exist (the context's)
          -Image IMAGE         the image of all containers; it must have sh (busybox)
          -Pods N              how many pods are made (30 on your own cluster, 100 on the simulated one)
          -Kubectl PATH        the kubectl to compare with (kubectl)
          -Pwsh PATH           the pwsh to measure a cold start with (pwsh)
          -Only 1,3            only these parts: 1 one command, 2 many pods, 3 a bad image, 4 lists, 5 cold start, 6 streams, 7 growth
        """;

    private static readonly int[] s_all = [1, 2, 3, 4, 5, 6, 7];

    /// <summary>A cluster's kubeconfig file, in place of the sandbox.</summary>
    internal string? KubeConfig { get; private init; }

    /// <summary>A cluster's context, in place of the sandbox.</summary>
    internal string? Context { get; private init; }

    /// <summary>The namespace that gets the pods; null for the context's.</summary>
    internal string? Namespace { get; private init; }

    /// <summary>The image of all containers.</summary>
    internal string Image { get; private init; } = "busybox";

    /// <summary>How many pods are made; null for the default.</summary>
    internal int? Pods { get; private init; }

    /// <summary>The kubectl to compare with.</summary>
    internal string Kubectl { get; private init; } = "kubectl";

    /// <summary>The pwsh to measure a cold start with.</summary>
    internal string Pwsh { get; private init; } = "pwsh";

    /// <summary>The parts to run.</summary>
    internal IReadOnlyList<int> Only { get; private init; } = s_all;

    /// <summary>Whether there is a cluster of the user's own.</summary>
    internal bool OwnCluster => KubeConfig is not null || Context is not null;

    /// <summary>Reads a command line; where it cannot be understood the arguments are null and the message says why.</summary>
    internal static (CompareArguments? Arguments, string? Problem) Parse(ReadOnlySpan<string> args)
    {
        CompareArguments read = new();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) return (null, $"{args[i]} needs a value.");
            string value = args[i + 1];
            CompareArguments? next = args[i].ToUpperInvariant() switch
            {
                "-KUBECONFIG" => read with { KubeConfig = Path.GetFullPath(value) },
                "-CONTEXT" => read with { Context = value },
                "-NAMESPACE" => read with { Namespace = value },
                "-IMAGE" => read with { Image = value },
                "-PODS" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int pods) && pods is >= 2 and <= 10_000 => read with { Pods = pods },
                "-KUBECTL" => read with { Kubectl = value },
                "-PWSH" => read with { Pwsh = value },
                "-ONLY" when Parts(value) is { } parts => read with { Only = parts },
                _ => null,
            };
            if (next is null) return (null, $"'{args[i]} {value}' is not understood.");
            read = next;
        }
        return read.OwnCluster || read.Namespace is null ? (read, null) : (null, "-Namespace is for a cluster of your own: it needs -KubeConfig or -Context.");
    }

    private static int[]? Parts(string value)
    {
        int[] parts = [.. value.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return parts.All(s_all.Contains) ? parts : null;
    }
}
