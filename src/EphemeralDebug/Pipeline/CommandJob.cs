using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// A cmdlet of this module that runs in a session of its own beside the prompt: what -AsJob gives. Get-Job, Wait-Job, Receive-Job, Stop-Job
/// and Remove-Job treat it as any other.
/// </summary>
public sealed class CommandJob : Job
{
    private readonly Runspace _runspace;
    private readonly PowerShell _shell;

    private CommandJob(string command, Runspace runspace, PowerShell shell) : base(command)
    {
        (_runspace, _shell) = (runspace, shell);
        PSJobTypeName = nameof(CommandJob);
        Error = shell.Streams.Error;
        Warning = shell.Streams.Warning;
        Verbose = shell.Streams.Verbose;
        Debug = shell.Streams.Debug;
        Progress = shell.Streams.Progress;
        Information = shell.Streams.Information;
        shell.InvocationStateChanged += (_, change) => SetJobState(change.InvocationStateInfo.State switch
        {
            PSInvocationState.Completed => JobState.Completed,
            PSInvocationState.Failed => JobState.Failed,
            PSInvocationState.Stopped => JobState.Stopped,
            PSInvocationState.Stopping => JobState.Stopping,
            _ => JobState.Running,
        });
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count > 0;

    /// <inheritdoc/>
    public override string Location => "Kubernetes";

    /// <inheritdoc/>
    public override string StatusMessage => JobStateInfo.Reason?.Message ?? "";

    /// <summary>Starts a cmdlet of this module.</summary>
    /// <param name="invocation">The cmdlet, as it was called.</param>
    /// <param name="parameters">Its parameters, without -AsJob.</param>
    /// <param name="input">What is piped to it.</param>
    internal static CommandJob Start(InvocationInfo invocation, IEnumerable<KeyValuePair<string, object?>> parameters, IEnumerable<object> input)
    {
        PSModuleInfo module = invocation.MyCommand.Module;
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([Path.Combine(module.ModuleBase, module.Name + ".psd1")]);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        PowerShell? shell = null;
        try
        {
            runspace.Open();
            shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddCommand(invocation.MyCommand.Name);
            foreach ((string name, object? value) in parameters) shell.AddParameter(name, value);
            CommandJob job = new(invocation.Line.Trim(), runspace, shell);
            PSDataCollection<object> piped = [.. input];
            piped.Complete();
            shell.BeginInvoke(piped, job.Output);
            return job;
        }
        catch
        {
            shell?.Dispose();
            runspace.Dispose();
            throw;
        }
    }

    /// <summary>Stops it, as Ctrl+C would.</summary>
    public override void StopJob() => _shell.Stop();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _shell.Dispose();
            _runspace.Dispose();
        }

        base.Dispose(disposing);
    }
}
