using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Lists nodes as objects, as <c>kubectl get nodes</c> shows them.</summary>
[Cmdlet(VerbsCommon.Get, "Node")]
[OutputType(typeof(NodeInfo))]
public sealed class GetNodeCommand : KubernetesCmdlet
{
    /// <summary>Names, or wildcards; all nodes by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NodeCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>A label selector in kubectl's grammar: <c>node-role.kubernetes.io/control-plane</c>.</summary>
    [Parameter]
    [Alias("Selector", "l")]
    public string? Label { get; set; }

    /// <summary>A field selector: <c>spec.unschedulable=true</c>.</summary>
    [Parameter]
    [Alias("FieldSelector")]
    public string? Field { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ConnectionRequest cluster = Cluster();
        ObjectNames names = new(Name, "node", "nodes", "no");
        Start(async (voice, cancellationToken) =>
        {
            foreach (string wrong in names.Invalid)
            {
                await voice.ErrorAsync(Errors.ErrorRecords.From(Failure.InvalidObjectName("node", wrong), wrong)).ConfigureAwait(false);
            }

            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            NodeQuery query = new() { LabelSelector = Label };
            foreach (string? fields in names.Narrow(Field))
            {
                await foreach (NodeInfo node in api.ListNodesAsync(query with { FieldSelector = fields }, cancellationToken).ConfigureAwait(false))
                {
                    if (names.Accept(node.Name)) await voice.ObjectAsync(node).ConfigureAwait(false);
                }
            }

            foreach (string missing in names.NotFound)
            {
                await voice.ErrorAsync(Errors.ErrorRecords.From(Failure.NodeNotFound(missing), missing)).ConfigureAwait(false);
            }
        });
    }
}
