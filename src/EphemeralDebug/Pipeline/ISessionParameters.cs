using System.Management.Automation;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// The parameters of every cmdlet that enters a container. An interface: the cmdlets that have them, of pods, of containers and of nodes,
/// have no base in common that others do not have too.
/// </summary>
internal interface ISessionParameters
{
    /// <summary>What to send to standard input.</summary>
    object? StandardInput { get; }

    /// <summary>The keys that leave.</summary>
    string? DetachKeys { get; }

    /// <summary>The file that takes the output.</summary>
    string? OutFile { get; }

    /// <summary>Whether output comes as bytes.</summary>
    SwitchParameter AsByteStream { get; }

    /// <summary>Whether the container is given at the end.</summary>
    SwitchParameter PassThru { get; }

    /// <summary>How long to wait for the container, in seconds; 0 waits without end.</summary>
    int TimeoutSec { get; }
}

/// <summary>What <see cref="ISessionParameters"/> mean.</summary>
internal static class SessionParameters
{
    private static readonly string[] s_ofSessionAlone =
        [nameof(ISessionParameters.StandardInput), nameof(ISessionParameters.DetachKeys), nameof(ISessionParameters.OutFile), nameof(ISessionParameters.AsByteStream), nameof(ISessionParameters.PassThru)];

    /// <summary>The first that was given of those that mean nothing where no container is entered; null for none.</summary>
    internal static string? FirstGiven(InvocationInfo invocation) => s_ofSessionAlone.FirstOrDefault(invocation.BoundParameters.ContainsKey);

    /// <summary>The terminal of the session; null where its input or output goes another way, or nobody sits at one.</summary>
    internal static ITerminal? Terminal<T>(T cmdlet, object? input) where T : KubernetesCmdlet, ISessionParameters =>
        input is null && cmdlet.OutFile is null && !cmdlet.AsByteStream ? Seat.Terminal(cmdlet.Host) : null;

    /// <summary>The visit that they ask for.</summary>
    /// <exception cref="Core.DebugException">No such keys.</exception>
    internal static VisitOptions Visit<T>(T cmdlet, ITerminal? terminal, object? input) where T : KubernetesCmdlet, ISessionParameters => new()
    {
        Terminal = terminal,
        Input = input,
        Detach = DetachKeys.Parse(cmdlet.DetachKeys),
        OutFile = cmdlet.OutFile is { } file ? cmdlet.FullPath(file) : null,
        AsBytes = cmdlet.AsByteStream,
        PassThru = cmdlet.PassThru,
        Wait = Waiting.Patience(cmdlet.TimeoutSec),
    };
}
