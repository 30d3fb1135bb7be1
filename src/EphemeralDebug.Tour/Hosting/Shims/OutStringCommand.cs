using System.Globalization;
using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Out-String: what the host would show, as one string or as lines. The engine needs it to pipe into native commands.</summary>
[Cmdlet(VerbsData.Out, "String")]
public sealed class OutStringCommand : FrontEndCommandBase
{
    private readonly StringWriter _text = new(CultureInfo.InvariantCulture);

    /// <summary>One string a line.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Columns; by default the host's width.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        EngineInternals.UseWriter(this, _text, Width > 0 ? Width : Host.UI.RawUI.BufferSize.Width);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        string text = _text.ToString();
        if (!Stream)
        {
            WriteObject(text);
            return;
        }

        if (text.EndsWith(Environment.NewLine, StringComparison.Ordinal)) text = text[..^Environment.NewLine.Length];
        if (text.Length > 0) WriteObject(text.Split(Environment.NewLine), enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void InternalDispose()
    {
        _text.Dispose();
        base.InternalDispose();
    }
}
