using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Write-Error: an error that does not end the pipeline.</summary>
[Cmdlet(VerbsCommunications.Write, "Error")]
public sealed class WriteErrorCommand : PSCmdlet
{
    /// <summary>What went wrong.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string Message { get; set; } = "";

    /// <summary>The error's id.</summary>
    [Parameter]
    public string ErrorId { get; set; } = "Microsoft.PowerShell.Commands.WriteErrorException";

    /// <summary>The error's category.</summary>
    [Parameter]
    public ErrorCategory Category { get; set; }

    /// <summary>What it is about.</summary>
    [Parameter]
    public object? TargetObject { get; set; }

    /// <summary>What to do about it.</summary>
    [Parameter]
    public string? RecommendedAction { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ErrorRecord error = new(new RuntimeException(Message), ErrorId, Category, TargetObject);
        if (RecommendedAction is not null) error.ErrorDetails = new ErrorDetails(Message) { RecommendedAction = RecommendedAction };
        WriteError(error);
    }
}
