using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Lists pods as objects, page by page, as <c>kubectl get pods</c> shows them.</summary>
[Cmdlet(VerbsCommon.Get, "Pod")]
[OutputType(typeof(PodInfo))]
public sealed class GetPodCommand : NamespacedCmdlet
{
    /// <summary>Names, or wildcards; all pods by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Pod")]
    [ArgumentCompleter(typeof(PodCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Pods of all namespaces.</summary>
    [Parameter]
    [Alias("A")]
    public SwitchParameter AllNamespaces { get; set; }

    /// <summary>A label selector in kubectl's grammar: <c>app=web,tier!=test</c>.</summary>
    [Parameter]
    [Alias("Selector", "l")]
    public string? Label { get; set; }

    /// <summary>A field selector: <c>status.phase=Running</c>.</summary>
    [Parameter]
    [Alias("FieldSelector")]
    public string? Field { get; set; }

    /// <summary>Only pods on this node.</summary>
    [Parameter]
    [Alias("NodeName")]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string? Node { get; set; }

    /// <summary>Only the pods of this workload: <c>deploy/web</c>, <c>statefulset/db</c>, <c>cronjob/report</c>.</summary>
    [Parameter]
    public string? Workload { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ConnectionRequest cluster = Cluster();
        ObjectNames names = new(Name, "pod", "pods", "po");
        string? ns = NamespaceOf();
        Start(async (voice, cancellationToken) =>
        {
            foreach (string wrong in names.Invalid)
            {
                await voice.ErrorAsync(Errors.ErrorRecords.From(Failure.InvalidPodName(wrong), wrong)).ConfigureAwait(false);
            }

            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            PodQuery query = await QueryAsync(api, ns, cancellationToken).ConfigureAwait(false);
            bool any = names.Invalid.Count > 0;
            foreach (string? fields in names.Narrow(Field))
            {
                await foreach (PodInfo pod in api.ListPodsAsync(query with { FieldSelector = fields }, cancellationToken).ConfigureAwait(false))
                {
                    any = true;
                    if (names.Accept(pod.Name)) await voice.ObjectAsync(AllNamespaces ? WithNamespaceColumn(pod) : pod).ConfigureAwait(false);
                }
            }

            if (!any && query.Namespace is { } empty) await api.CheckNamespaceAsync(empty, cancellationToken).ConfigureAwait(false);
            foreach (string missing in names.NotFound)
            {
                await voice.ErrorAsync(Errors.ErrorRecords.From(Failure.PodNotFound(query.Namespace, missing), missing)).ConfigureAwait(false);
            }
        });
    }

    private async ValueTask<PodQuery> QueryAsync(KubernetesApi api, string? ns, CancellationToken cancellationToken)
    {
        ns ??= api.Transport.DefaultNamespace;
        PodQuery query = new() { Namespace = AllNamespaces ? null : ns, LabelSelector = Label, Node = Node };
        if (Workload is null) return query;
        if (AllNamespaces || Label is not null) throw Failure.WorkloadWithOtherSelection(AllNamespaces ? "-AllNamespaces" : "-Label");
        WorkloadPods pods = await api.ResolveWorkloadAsync(ns, Workload, cancellationToken).ConfigureAwait(false);
        return query with { LabelSelector = pods.LabelSelector, OwnerUids = pods.OwnerUids };
    }

    // The view of this type name has a column more.
    private static PSObject WithNamespaceColumn(PodInfo pod)
    {
        PSObject shown = new(pod);
        shown.TypeNames.Insert(0, "EphemeralDebug.PodInfo#AllNamespaces");
        return shown;
    }
}
