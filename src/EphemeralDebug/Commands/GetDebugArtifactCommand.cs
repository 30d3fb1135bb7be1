using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Lists what debugging left in a namespace or a cluster, whichever tool made it.</summary>
[Cmdlet(VerbsCommon.Get, "DebugArtifact")]
[OutputType(typeof(DebugArtifact))]
public sealed class GetDebugArtifactCommand : NamespacedCmdlet
{
    /// <summary>What all namespaces hold, and the namespaces that were made for debugging.</summary>
    [Parameter]
    [Alias("A")]
    public SwitchParameter AllNamespaces { get; set; }

    /// <summary>Only in pods, and only namespaces, that this label selector selects.</summary>
    [Parameter]
    [Alias("Selector", "l")]
    public string? Label { get; set; }

    /// <summary>Only artifacts of these kinds.</summary>
    [Parameter]
    public DebugArtifactKind[]? Kind { get; set; }

    /// <summary>Only what these tools made; wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DebugToolCompleter))]
    [SupportsWildcards]
    public string[]? Tool { get; set; }

    private bool IsAskedForNamespaces => Kind?.Contains(DebugArtifactKind.Namespace) == true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ConnectionRequest cluster = Cluster();
        string? ns = NamespaceOf();
        Start(async (voice, cancellationToken) =>
        {
            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            if (Kind is null || Kind.Any(kind => kind != DebugArtifactKind.Namespace))
            {
                string? within = AllNamespaces ? null : ns ?? api.Transport.DefaultNamespace;
                await SayAsync(FindArtifacts.InPodsAsync(api, within, Label, cancellationToken), voice).ConfigureAwait(false);
            }

            if (IsAskedForNamespaces || (AllNamespaces && Kind is null)) await SayNamespacesAsync(api, voice, cancellationToken).ConfigureAwait(false);
        });
    }

    // Who may list pods may often not list namespaces. Who asks for them must hear it.
    private async Task SayNamespacesAsync(KubernetesApi api, Pump.Voice voice, CancellationToken cancellationToken)
    {
        try
        {
            await SayAsync(FindArtifacts.NamespacesAsync(api, Label, cancellationToken), voice).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 403 && !IsAskedForNamespaces)
        {
            await voice.VerboseAsync($"Namespaces that were made for debugging are left out: {e.Message}").ConfigureAwait(false);
        }
    }

    private async Task SayAsync(IAsyncEnumerable<DebugArtifact> artifacts, Pump.Voice voice)
    {
        WildcardPattern[]? tools = Tool is null ? null : [.. Tool.Select(tool => WildcardPattern.Get(tool, WildcardOptions.IgnoreCase))];
        await foreach (DebugArtifact artifact in artifacts.ConfigureAwait(false))
        {
            bool isWanted = (Kind is null || Kind.Contains(artifact.Kind)) && (tools is null || tools.Any(tool => tool.IsMatch(artifact.Tool)));
            if (isWanted) await voice.ObjectAsync(artifact).ConfigureAwait(false);
        }
    }
}
