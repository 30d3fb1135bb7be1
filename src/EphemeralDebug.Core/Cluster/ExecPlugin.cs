using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>When a credential plugin may talk with the person at the terminal.</summary>
internal enum InteractiveMode
{
    Never,
    IfAvailable,
    Always,
}

/// <summary>The command that gives credentials, as <c>users[].user.exec</c> says it.</summary>
internal sealed class ExecPlugin
{
    internal const string V1 = "client.authentication.k8s.io/v1";
    internal const string V1Beta1 = "client.authentication.k8s.io/v1beta1";

    internal required string User { get; init; }

    /// <summary>A full path, or a bare name to be looked for in PATH.</summary>
    internal required string Command { get; init; }

    internal required string ApiVersion { get; init; }

    internal IReadOnlyList<string> Arguments { get; init; } = [];

    internal IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    internal string? InstallHint { get; init; }

    internal bool ProvideClusterInfo { get; init; }

    internal InteractiveMode InteractiveMode { get; init; }

    internal static ExecPlugin From(KubeConfigEntry user, JsonObject body)
    {
        KubeConfigEntry exec = user.Part("exec", body);
        string command = exec.Text("command") ?? throw exec.Wrong("command", "is missing");
        string version = exec.Text("apiVersion") ?? throw exec.Wrong("apiVersion", "is missing");
        if (version is not (V1 or V1Beta1)) throw Failure.ExecApiVersionUnsupported(user.Name, version);
        return new()
        {
            User = user.Name,
            Command = HasFolder(command) ? user.Resolve(command) : command,
            ApiVersion = version,
            Arguments = exec.Texts("args"),
            Variables = [.. (exec.List("env") ?? []).Select(variable => Variable(exec, variable))],
            InstallHint = exec.Text("installHint"),
            ProvideClusterInfo = exec.Flag("provideClusterInfo"),
            InteractiveMode = exec.Text("interactiveMode") switch
            {
                "Never" => InteractiveMode.Never,
                "IfAvailable" => InteractiveMode.IfAvailable,
                "Always" => InteractiveMode.Always,
                null when version == V1Beta1 => InteractiveMode.IfAvailable,
                null => throw exec.Wrong("interactiveMode", "must be given with v1 (Never, IfAvailable or Always)"),
                _ => throw exec.Wrong("interactiveMode", "must be Never, IfAvailable or Always"),
            },
        };
    }

    private static bool HasFolder(string command) =>
        command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || command.Contains(Path.AltDirectorySeparatorChar, StringComparison.Ordinal);

    private static KeyValuePair<string, string> Variable(KubeConfigEntry exec, JsonNode? node)
    {
        if (node is not JsonObject variable) throw exec.Wrong("env", "must be a list of name and value");
        string name = exec.TextOf(variable["name"], "env");
        if (name.Length == 0) throw exec.Wrong("env", "has a variable without a name");
        return new(name, variable["value"] is { } value ? exec.TextOf(value, "env") : "");
    }
}
