using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using EphemeralDebug.Tour.Hosting.Shims;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>
/// A PowerShell session with a module loaded, hosted from the System.Management.Automation package: what is typed runs, and what
/// PowerShell shows for it goes to the host. One pipeline at a time.
/// </summary>
public sealed class EngineSession : IDisposable
{
    private PSModuleInfo? _module;

    private EngineSession(Runspace runspace) => Runspace = runspace;

    /// <summary>The runspace, open.</summary>
    public Runspace Runspace { get; }

    /// <summary>Opens a session that shows everything on <paramref name="host"/>, and imports a module.</summary>
    /// <param name="host">Where output and questions go.</param>
    /// <param name="manifest">The path of the module's manifest; null for a session without one.</param>
    /// <exception cref="RuntimeException">The module could not be imported.</exception>
    public static EngineSession Open(PSHost host, string? manifest)
    {
        // CreateDefault() asks for Microsoft.PowerShell.ConsoleHost.dll, which comes with pwsh and not with the package.
        InitialSessionState state = InitialSessionState.CreateDefault2();
        UtilityShims.AddTo(state);
        Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        try
        {
            runspace.Open();
            EngineSession session = new(runspace);
            if (manifest is not null) session.Import(manifest);
            return session;
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs a script and shows on the host what pwsh would show for it: tables, errors, warnings. Does not throw for what the
    /// script does wrong; that is in the result.
    /// </summary>
    /// <param name="script">What a user would type.</param>
    /// <param name="keepOutput">Whether the result holds the objects; without, those that passed by are free again.</param>
    /// <param name="cancellationToken">Stops the pipeline as Ctrl+C does.</param>
    public PipelineResult Run(string script, bool keepOutput = true, CancellationToken cancellationToken = default)
    {
        List<PSObject> output = [];
        List<ErrorRecord> errors = [];
        Action<PSObject> note = item =>
        {
            if (item.BaseObject is ErrorRecord error) errors.Add(error);
            else if (keepOutput) output.Add(item);
        };
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddScript(script, useLocalScope: false);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand(new CmdletInfo("Tee-Result", typeof(TeeResultCommand)))
            .AddParameter(nameof(TeeResultCommand.Note), note);
        shell.AddCommand("Out-Default");
        using PSDataCollection<PSObject> nothing = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(input: null, nothing, new PSInvocationSettings { AddToHistory = true }, null, null);
        // Only what has begun can be stopped. BeginStop and not Stop: the thread that cancels must not wait for the pipeline.
        using CancellationTokenRegistration stop = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            shell.EndInvoke(running);
        }
        catch (PipelineStoppedException)
        {
            return new PipelineResult(output, errors, Stopped: true);
        }
        catch (RuntimeException exception)
        {
            errors.Add(exception.ErrorRecord);
            Show(exception.ErrorRecord);
        }

        return new PipelineResult(output, errors, shell.InvocationStateInfo.State == PSInvocationState.Stopped);
    }

    /// <summary>Gives every cmdlet of the module that has a parameter a default value for it, as $PSDefaultParameterValues does.</summary>
    public void SetModuleDefault(string parameter, object value)
    {
        DefaultParameterDictionary defaults = [];
        foreach (CommandInfo command in _module?.ExportedCommands.Values.ToArray() ?? [])
            if (command.Parameters.ContainsKey(parameter)) defaults.Add($"{command.Name}:{parameter}", value);
        Runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", defaults);
    }

    /// <summary>Where Tab leads from a place in a line.</summary>
    /// <param name="line">What is typed so far.</param>
    /// <param name="cursor">The place of the cursor in it, from 0.</param>
    public CommandCompletion Complete(string line, int cursor)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        return CommandCompletion.CompleteInput(line, cursor, null, shell);
    }

    /// <inheritdoc/>
    public void Dispose() => Runspace.Dispose();

    private void Import(string manifest)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        _module = shell.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("PassThru")
            .AddParameter("ErrorAction", ActionPreference.Stop).Invoke<PSModuleInfo>().Single();
    }

    private void Show(ErrorRecord error)
    {
        // As pwsh's own console does: the mark makes Out-Default write an error and not an object.
        PSObject marked = PSObject.AsPSObject(error);
        if (marked.Properties["writeErrorStream"] is null) marked.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddCommand("Out-Default").Invoke(new[] { marked });
    }
}
