using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Debugging;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet that talks to a cluster: which kubeconfig and which context.</summary>
public abstract class KubernetesCmdlet : AsyncCmdlet
{
    private Waiting? _waiting;

    /// <summary>The context of the kubeconfig to use; the current one by default. Case-sensitive, as in kubectl.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    public string? Context { get; set; }

    /// <summary>The kubeconfig file; by default what the environment variable KUBECONFIG names, else ~/.kube/config.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? KubeConfig { get; set; }

    /// <summary>The cluster that an object came from, else the one that the parameters name. On the pipeline thread.</summary>
    private protected ConnectionRequest Cluster(PodReference? pod = null) => Cluster(pod?.KubeConfig, pod?.Context);

    /// <summary>The cluster that an object tells, else the one that the parameters name. On the pipeline thread.</summary>
    private protected ConnectionRequest Cluster(string? kubeConfig, string? context)
    {
        string? file = string.IsNullOrEmpty(KubeConfig) ? null : FullPath(KubeConfig);
        return new(kubeConfig ?? file, context ?? (string.IsNullOrEmpty(Context) ? null : Context));
    }

    /// <summary>The path as .NET takes it: PowerShell's own location is not the process's. On the pipeline thread.</summary>
    internal string FullPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>Reaches a cluster; connections are kept between cmdlets. With -Debug each request is told in a line.</summary>
    private protected async ValueTask<KubernetesApi> ConnectAsync(ConnectionRequest cluster, CancellationToken cancellationToken)
    {
        ClusterConnection connection = await ClusterConnection.OpenAsync(cluster, cancellationToken).ConfigureAwait(false);
        return new(SayDebugAsync is { } tell ? new TracedTransport(connection, tell) : connection);
    }

    /// <summary>
    /// Starts work that waits for a pod, as <see cref="AsyncCmdlet.Start"/> does: on the watches that all pods of its cluster share, and
    /// with the cmdlet's one progress bar.
    /// </summary>
    private protected void StartWaiting(
        ConnectionRequest cluster,
        Func<PodWatches, DebugListener, Pump.Voice, CancellationToken, Task> work,
        object? target = null)
    {
        _waiting ??= new Waiting(MyInvocation.MyCommand.Name, ConnectAsync);
        Start(_waiting.For(cluster, work), target);
    }

    /// <summary>Counts a failure in the progress bar. From any thread.</summary>
    private protected void ReportFailure() => _waiting?.Progress.Failed();

    /// <summary>Takes the progress bar away, where one is shown.</summary>
    private protected void EndProgress()
    {
        if (_waiting?.Progress.LastRecord is { } last) WriteProgress(last);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        EndProgress();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _waiting?.Dispose();
    }
}
