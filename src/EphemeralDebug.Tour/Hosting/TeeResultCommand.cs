using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>Stands before Out-Default: notes what passes by, and passes it on unchanged.</summary>
[Cmdlet("Tee", "Result")]
internal sealed class TeeResultCommand : PSCmdlet
{
    /// <summary>An object or an error of the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Called with each.</summary>
    [Parameter(Mandatory = true)]
    public Action<PSObject> Note { get; set; } = null!;

    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        Note(InputObject);
        WriteObject(InputObject);
    }
}
