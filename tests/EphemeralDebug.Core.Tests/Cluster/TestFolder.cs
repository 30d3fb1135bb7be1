using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>A folder for a test's files, and an environment that has nothing but what the test gives.</summary>
internal sealed class TestFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("ephemeraldebug-").FullName;

    internal Dictionary<string, string?> Variables { get; } = new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH") };

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    internal bool Terminal { get; set; }

    private ConnectionCache? _cache;

    internal ClusterEnvironment Surroundings => new()
    {
        Variable = name => Variables.GetValueOrDefault(name),
        ServiceAccountFolder = Path("serviceaccount"),
        Time = Time,
        InputIsTerminal = () => Terminal,
    };

    internal ConnectionCache Cache => _cache ??= new(Surroundings);

    internal string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    internal string Write(string name, string text)
    {
        string path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A program that is a shell script.</summary>
    internal string Script(string name, string body)
    {
        string path = Write(name, "#!/bin/sh\n" + body);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A kubeconfig of one context; cluster and user are given as flow YAML.</summary>
    internal string KubeConfig(Uri server, string cluster, string user, string name = "config") => Write(name, $$"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - {name: here, context: {cluster: c, user: u, namespace: shop} }
        clusters:
        - {name: c, cluster: {server: '{{server}}', {{cluster}} } }
        users:
        - {name: u, user: { {{user}} } }
        """);

    internal ClusterConnection Open(string kubeConfig, string? context = null) => Cache.Open(new(kubeConfig, context));

    internal ClusterConnection Connect(TestServer server, TestAuthority authority, string user = "") =>
        Open(KubeConfig(server.Address, $"certificate-authority-data: {authority.Data}", user));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
