using System.Collections;
using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Core;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet that makes a debug container for each pod it is given: what is in it, and what it may do.</summary>
public abstract class DebugProcessCmdlet : PodCmdlet
{
    /// <summary>The image; <c>busybox</c> by default.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>The command, after <c>--</c> or as a list; by default the image's own.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    public string[]? Command { get; set; }

    /// <summary>Takes the command as the arguments of the image's entry point.</summary>
    [Parameter]
    public SwitchParameter ArgumentsOnly { get; set; }

    /// <summary>Environment variables. They stand in the pod's specification for every reader: no secrets.</summary>
    [Parameter]
    public IDictionary? Env { get; set; }

    /// <summary>When the image is pulled; by default Always for <c>:latest</c> or no tag, else IfNotPresent.</summary>
    [Parameter]
    public ImagePullPolicy? ImagePullPolicy { get; set; }

    /// <summary>What the container may do; Auto takes the most capable of General, Baseline and Restricted that the namespace admits.</summary>
    [Parameter]
    public DebugProfile Profile { get; set; } = DebugProfile.Auto;

    /// <summary>A partial container that is merged over the profile: a file of JSON or YAML, a hashtable, or JSON text.</summary>
    [Parameter]
    public object? CustomProfile { get; set; }

    /// <summary>The numeric user that the process runs as.</summary>
    [Parameter]
    public long? RunAsUser { get; set; }

    /// <summary>The numeric group that the process runs as.</summary>
    [Parameter]
    public long? RunAsGroup { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            Judge();
        }
        catch (DebugException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, target: null)); // it could be right for no pod
        }
    }

    /// <inheritdoc/>
    private protected override void TakeWords(string[] words) => Command = [.. words, .. Command ?? []]; // Get-Pod | New-EphemeralContainer -- sleep 600

    /// <summary>Reads the options and judges all that can be judged without a pod.</summary>
    /// <exception cref="DebugException">They can be right for no pod.</exception>
    private protected abstract void Judge();

    private protected JsonObject? ReadCustomProfile() => CustomProfile is null ? null : SpecDocument.Read(this, CustomProfile, nameof(CustomProfile));
}
