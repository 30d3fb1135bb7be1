using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Artifacts;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Errors;
using EphemeralDebug.Pipeline;

namespace EphemeralDebug.Commands;

/// <summary>Removes what debugging left: pods and namespaces at once, ephemeral containers together with their pods.</summary>
[Cmdlet(VerbsCommon.Remove, "DebugArtifact", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DebugArtifact))]
public sealed class RemoveDebugArtifactCommand : NamespacedCmdlet
{
    private Removals? _removals;
    private Confirmation? _confirmation;

    /// <summary>Pods that debugging made, or left something in: names, <c>pod/NAME</c>, or objects.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(PodCompleter))]
    [PodReferenceTransformation]
    public PodReference[]? Pod { get; set; }

    /// <summary>What to remove: objects of Get-DebugArtifact, or whatever names a pod.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject[]? InputObject { get; set; }

    /// <summary>Evicts the pods of ephemeral containers, as their disruption budgets allow; their controllers make them again.</summary>
    [Parameter]
    public SwitchParameter Evict { get; set; }

    /// <summary>Restarts the workloads that own the pods of ephemeral containers, as <c>kubectl rollout restart</c> does.</summary>
    [Parameter]
    public SwitchParameter RestartWorkload { get; set; }

    /// <summary>Evicts also a pod that nothing would make again, and deletes also a namespace that holds pods which debugging did not make.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Lets the server end pods that debugging made after this time, instead of deleting them now.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? ExpireAfter { get; set; }

    /// <summary>Gives the artifacts that were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    internal override int MaxRunning => 16;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _confirmation = new(this);
        _removals = new(new RemovalOptions { Evict = Evict, RestartWorkload = RestartWorkload, Force = Force, ExpireAfter = ExpireAfter }, ConnectAsync);
        try
        {
            if (MyInvocation.ExpectingInput && Pod is not null) throw Failure.PodGivenTwice();
            _removals.Options.Validate();
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null && Pod is null && !MyInvocation.ExpectingInput) ThrowTerminatingError(ErrorRecords.From(Failure.PodRequired(MyInvocation.MyCommand.Name), target: null));
        foreach (PodReference pod in Pod ?? []) RemoveFrom(pod);
        foreach (object value in (InputObject ?? []).SelectMany(PodReferenceTransformationAttribute.Each))
        {
            try
            {
                object plain = PodReference.Plain(value)!;
                if (plain is DebugArtifact { Pod: not null, PodUid: not null } or DebugArtifact { Kind: DebugArtifactKind.Namespace, NamespaceUid: not null }) Remove((DebugArtifact)plain);
                else if (NamespaceReference.From(value) is { } ns) Remove(ns);
                else if (PodReference.From(value) is { } pod) RemoveFrom(pod);
                else throw Failure.NotAnArtifact(plain);
            }
            catch (DebugException e)
            {
                WriteError(ErrorRecords.From(e, value));
            }
        }
    }

    private void Remove(DebugArtifact artifact)
    {
        _removals!.Options.Check(artifact);
        ConnectionRequest cluster = Cluster(artifact.KubeConfig, artifact.Context);
        string pod = $"pod/{artifact.Namespace}/{artifact.Pod}";
        bool isContainer = artifact.Kind == DebugArtifactKind.EphemeralContainer;
        string maker = isContainer ? "debugging" : artifact.Tool;
        (string target, string action) = artifact switch
        {
            { Kind: DebugArtifactKind.Namespace } => ($"namespace/{artifact.Namespace}", $"Delete the namespace that {maker} made, with all that is in it"),
            _ when ExpireAfter is { } after => (pod, $"Let the pod that {maker} made end after {after}"),
            _ when !isContainer || artifact.InDebugPod => (pod, $"Delete the pod that {maker} made"),
            _ when Evict => (pod, "Evict the pod, to remove its ephemeral containers"),
            _ => ($"{artifact.Owner ?? pod} in the namespace {artifact.Namespace}", "Restart the workload, to remove the ephemeral containers of its pods"),
        };
        if (!Ask(cluster, target, action, isOurs: maker == DebugMarks.Manager)) return;
        Start(async (voice, cancellationToken) =>
        {
            RemoveArtifact removal = await _removals.ForAsync(cluster, cancellationToken).ConfigureAwait(false);
            await SayAsync(voice, await removal.RunAsync(artifact, voice.VerboseAsync, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, artifact);
    }

    private void RemoveFrom(PodReference pod)
    {
        ConnectionRequest cluster = Cluster(pod);
        string? ns = NamespaceOf(pod);
        string action = ExpireAfter is { } after ? $"Let the pod end after {after}, if debugging made it"
            : $"Delete the pod, if debugging made it{(Evict ? "; evict it, if it has ephemeral containers" : RestartWorkload ? "; restart its workload, if it has ephemeral containers" : "")}";
        if (!Ask(cluster, pod.PathIn(ns), action, isOurs: pod.Source is DebugPod)) return;
        Start(async (voice, cancellationToken) =>
        {
            RemoveArtifact removal = await _removals!.ForAsync(cluster, cancellationToken).ConfigureAwait(false);
            foreach (DebugArtifact gone in await removal.RunAsync(
                ns ?? removal.DefaultNamespace, pod.Name, pod.Uid, pod.ContainerName, voice.VerboseAsync, cancellationToken).ConfigureAwait(false))
            {
                await SayAsync(voice, gone).ConfigureAwait(false);
            }
        }, pod.Text);
    }

    private void Remove(NamespaceReference ns)
    {
        if (ExpireAfter is not null) throw Failure.DeadlineForNamespace(ns.Name);
        ConnectionRequest cluster = Cluster(ns.KubeConfig, ns.Context);
        if (!Ask(cluster, $"namespace/{ns.Name}", "Delete the namespace, if debugging made it, with all that is in it", isOurs: false)) return;
        Start(async (voice, cancellationToken) =>
        {
            RemoveArtifact removal = await _removals!.ForAsync(cluster, cancellationToken).ConfigureAwait(false);
            await SayAsync(voice, await removal.RunNamespaceAsync(ns.Name, ns.Uid, voice.VerboseAsync, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }, ns.Name);
    }

    private bool Ask(ConnectionRequest cluster, string target, string action, bool isOurs) =>
        _removals!.Ask(cluster, target, action, isOurs ? ShouldProcess : _confirmation!.ShouldProcess);

    private async ValueTask SayAsync(Pump.Voice voice, DebugArtifact? removed)
    {
        if (PassThru && removed is not null) await voice.ObjectAsync(removed).ConfigureAwait(false);
    }
}
