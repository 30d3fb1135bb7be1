using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Write-Host: shows text, through the information stream as in pwsh.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    /// <summary>What to show.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [Alias("Object")]
    public object? Message { get; set; }

    /// <summary>Leaves the line open.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>The colour of the text.</summary>
    [Parameter]
    public ConsoleColor? ForegroundColor { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string text = LanguagePrimitives.GetEnumerable(Message) is { } parts ? string.Join(' ', parts.Cast<object?>()) : Message?.ToString() ?? "";
        HostInformationMessage shown = new() { Message = text, NoNewLine = NoNewline, ForegroundColor = ForegroundColor };
        // This tag is how the engine knows that the host shows it.
        WriteInformation(shown, ["PSHOST"]);
    }
}
