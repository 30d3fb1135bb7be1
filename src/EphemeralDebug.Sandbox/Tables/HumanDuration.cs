using System.Globalization;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>Ages as kubectl shows them: 45s, 3m12s, 5h, 2d4h, 1y23d.</summary>
internal static class HumanDuration
{
    internal static string Since(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? Of(now - time) : "<unknown>";

    internal static string Of(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 120) return $"{seconds}s";
        long minutes = seconds / 60;
        if (minutes < 10) return With(minutes, "m", seconds % 60, "s");
        if (minutes < 180) return $"{minutes}m";
        long hours = minutes / 60;
        if (hours < 8) return With(hours, "h", minutes % 60, "m");
        if (hours < 48) return $"{hours}h";
        if (hours < 192) return With(hours / 24, "d", hours % 24, "h");
        long days = hours / 24;
        if (days < 730) return $"{days}d";
        return days < 2920 ? With(days / 365, "y", days % 365, "d") : $"{days / 365}y";
    }

    private static string With(long whole, string unit, long rest, string restUnit) => rest == 0 ? $"{whole}{unit}" : $"{whole}{unit}{rest}{restUnit}";
}
