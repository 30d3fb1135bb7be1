using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>
/// Writes what PowerShell shows to a text writer, as pwsh writes it to a console: with colours where the other end
/// understands them, as plain text where not. Questions are left to the classes derived from it.
/// </summary>
public abstract class TextHostUI(TextWriter output, bool colours, Func<int> width) : PSHostUserInterface
{
    private readonly TextHostRawUI _rawUI = new(width);

    /// <summary>Collects everything written from now on, without colours; null to collect nothing.</summary>
    public TextWriter? Transcript { get; set; }

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI => _rawUI;

    /// <summary>Whether escape sequences may be written.</summary>
    public override bool SupportsVirtualTerminal => colours;

    /// <summary>Where the text goes.</summary>
    protected TextWriter Output => output;

    /// <inheritdoc/>
    public override void Write(string value)
    {
        // $PSStyle.OutputRendering alone does not strip the escapes in a host that is not pwsh; this does.
        output.Write(GetOutputString(value, colours));
        Transcript?.Write(GetOutputString(value, supportsVirtualTerminal: false));
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(Coloured(foregroundColor, value));

    /// <inheritdoc/>
    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteLine(Coloured(foregroundColor, value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => WriteLine(value);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteStream("WARNING: ", message, PSStyle.Instance.Formatting.Warning);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteStream("VERBOSE: ", message, PSStyle.Instance.Formatting.Verbose);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteStream("DEBUG: ", message, PSStyle.Instance.Formatting.Debug);

    /// <inheritdoc/>
    public abstract override void WriteProgress(long sourceId, ProgressRecord record);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new PSNotSupportedException("This prompt asks for no credentials: PowerShell (pwsh) does.");

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        PromptForCredential(caption, message, userName, targetName);

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() =>
        throw new PSNotSupportedException("This prompt reads no secrets: PowerShell (pwsh) does.");

    /// <inheritdoc/>
    public abstract override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions);

    private void WriteStream(string prefix, string message, string style) =>
        WriteLine($"{style}{prefix}{message}{PSStyle.Instance.Reset}");

    private static string Coloured(ConsoleColor colour, string value) =>
        // (ConsoleColor)(-1) is how Write-Host says "as it is".
        Enum.IsDefined(colour) ? $"{PSStyle.MapForegroundColorToEscapeSequence(colour)}{value}{PSStyle.Instance.Reset}" : value;
}
