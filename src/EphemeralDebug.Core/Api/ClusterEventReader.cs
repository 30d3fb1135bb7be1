using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>Reads core/v1 <c>Event</c>s, of the old form (count, lastTimestamp) and the new one (eventTime, series). Not thread-safe.</summary>
internal sealed class ClusterEventReader
{
    private readonly StringPool _strings = new();

    /// <summary>Reads one event.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    internal ClusterEvent Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Enter(JsonTokenType.StartObject)) throw new JsonException("An event must be a JSON object.");
        var found = new ClusterEvent { Type = "Normal", Reason = "", PodName = "" };
        var count = 0;
        DateTimeOffset? first = null, last = null, time = null;
        (int Count, DateTimeOffset? LastSeen) series = default;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("type"u8)) found = found with { Type = reader.NextString(_strings) ?? "Normal" };
            else if (reader.ValueTextEquals("reason"u8)) found = found with { Reason = reader.NextString(_strings) ?? "" };
            else if (reader.ValueTextEquals("message"u8)) found = found with { Message = reader.NextText() ?? "" };
            else if (reader.ValueTextEquals("count"u8)) count = reader.NextInt32();
            else if (reader.ValueTextEquals("firstTimestamp"u8)) first = reader.NextTime();
            else if (reader.ValueTextEquals("lastTimestamp"u8)) last = reader.NextTime();
            else if (reader.ValueTextEquals("eventTime"u8)) time = reader.NextTime();
            else if (reader.ValueTextEquals("series"u8)) series = ReadSeries(ref reader);
            else if (reader.ValueTextEquals("involvedObject"u8)) found = WithPod(found, ref reader);
            else reader.Skip();
        }
        return found with { Count = Math.Max(1, Math.Max(count, series.Count)), LastSeen = series.LastSeen ?? last ?? time ?? first };
    }

    private ClusterEvent WithPod(ClusterEvent found, ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return found;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) found = found with { PodName = reader.NextString(_strings) ?? "" };
            else if (reader.ValueTextEquals("namespace"u8)) found = found with { Namespace = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("uid"u8)) found = found with { PodUid = reader.NextString(_strings) };
            else if (reader.ValueTextEquals("fieldPath"u8)) found = found with { FieldPath = reader.NextString(_strings) };
            else reader.Skip();
        }
        return found;
    }

    private static (int Count, DateTimeOffset? LastSeen) ReadSeries(ref Utf8JsonReader reader)
    {
        (int Count, DateTimeOffset? LastSeen) series = default;
        if (!reader.Enter(JsonTokenType.StartObject)) return series;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("count"u8)) series.Count = reader.NextInt32();
            else if (reader.ValueTextEquals("lastObservedTime"u8)) series.LastSeen = reader.NextTime();
            else reader.Skip();
        }
        return series;
    }
}
