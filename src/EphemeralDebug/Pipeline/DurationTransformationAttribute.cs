using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// Takes durations as kubectl writes them (<c>90s</c>, <c>5m</c>, <c>1h30m</c>), a plain number as seconds, and TimeSpans. Without it
/// PowerShell would read the number 10 as ten ticks.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed partial class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is TimeSpan) return plain;
        // PowerShell reads 2d as the number 2 of type decimal; who types it means days.
        if (plain is decimal days) return TimeSpan.FromDays((double)days);
        string text = Convert.ToString(plain, CultureInfo.InvariantCulture) ?? "";
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)) return TimeSpan.FromSeconds(seconds);
        Match match = GoDuration().Match(text);
        return match is { Success: true, Length: > 0 }
            ? new TimeSpan(Number(match, "d"), Number(match, "h"), Number(match, "m"), Number(match, "s"))
            : plain; // hh:mm:ss, or the binder's own error
    }

    private static int Number(Match match, string unit) => match.Groups[unit] is { Success: true } group ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<d>\d{1,6})d)?(?:(?<h>\d{1,6})h)?(?:(?<m>\d{1,6})m)?(?:(?<s>\d{1,6})s)?$", RegexOptions.CultureInvariant)]
    private static partial Regex GoDuration();
}
