using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Runs a credential plugin. Its standard error goes to the terminal, as with kubectl, because logins by device code print there; its
/// standard output is the credential and is never shown.
/// </summary>
internal static class ExecProcess
{
    private const int MaxOutput = 1 << 20;

    /// <summary>What the plugin printed.</summary>
    /// <param name="plugin">What to run.</param>
    /// <param name="info">The value of <c>KUBERNETES_EXEC_INFO</c>.</param>
    /// <param name="interactive">Whether it gets this process' standard input.</param>
    /// <param name="environment">Where PATH comes from.</param>
    /// <param name="cancellationToken">Kills it.</param>
    internal static async Task<string> RunAsync(ExecPlugin plugin, string info, bool interactive, ClusterEnvironment environment, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(Locate(plugin.Command, environment) ?? throw Failure.ExecPluginNotFound(plugin.Command, plugin.User, plugin.InstallHint))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
            RedirectStandardInput = !interactive,
        };
        foreach (string argument in plugin.Arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in plugin.Variables) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = info;

        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception inner)
        {
            throw Failure.ExecPluginNotStarted(plugin.Command, plugin.User, inner.Message, plugin.InstallHint);
        }
        // A read from a pipe may not be cancellable; a dead process closes it.
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static process => Kill((Process)process!), process);
        try
        {
            if (!interactive) process.StandardInput.Close();
            string output = await ReadAsync(plugin, process.StandardOutput, cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return process.ExitCode == 0 ? output : throw Failure.ExecPluginFailed(plugin.Command, plugin.User, process.ExitCode, plugin.InstallHint);
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    /// <summary>Only PATH is searched: neither the current folder nor this program's own, as in Go and unlike .NET.</summary>
    private static string? Locate(string command, ClusterEnvironment environment)
    {
        string[] endings = OperatingSystem.IsWindows() && !Path.HasExtension(command)
            ? (environment.Value("PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries)
            : [""];
        IEnumerable<string> places = Path.IsPathFullyQualified(command)
            ? [command]
            : (environment.Value("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, command));
        return places.SelectMany(place => endings.Select(ending => place + ending)).FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static async Task<string> ReadAsync(ExecPlugin plugin, StreamReader output, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        char[] buffer = new char[4096];
        int read;
        while ((read = await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (text.Length + read > MaxOutput) throw Failure.ExecPluginAnswer(plugin.Command, plugin.User, "it printed more than a credential");
            text.Append(buffer, 0, read);
        }
        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or NotSupportedException)
        {
        }
    }
}
