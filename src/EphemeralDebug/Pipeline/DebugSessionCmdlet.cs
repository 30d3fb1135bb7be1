using System.Collections;
using System.Globalization;
using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Terminal;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet that makes a debug container for each pod it is given, and enters the one that it made with -Interactive.</summary>
public abstract class DebugSessionCmdlet : PodCmdlet
{
    private readonly List<PodReference> _toEnter = [];

    /// <summary>The image; <c>busybox</c> by default.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>The command, after <c>--</c> or as a list; by default the image's own.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    public string[]? Command { get; set; }

    /// <summary>Takes the command as the arguments of the image's entry point.</summary>
    [Parameter]
    public SwitchParameter ArgumentsOnly { get; set; }

    /// <summary>Environment variables. They stand in the pod's specification for every reader: no secrets.</summary>
    [Parameter]
    public IDictionary? Env { get; set; }

    /// <summary>When the image is pulled; by default Always for <c>:latest</c> or no tag, else IfNotPresent.</summary>
    [Parameter]
    public ImagePullPolicy? ImagePullPolicy { get; set; }

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

    /// <summary>What the container may do; Auto takes the most capable of General, Baseline and Restricted that the namespace admits.</summary>
    [Parameter]
    public DebugProfile Profile { get; set; } = DebugProfile.Auto;

    /// <summary>A partial container that is merged over the profile: a file of JSON or YAML, a hashtable, or JSON text.</summary>
    [Parameter]
    public object? CustomProfile { get; set; }

    /// <summary>The numeric user that the process runs as.</summary>
    [Parameter]
    public long? RunAsUser { get; set; }

    /// <summary>The numeric group that the process runs as.</summary>
    [Parameter]
    public long? RunAsGroup { get; set; }

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
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            Visit = VisitAsAsked();
            Judge();
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null)); // it could be right for no pod
        }
    }

    /// <inheritdoc/>
    private protected override void TakeWords(string[] words) => Command = [.. words, .. Command ?? []]; // Get-Pod | New-EphemeralContainer -- sleep 600

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

    /// <summary>Reads the options and judges all that can be judged without a pod.</summary>
    /// <exception cref="DebugException">They can be right for no pod.</exception>
    private protected abstract void Judge();

    /// <summary>Makes what is asked for one pod, and gives it.</summary>
    private protected abstract void Make(PodReference pod);

    /// <summary>Makes it for the one pod, and enters it.</summary>
    private protected abstract void Enter(PodReference pod);

    private protected EnvironmentVariable[] EnvironmentVariables() => [.. (Env ?? new Hashtable()).Cast<DictionaryEntry>().Select(entry =>
        new EnvironmentVariable(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? ""))];

    private protected System.Text.Json.Nodes.JsonObject? ReadCustomProfile() => CustomProfile is null ? null : SpecDocument.Read(this, CustomProfile, nameof(CustomProfile));

    private VisitOptions? VisitAsAsked()
    {
        if (!Interactive)
        {
            string[] parameters = [nameof(StandardInput), nameof(DetachKeys), nameof(OutFile), nameof(AsByteStream), nameof(PassThru)];
            return parameters.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } alone ? throw Failure.InteractiveRequired(alone) : null;
        }

        if (NoWait) throw Failure.InteractiveExcludes(nameof(NoWait));
        if (DryRun) throw Failure.InteractiveExcludes(nameof(DryRun));
        ITerminal? terminal = StandardInput is null && OutFile is null && !AsByteStream ? Seat.Terminal(Host) : null;
        if (Tty && terminal is null)
            throw Failure.TerminalRequired($"{MyInvocation.MyCommand.Name} POD -Interactive -StandardInput 'ps; id' -- sh, without -Tty");
        return new VisitOptions
        {
            Terminal = terminal,
            Input = StandardInput ?? (Stdin && terminal is null ? Array.Empty<object>() : null),
            Detach = Core.Terminal.DetachKeys.Parse(DetachKeys),
            OutFile = OutFile is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(OutFile),
            AsBytes = AsByteStream,
            PassThru = PassThru,
            Wait = Waiting.Patience(TimeoutSec),
        };
    }
}
