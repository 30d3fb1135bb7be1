using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Get-Member: the properties and methods of each type that comes by, once.</summary>
[Cmdlet(VerbsCommon.Get, "Member")]
public sealed class GetMemberCommand : PSCmdlet
{
    private readonly HashSet<string> _seen = [];

    /// <summary>An object of the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The members to show; wildcards allowed.</summary>
    [Parameter(Position = 0)]
    public string Name { get; set; } = "*";

    /// <summary>Only members of this kind.</summary>
    [Parameter]
    public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || !_seen.Add(InputObject.TypeNames[0])) return;
        foreach (PSMemberInfo member in InputObject.Members.Match(Name, MemberType).OrderBy(member => member.MemberType).ThenBy(member => member.Name, StringComparer.Ordinal))
        {
            // get_X and set_X are behind the property X.
            if (member is PSMethod && (member.Name.StartsWith("get_", StringComparison.Ordinal) || member.Name.StartsWith("set_", StringComparison.Ordinal))) continue;
            PSObject row = new();
            row.Properties.Add(new PSNoteProperty("TypeName", InputObject.TypeNames[0]));
            row.Properties.Add(new PSNoteProperty("Name", member.Name));
            row.Properties.Add(new PSNoteProperty("MemberType", member.MemberType));
            row.Properties.Add(new PSNoteProperty("Definition", member.ToString()));
            WriteObject(row);
        }
    }
}
