using System.Management.Automation;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Ends ephemeral containers, and gives each back with what ended it.</summary>
[Cmdlet(VerbsLifecycle.Stop, "EphemeralContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(EphemeralContainer))]
public sealed class StopEphemeralContainerCommand : DebugContainerCmdlet
{
    /// <summary>How long after HUP comes KILL, in seconds; 0 sends KILL at once.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int GraceSec { get; set; } = 5;

    /// <summary>How long each container may take altogether, in seconds; 0 sets no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    internal override int MaxRunning => Waiting.MaxRunning;

    /// <inheritdoc/>
    private protected override void Process(PodReference pod, string? container)
    {
        string? ns = NamespaceOf(pod);
        if (!ShouldProcess(pod.PathIn(ns), $"Stop {(container is null ? "the ephemeral container that was added last" : $"the ephemeral container {container}")}")) return;
        StartWaiting(Cluster(pod), async (watches, listener, voice, cancellationToken) =>
        {
            StopRequest request = new()
            {
                Namespace = ns ?? watches.Api.Transport.DefaultNamespace,
                Pod = pod.Name,
                PodUid = pod.Uid,
                Container = container,
                Grace = TimeSpan.FromSeconds(GraceSec),
                Timeout = Waiting.Patience(TimeoutSec),
            };
            await voice.ObjectAsync(await StopEphemeralContainer.RunAsync(watches, request, listener, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, pod.Text);
    }
}
