using System.Collections.ObjectModel;
using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>Reads labels, and gives the same dictionary for the same labels again: the pods of a workload share theirs. Not thread-safe.</summary>
internal sealed class LabelPool(StringPool strings)
{
    private const int Places = 1024;
    private const int LongestKept = 4096;
    private readonly Kept[] _kept = new Kept[Places];

    internal static IReadOnlyDictionary<string, string> None { get; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Reads the value after a property name.</summary>
    internal IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return None;
        var start = (int)reader.TokenStartIndex;
        var inside = reader;
        reader.Skip();
        var text = json[start..(int)reader.BytesConsumed];
        if (text.Length > LongestKept) return Parse(ref inside);

        ref var kept = ref _kept[StringPool.Hash(text) & (Places - 1)];
        if (kept.Labels is null || !text.SequenceEqual(kept.Json)) kept = new Kept(text.ToArray(), Parse(ref inside));
        return kept.Labels;
    }

    private IReadOnlyDictionary<string, string> Parse(ref Utf8JsonReader reader)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.NextProperty())
        {
            var key = strings.Get(ref reader)!;
            labels[key] = reader.NextString(strings) ?? "";
        }
        return labels.Count == 0 ? None : new ReadOnlyDictionary<string, string>(labels);
    }

    private readonly record struct Kept(byte[] Json, IReadOnlyDictionary<string, string> Labels);
}
