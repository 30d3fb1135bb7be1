using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>What <c>metadata.managedFields</c> say of who made something. Clients name themselves, and may leave it to their user agent.</summary>
internal static class FieldManagers
{
    /// <summary>Who made the object: of those who set more than its status, the first.</summary>
    internal static string? OfObject(JsonObject? metadata) => metadata.Objects("managedFields")
        .Where(entry => string.IsNullOrEmpty(entry.String("subresource")) && (Fields(entry, "f:spec") ?? Fields(entry, "f:metadata")) is not null)
        .OrderBy(Time)
        .Select(Name)
        .FirstOrDefault();

    /// <summary>Who added an ephemeral container, and when at the latest: the time is that of the client's last container in the pod.</summary>
    internal static (string? Manager, DateTimeOffset? Time) OfEphemeralContainer(JsonObject? metadata, string container)
    {
        string key = $$"""k:{"name":"{{container}}"}""";
        JsonObject? entry = metadata.Objects("managedFields").FirstOrDefault(entry =>
            entry.String("subresource") == "ephemeralcontainers" && Fields(entry, "f:spec").Object("f:ephemeralContainers").Object(key) is not null);
        return entry is null ? (null, null) : (Name(entry), Time(entry));
    }

    private static JsonObject? Fields(JsonObject entry, string part) => entry.Object("fieldsV1").Object(part);

    private static string? Name(JsonObject entry) => entry.String("manager") is { Length: > 0 } name ? PlainText.OneLine(name) : null;

    private static DateTimeOffset? Time(JsonObject entry) =>
        DateTimeOffset.TryParse(entry.String("time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
