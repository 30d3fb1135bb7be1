using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Lists ephemeral containers with their states: of pods, of a namespace, or of all namespaces.</summary>
[Cmdlet(VerbsCommon.Get, "EphemeralContainer")]
[OutputType(typeof(EphemeralContainer))]
public sealed class GetEphemeralContainerCommand : PodCmdlet
{
    // Pods are read several at once, and their containers come in the order of the pods all the same.
    private readonly SpeakingOrder _order = new();

    /// <summary>The containers' names, or wildcards.</summary>
    [Parameter(Position = 1)]
    [Alias("c")]
    [ArgumentCompleter(typeof(EphemeralContainerCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>The ephemeral containers of all namespaces.</summary>
    [Parameter]
    [Alias("A")]
    public SwitchParameter AllNamespaces { get; set; }

    /// <summary>Only pods that this label selector selects.</summary>
    [Parameter]
    [Alias("Selector", "l")]
    public string? Label { get; set; }

    /// <summary>Only containers in these states.</summary>
    [Parameter]
    public ContainerState[]? State { get; set; }

    /// <inheritdoc/>
    internal override int MaxRunning => 16;

    /// <inheritdoc/>
    private protected override void TakeWords(string[] words) => Name ??= words;

    /// <inheritdoc/>
    private protected override void ProcessNone()
    {
        if (!MyInvocation.ExpectingInput) StartList();
    }

    /// <inheritdoc/>
    private protected override void Process(PodReference pod)
    {
        ConnectionRequest cluster = Cluster(pod);
        string? ns = NamespaceOf(pod);
        (Task before, TaskCompletionSource said) = _order.Next();
        Start(
            async (voice, cancellationToken) =>
            {
                try
                {
                    KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
                    PodInfo now = await api.GetPodRowAsync(ns ?? api.Transport.DefaultNamespace, pod.Name, cancellationToken).ConfigureAwait(false);
                    await before.WaitAsync(cancellationToken).ConfigureAwait(false);
                    await SayAsync(voice, now, pod.ContainerName).ConfigureAwait(false);
                }
                finally
                {
                    said.SetResult();
                }
            },
            pod.Text);
    }

    private void StartList()
    {
        ConnectionRequest cluster = Cluster();
        string? ns = NamespaceOf();
        Start(async (voice, cancellationToken) =>
        {
            KubernetesApi api = await ConnectAsync(cluster, cancellationToken).ConfigureAwait(false);
            PodQuery query = new() { Namespace = AllNamespaces ? null : ns ?? api.Transport.DefaultNamespace, LabelSelector = Label };
            bool any = false;
            await foreach (PodInfo pod in api.ListPodsAsync(query, cancellationToken).ConfigureAwait(false))
            {
                any = true;
                await SayAsync(voice, pod, container: null).ConfigureAwait(false);
            }

            if (!any && query.Namespace is { } empty) await api.CheckNamespaceAsync(empty, cancellationToken).ConfigureAwait(false);
        });
    }

    private async ValueTask SayAsync(Pump.Voice voice, PodInfo pod, string? container)
    {
        foreach (EphemeralContainer one in pod.EphemeralContainers)
        {
            bool wanted = (container is null || one.Name == container)
                && (State is null || State.Contains(one.State))
                && (Name is null || Name.Any(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(one.Name)));
            if (wanted) await voice.ObjectAsync(one).ConfigureAwait(false);
        }
    }
}
