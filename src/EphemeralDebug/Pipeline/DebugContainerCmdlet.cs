using System.Management.Automation;
using EphemeralDebug.Completers;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet about one ephemeral container of each pod: from the pipeline, or by pod and name.</summary>
public abstract class DebugContainerCmdlet : PodCmdlet
{
    /// <summary>The ephemeral container; by default the one that was added last.</summary>
    [Parameter(Position = 1)]
    [Alias("c")]
    [ArgumentCompleter(typeof(EphemeralContainerCompleter))]
    public string? Name { get; set; }

    /// <inheritdoc/>
    private protected override void TakeWords(string[] words) => Name ??= words[0];

    /// <inheritdoc/>
    private protected override void Process(PodReference pod) => Process(pod, Name ?? pod.ContainerName);

    /// <summary>Does the cmdlet's work for one container; <paramref name="container"/> is null where the last one is meant.</summary>
    private protected abstract void Process(PodReference pod, string? container);
}
