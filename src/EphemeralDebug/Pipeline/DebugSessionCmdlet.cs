using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet that makes debug containers, and enters the one that it made with -Interactive.</summary>
public abstract class DebugSessionCmdlet : DebugProcessCmdlet, ISessionParameters
{
    private readonly List<PodReference> _toEnter = [];

    /// <summary>Keeps standard input open.</summary>
    [Parameter]
    [Alias("i")]
    public SwitchParameter Stdin { get; set; }

    /// <summary>Closes standard input when the first client goes.</summary>
    [Parameter]
    public SwitchParameter StdinOnce { get; set; }

    /// <summary>Gives the process a terminal; needs -Stdin.</summary>
    [Parameter]
    [Alias("t")]
    public SwitchParameter Tty { get; set; }

    /// <summary>Enters the container as soon as it runs; one pod only.</summary>
    [Parameter]
    [Alias("it")]
    public SwitchParameter Interactive { get; set; }

    /// <summary>With -Interactive: what to send to standard input: text, lines, bytes or a file. Then no terminal is used.</summary>
    [Parameter]
    public object? StandardInput { get; set; }

    /// <summary>With -Interactive: the keys that leave the session and let the container run; <c>ctrl-p,ctrl-q</c> by default, <c>none</c> for none.</summary>
    [Parameter]
    public string? DetachKeys { get; set; }

    /// <summary>With -Interactive: writes the output to this file, byte for byte.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>With -Interactive: gives the output as bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>With -Interactive: gives what was made at the end, with the exit code.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Lets the server judge the real request, without storing it.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Returns as soon as the server has accepted.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait for each container, in seconds; 0 waits without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    internal override int MaxRunning => Waiting.MaxRunning;

    /// <summary>How the one container is entered; null without -Interactive.</summary>
    internal VisitOptions? Visit { get; private set; }

    /// <summary>How long to wait; null for not at all.</summary>
    private protected TimeSpan? Wait => NoWait ? null : Waiting.Patience(TimeoutSec);

    // Input that ends must be able to: without stdinOnce a genuine kubelet loses the output, and the process stays.
    private protected bool WantsStdin => Stdin || Visit is { Terminal: not null } or { Input: not null };

    private protected bool WantsStdinOnce => (StdinOnce && Visit is not { Terminal: null, Input: null }) || Visit?.Input is not null;

    private protected bool WantsTty => Tty || Visit?.Terminal is not null;

    /// <inheritdoc/>
    private protected override void Judge() => Visit = VisitAsAsked();

    /// <inheritdoc/>
    private protected override void Process(PodReference pod)
    {
        if (Interactive) _toEnter.Add(pod);
        else Make(pod);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_toEnter.Count > 1) ThrowTerminatingError(ErrorRecords.From(Failure.OnePodOnly([.. _toEnter.Select(pod => pod.Name)], MyInvocation.MyCommand.Name), target: null));
        foreach (PodReference pod in _toEnter) Enter(pod);
        base.EndProcessing();
    }

    /// <summary>Makes what is asked for one pod, and gives it.</summary>
    private protected abstract void Make(PodReference pod);

    /// <summary>Makes it for the one pod, and enters it.</summary>
    private protected abstract void Enter(PodReference pod);

    private VisitOptions? VisitAsAsked()
    {
        if (!Interactive) return SessionParameters.FirstGiven(MyInvocation) is { } alone ? throw Failure.InteractiveRequired(alone) : null;
        if (NoWait) throw Failure.InteractiveExcludes(nameof(NoWait));
        if (DryRun) throw Failure.InteractiveExcludes(nameof(DryRun));
        ITerminal? terminal = SessionParameters.Terminal(this, StandardInput);
        if (Tty && terminal is null)
            throw Failure.TerminalRequired($"{MyInvocation.MyCommand.Name} POD -Interactive -StandardInput 'ps; id' -- sh, without -Tty");
        return SessionParameters.Visit(this, terminal, StandardInput ?? (Stdin && terminal is null ? Array.Empty<object>() : null));
    }
}
