using System.Text.RegularExpressions;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>Which tool added an ephemeral container: a name that only one tool gives, else the client that the server noted.</summary>
internal static partial class EphemeralMarks
{
    /// <summary>The tool of a container that nothing tells of.</summary>
    internal const string Unknown = "unknown";

    /// <summary>The tool.</summary>
    /// <param name="container">The container's name.</param>
    /// <param name="manager">The manager of its fields; null where managedFields do not tell.</param>
    internal static string ToolOf(string container, string? manager)
    {
        if (container.StartsWith("headlamp-debug", StringComparison.Ordinal)) return "Headlamp";
        if (CdebugName().IsMatch(container)) return "cdebug";
        string? client = manager?.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) == true ? manager[..^4] : manager;
        return client switch
        {
            null or "" => Unknown, // debugger-xxxxx could be anybody's
            ObjectChange.FieldManager => ObjectChange.FieldManager,
            "kubectl" or "kubectl-debug" => "kubectl",
            _ => client,
        };
    }

    // The first part of a UUID.
    [GeneratedRegex(@"\Acdebug-[0-9a-f]{8}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CdebugName();
}
