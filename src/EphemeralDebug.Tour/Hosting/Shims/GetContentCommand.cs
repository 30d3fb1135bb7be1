using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Get-Content: the lines of files, or each file as one string.</summary>
[Cmdlet(VerbsCommon.Get, "Content")]
public sealed class GetContentCommand : PSCmdlet
{
    /// <summary>The files; wildcards allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Each file as one string.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            try
            {
                foreach (string file in GetResolvedProviderPathFromPSPath(path, out _))
                {
                    if (Raw) WriteObject(File.ReadAllText(file));
                    else WriteObject(File.ReadLines(file), enumerateCollection: true);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ItemNotFoundException)
            {
                WriteError(new ErrorRecord(exception, "GetContentReaderError", ErrorCategory.ReadError, path));
            }
        }
    }
}
