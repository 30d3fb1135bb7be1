using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Streams;

/// <summary>Reads what the status channel said, by the rules of kubectl (client-go remotecommand, v4).</summary>
internal static class ChannelStatus
{
    /// <summary>The end that it tells; null where it is not a whole JSON object.</summary>
    /// <param name="text">All that came on the channel.</param>
    /// <param name="isExec">Whether it may tell an exit code: that of an attach says nothing about the process.</param>
    internal static StreamEnd? Read(ReadOnlySpan<byte> text, bool isExec)
    {
        if (Parse(text) is not { } status) return null;
        return Text(status, "status") switch
        {
            "Success" => new(StreamEndKind.Success, isExec ? 0 : null),
            "Failure" when Text(status, "reason") == "NonZeroExitCode" => Exited(status, isExec),
            "Failure" => new(StreamEndKind.Failed, Message: Text(status, "message")),
            _ => Broken("unknown error"),
        };
    }

    /// <summary>The end of a stream that was closed properly behind a status that cannot be read.</summary>
    internal static StreamEnd Unreadable(ReadOnlySpan<byte> text) => Broken($"no Status but \"{PlainText.OneLine(Encoding.UTF8.GetString(text))}\"");

    private static StreamEnd Exited(JsonObject status, bool isExec)
    {
        if (!isExec) return new(StreamEndKind.Failed, Message: Text(status, "message"));
        if (status["details"] is not JsonObject details) return Broken("details must be set");
        JsonObject? cause = (details["causes"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(cause => Text(cause, "reason") == "ExitCode");
        if (cause is null) return Broken("no ExitCode cause given");
        string code = Text(cause, "message") ?? "";
        // A failure with exit code 0 would be a success for whoever reads the code alone.
        return byte.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out byte value) && value != 0
            ? new(StreamEndKind.Exited, value, Text(status, "message"))
            : Broken($"invalid exit code value \"{code}\"");
    }

    private static StreamEnd Broken(string what) => new(StreamEndKind.Failed, Message: "error stream protocol error: " + what);

    private static JsonObject? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text);
            // The reader alone would take what stands behind the object for fine.
            return JsonNode.Parse(ref reader) is JsonObject status && !reader.Read() ? status : null;
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject map, string field) =>
        map[field] is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;
}
