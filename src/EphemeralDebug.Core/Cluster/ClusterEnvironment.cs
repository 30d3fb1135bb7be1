namespace EphemeralDebug.Core.Cluster;

/// <summary>What reaching a cluster takes from the machine and the process; tests give their own.</summary>
internal sealed class ClusterEnvironment
{
    internal static ClusterEnvironment Process { get; } = new();

    /// <summary>Reads an environment variable; null where it is not set.</summary>
    internal Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where Kubernetes puts a pod's own credentials.</summary>
    internal string ServiceAccountFolder { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether a person can answer at standard input.</summary>
    internal Func<bool> InputIsTerminal { get; init; } = () => !Console.IsInputRedirected;

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A variable's value; null where it is not set or empty.</summary>
    internal string? Value(string name) => Variable(name) is { Length: > 0 } value ? value : null;
}
