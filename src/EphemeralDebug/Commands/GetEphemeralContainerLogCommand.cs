using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Reads what ephemeral containers have written, line by line.</summary>
[Cmdlet(VerbsCommon.Get, "EphemeralContainerLog")]
[OutputType(typeof(string))]
public sealed class GetEphemeralContainerLogCommand : DebugContainerCmdlet
{
    /// <summary>Goes on until the container ends, or Ctrl+C.</summary>
    [Parameter]
    [Alias("f")]
    public SwitchParameter Follow { get; set; }

    /// <summary>Only the last lines.</summary>
    [Parameter]
    [Alias("TailLines")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Only lines younger than this: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, a number of seconds, or a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Since { get; set; }

    /// <summary>Begins each line with its time (RFC 3339, UTC).</summary>
    [Parameter]
    public SwitchParameter Timestamps { get; set; }

    /// <summary>Gives the lines as the container wrote them, control characters among them. They can make a terminal do things.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    internal override int MaxRunning => Follow ? 64 : 1; // one after the other, unless they have no end

    /// <inheritdoc/>
    private protected override void Process(PodReference pod, string? container)
    {
        string? ns = NamespaceOf(pod);
        ConnectionRequest cluster = Cluster(pod);
        Start(async (voice, cancellationToken) =>
        {
            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            string known = ns ?? api.Transport.DefaultNamespace;
            string name = container ?? (await FindEphemeralContainer.LastAsync(api, known, pod.Name, cancellationToken).ConfigureAwait(false)).Name;
            LogQuery query = new()
            {
                Container = name,
                Follow = Follow,
                TailLines = Tail,
                SinceSeconds = Since is { } since ? Math.Max(1, (long)Math.Ceiling(since.TotalSeconds)) : null,
                Timestamps = Timestamps,
            };
            Stream log = await api.OpenLogAsync(known, pod.Name, query, cancellationToken).ConfigureAwait(false);
            await using (log.ConfigureAwait(false))
            {
                await foreach (string line in KubernetesApi.ReadLinesAsync(log, cancellationToken).ConfigureAwait(false))
                {
                    await voice.ObjectAsync(Raw ? line : PlainText.Clean(line, keepLayout: true)).ConfigureAwait(false);
                }
            }
        }, pod.Text);
    }
}
