using System.Management.Automation;
using EphemeralDebug.Completers;
using EphemeralDebug.Core;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet about pods: from the pipeline, or by parameter.</summary>
public abstract class PodCmdlet : NamespacedCmdlet
{
    /// <summary>The pods: names, <c>pod/NAME</c>, or objects.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(PodCompleter))]
    [PodReferenceTransformation]
    public virtual PodReference[]? Pod { get; set; }

    /// <summary>Pods, or ephemeral containers of pods, from the pipeline: objects of this module or of kubectl's JSON, or names.</summary>
    [Parameter(ValueFromPipeline = true)]
    [PodReferenceTransformation]
    public virtual PodReference[]? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Pod is null || !(MyInvocation.ExpectingInput || HasOtherPods)) return;
        try
        {
            TakeWords(InvocationText.WordsBehindPods(MyInvocation, Pod));
            Pod = null;
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((MyInvocation.ExpectingInput ? InputObject : Pod) is { } pods)
        {
            foreach (PodReference pod in pods) Process(pod);
        }
        else
        {
            ProcessNone();
        }
    }

    /// <summary>Whether a parameter of the cmdlet's own says what it is about, so that no word is a pod.</summary>
    private protected virtual bool HasOtherPods => false;

    /// <summary>
    /// Takes the words that PowerShell bound to the position of -Pod although the pods come from elsewhere, as in
    /// <c>Get-Pod web-0 | Wait-EphemeralContainer probe</c>: they belong to the next position.
    /// </summary>
    private protected abstract void TakeWords(string[] words);

    /// <summary>Does the cmdlet's work for one pod.</summary>
    private protected abstract void Process(PodReference pod);

    /// <summary>What is to be done where no pod was given: an error, for most.</summary>
    private protected virtual void ProcessNone() =>
        ThrowTerminatingError(ErrorRecords.From(Failure.PodRequired(MyInvocation.MyCommand.Name), target: null));
}
