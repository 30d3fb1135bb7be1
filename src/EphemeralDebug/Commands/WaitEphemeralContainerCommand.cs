using System.Management.Automation;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Waits until ephemeral containers run or have ended, for many at once, and gives each back then.</summary>
[Cmdlet(VerbsLifecycle.Wait, "EphemeralContainer")]
[OutputType(typeof(EphemeralContainer))]
public sealed class WaitEphemeralContainerCommand : DebugContainerCmdlet
{
    /// <summary>What to wait for. One that has already ended counts as having run.</summary>
    [Parameter]
    [ValidateSet(nameof(ContainerState.Running), nameof(ContainerState.Terminated))]
    public ContainerState For { get; set; } = ContainerState.Running;

    /// <summary>How long to wait for each container, in seconds; 0 waits without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    internal override int MaxRunning => Waiting.MaxRunning;

    /// <inheritdoc/>
    private protected override void Process(PodReference pod, string? container)
    {
        string? ns = NamespaceOf(pod);
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            EphemeralContainer ended = await ContainerWait.RunAsync(
                watches,
                ns ?? watches.Api.Transport.DefaultNamespace,
                pod.Name,
                container,
                For == ContainerState.Running ? ContainerWait.HasStarted : ContainerWait.HasEnded,
                Waiting.Patience(TimeoutSec),
                listener,
                cancellationToken).ConfigureAwait(false);
            await voice.ObjectAsync(ended).ConfigureAwait(false);
        }, pod.Text);
    }
}
