using System.Diagnostics;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>A genuine kubectl, pointed at a sandbox. Where there is none on PATH, the test says so and is skipped.</summary>
internal sealed class Kubectl(ApiSandbox sandbox) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandbox-kubectl-").FullName;

    internal string Folder => _folder;

    /// <summary>Runs it; fails the test where it ends with another exit code.</summary>
    internal Task<string> RunAsync(int exitCode, string? input, params string[] arguments) => RunAsync(exitCode, input, closeInput: true, arguments);

    /// <summary>The same; the input may stay open, as that of a person at a terminal does.</summary>
    internal async Task<string> RunAsync(int exitCode, string? input, bool closeInput, string[] arguments)
    {
        string kubectl = OperatingSystem.IsWindows() ? "kubectl.exe" : "kubectl";
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, kubectl))),
            "There is no kubectl on PATH.");
        string config = sandbox.WriteKubeConfig(Path.Combine(_folder, "config"));
        ProcessStartInfo start = new(kubectl, ["--kubeconfig", config, "--cache-dir", Path.Combine(_folder, "cache"), .. arguments])
        {
            RedirectStandardInput = input is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            if (closeInput) process.StandardInput.Close();
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == exitCode, $"kubectl {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{await error}\n"
            + string.Join("\n", sandbox.Requests.TakeLast(8)));
        return await output;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
