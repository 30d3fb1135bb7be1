using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet about ephemeral containers that exist: from the pipeline, or by pod and name.</summary>
public abstract class DebugContainerCmdlet : NamespacedCmdlet
{
    /// <summary>The pods: names, <c>pod/NAME</c>, or objects.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(PodCompleter))]
    [PodReferenceTransformation]
    public PodReference[]? Pod { get; set; }

    /// <summary>The ephemeral container; by default the one that was added last.</summary>
    [Parameter(Position = 1)]
    [Alias("c")]
    [ArgumentCompleter(typeof(EphemeralContainerCompleter))]
    public string? Name { get; set; }

    /// <summary>Ephemeral containers, or pods, from the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    [PodReferenceTransformation]
    public PodReference[]? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.ExpectingInput || Pod is null) return;
        try
        {
            // In `Get-Pod web-0 | Wait-EphemeralContainer probe` the pods come through the pipeline, and PowerShell binds the word to
            // the first position all the same.
            Name ??= InvocationText.WordsBehindPipeline(MyInvocation, Pod)[0];
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((MyInvocation.ExpectingInput ? InputObject : Pod) is not { } pods)
        {
            ThrowTerminatingError(ErrorRecords.From(Failure.PodRequired(MyInvocation.MyCommand.Name), target: null));
            return;
        }

        foreach (PodReference pod in pods) Process(pod, Name ?? pod.ContainerName);
    }

    /// <summary>Does the cmdlet's work for one container; <paramref name="container"/> is null where the last one is meant.</summary>
    private protected abstract void Process(PodReference pod, string? container);
}
