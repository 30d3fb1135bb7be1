using System.Management.Automation;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>
/// A fresh PowerShell session with the built module (out/EphemeralDebug, as users import it). Each test takes its own; the assemblies of
/// the module are loaded once a process, as in pwsh.
/// </summary>
public sealed class ModuleEngine : IDisposable
{
    private readonly EngineSession _session;

    public ModuleEngine(bool import = true) =>
        _session = EngineSession.Open(new TextHost("EphemeralDebug.Module.Tests", UI), import ? BuiltModule.Manifest : null);

    /// <summary>What is shown and asked; set its width and its answers here.</summary>
    public TestHostUI UI { get; } = TestHostUI.Create();

    /// <summary>Runs a script to its end and gives its streams.</summary>
    /// <param name="script">What a user would type.</param>
    /// <param name="variables">Variables that it finds.</param>
    public RunResult Run(string script, params (string Name, object? Value)[] variables)
    {
        using PowerShell shell = Prepare(script, variables);
        int textBefore = UI.Text.Length;
        PSDataCollection<PSObject> output = [];
        ErrorRecord? failure = null;
        try
        {
            shell.Invoke(input: null, output);
        }
        catch (RuntimeException exception)
        {
            failure = exception.ErrorRecord;
        }

        return RunResult.Of(shell, output, failure, UI.Text[textBefore..]);
    }

    /// <summary>Runs a script as a user does at a prompt, and gives what is printed: tables, errors, warnings.</summary>
    public string Print(string script)
    {
        int textBefore = UI.Text.Length;
        _session.Run(script);
        return UI.Text[textBefore..];
    }

    /// <summary>Makes every cmdlet of the module take a kubeconfig by default, as $PSDefaultParameterValues does.</summary>
    public void UseKubeConfig(string path) => _session.SetModuleDefault("KubeConfig", path);

    /// <summary>Starts a script that the test will stop, or wait for.</summary>
    public RunningPipeline Start(string script, params (string Name, object? Value)[] variables) => new(Prepare(script, variables), UI);

    /// <summary>The texts that Tab offers at the end of a line.</summary>
    public IReadOnlyList<string> Complete(string line) =>
        [.. _session.Complete(line, line.Length).CompletionMatches.Select(match => match.CompletionText)];

    public void Dispose() => _session.Dispose();

    private PowerShell Prepare(string script, (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables) _session.Runspace.SessionStateProxy.SetVariable(name, value);
        PowerShell shell = PowerShell.Create(_session.Runspace);
        shell.AddScript(script, useLocalScope: false);
        return shell;
    }
}
