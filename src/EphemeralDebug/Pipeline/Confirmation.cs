using System.Management.Automation;
using System.Management.Automation.Host;
using EphemeralDebug.Core;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// Asks before what cannot be taken back. PowerShell knows one ConfirmImpact for a whole cmdlet; here the same cmdlet adds what is easily
/// removed and, with a parameter more, deletes what somebody else made. -WhatIf, -Confirm, -Confirm:$false and $ConfirmPreference mean
/// what they mean everywhere.
/// </summary>
internal sealed class Confirmation(PSCmdlet cmdlet)
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>Whether to go on, as ShouldProcess of a cmdlet with ConfirmImpact High would say. On the pipeline thread.</summary>
    internal bool ShouldProcess(string target, string action)
    {
        if (!cmdlet.ShouldProcess(target, action)) return false;
        if (WasAsked() || IsNever()) return true;
        try
        {
            return cmdlet.ShouldContinue($"{action}: {target}?", "Confirm", ref _yesToAll, ref _noToAll);
        }
        catch (Exception e) when (e is PSInvalidOperationException or HostException or NotImplementedException)
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.From(Failure.ConfirmationRequired(action, target), target));
            throw;
        }
    }

    private bool IsNever() => Bound() is false || Preference() == ConfirmImpact.None;

    // ShouldProcess asks by itself for -Confirm, and where the preference is Medium or lower.
    private bool WasAsked() => Bound() is true || (Bound() is null && Preference() is ConfirmImpact.Low or ConfirmImpact.Medium);

    private bool? Bound() => cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given) && given is SwitchParameter asked ? asked.IsPresent : null;

    private ConfirmImpact Preference() =>
        LanguagePrimitives.TryConvertTo(cmdlet.GetVariableValue("ConfirmPreference"), out ConfirmImpact preference) ? preference : ConfirmImpact.High;
}
