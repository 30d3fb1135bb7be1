using System.Diagnostics;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>The tour program as a process of its own, with its input and output redirected.</summary>
public sealed class TourProcess : IDisposable
{
    private readonly Process _process;

    private TourProcess(Process process) => _process = process;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Its standard input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Its standard output.</summary>
    public StreamReader Output => _process.StandardOutput;

    public static TourProcess Start(IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "EphemeralDebug.Tour.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new TourProcess(Process.Start(start)!);
    }

    /// <summary>Closes the input, waits for the end, and gives the exit code, the lines of the rest of the output, and the errors.</summary>
    public async Task<(int ExitCode, string[] Output, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        Input.Close();
        Task<string> output = Output.ReadToEndAsync(cancellationToken);
        Task<string> errors = _process.StandardError.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, (await output).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), await errors);
    }

    public void Dispose()
    {
        // A test that failed half-way leaves nothing running behind.
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
