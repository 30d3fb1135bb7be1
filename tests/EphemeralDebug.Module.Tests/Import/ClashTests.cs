using System.Reflection;
using System.Reflection.Emit;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Import;

/// <summary>
/// People who debug Kubernetes have powershell-yaml or Az.Aks loaded, each with a YamlDotNet of its own. Load contexts are
/// process-wide, so this runs in a process of its own: the tour's prompt, with such an assembly loaded before anything else.
/// </summary>
public sealed class ClashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ephemeraldebug-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_module_is_imported_beside_a_foreign_YamlDotNet()
    {
        string[] lines = await RunWithForeignYamlDotNetAsync("(Get-Module EphemeralDebug).Name");

        Assert.Contains("EphemeralDebug", lines);
        Assert.Contains("YamlDotNet 5.0.0.0 in Default", lines);
    }

    [Fact]
    public async Task Reading_a_kubeconfig_takes_the_modules_own_YamlDotNet()
    {
        // Valid YAML, and nobody listens on that port: the cmdlet reads the file, and fails at the connection.
        string kubeConfig = Path.Combine(_folder.FullName, "config");
        await File.WriteAllTextAsync(kubeConfig, """
            apiVersion: v1
            kind: Config
            current-context: nowhere
            clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:1"}}]
            contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
            users: [{name: nobody, user: {token: none}}]
            """, TestContext.Current.CancellationToken);
        string[] lines = await RunWithForeignYamlDotNetAsync($"try {{ Get-Pod -KubeConfig '{kubeConfig}' -ErrorAction Stop }} catch {{ $_.CategoryInfo.Category.ToString() }}");

        Assert.Contains("ConnectionError", lines);
        Assert.Contains("YamlDotNet 5.0.0.0 in Default", lines);
        Assert.Contains(lines, line => line.StartsWith("YamlDotNet 18.", StringComparison.Ordinal) && line.EndsWith(" in EphemeralDebug", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("EphemeralDebug.Core ", StringComparison.Ordinal) && line.EndsWith(" in EphemeralDebug", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("EphemeralDebug.Core ", StringComparison.Ordinal) && line.EndsWith(" in Default", StringComparison.Ordinal));
    }

    private async Task<string[]> RunWithForeignYamlDotNetAsync(string command)
    {
        const string ListAssemblies = """
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -in 'YamlDotNet', 'EphemeralDebug.Core' } | ForEach-Object { '{0} {1} in {2}' -f $_.GetName().Name, $_.GetName().Version, [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name }
            """;
        // --context makes it start no sandbox; no cluster is asked.
        using TourProcess shell = TourProcess.Start(
            ["shell", "--context", "nowhere"],
            ("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location), (StartupHook.Preload, BuildForeignYamlDotNet()));
        await shell.Input.WriteLineAsync(command);
        await shell.Input.WriteLineAsync(ListAssemblies);
        (_, string[] output, string errors) = await shell.EndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", errors);
        return output;
    }

    private string BuildForeignYamlDotNet()
    {
        PersistedAssemblyBuilder assembly = new(new AssemblyName("YamlDotNet") { Version = new Version(5, 0, 0, 0) }, typeof(object).Assembly);
        assembly.DefineDynamicModule("YamlDotNet").DefineType("YamlDotNet.Foreign", TypeAttributes.Public).CreateType();
        string path = Path.Combine(_folder.FullName, "YamlDotNet.dll");
        assembly.Save(path);
        return path;
    }
}
