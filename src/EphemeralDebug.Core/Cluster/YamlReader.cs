using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Reads YAML or JSON into nodes as kubectl does: the first document, the last of two equal keys. Works on the parser's events,
/// because a deserializer by reflection costs more start-up than everything else together.
/// </summary>
internal static class YamlReader
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 200_000;

    /// <summary>The first document of the text; null where it is empty or says null.</summary>
    /// <exception cref="YamlFormatException">The text is neither YAML nor JSON, or expands without bounds.</exception>
    internal static JsonNode? Parse(string text)
    {
        // YAML forbids tabs where JSON allows them, so JSON is tried as JSON first.
        if (text.AsSpan().TrimStart() is ['{' or '[', ..] && TryParseJson(text, out JsonNode? json)) return json;
        Reader reader = new(text);
        try
        {
            return reader.Document();
        }
        catch (YamlException error)
        {
            throw new YamlFormatException(error.Message, error.Start.Line, error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner has holes: some broken texts are not reported as a YamlException.
            throw new YamlFormatException("the text is neither YAML nor JSON", reader.Line, error);
        }
    }

    private static bool TryParseJson(string text, out JsonNode? node)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            node = Copy(document.RootElement);
            return true;
        }
        catch (JsonException)
        {
            node = null;
            return false;
        }
    }

    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JsonObject map = [];
                foreach (JsonProperty property in element.EnumerateObject()) map[property.Name] = Copy(property.Value);
                return map;
            case JsonValueKind.Array:
                JsonArray list = [];
                foreach (JsonElement item in element.EnumerateArray()) list.Add(Copy(item));
                return list;
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private sealed class Reader(string text)
    {
        private readonly Parser _parser = new(new StringReader(text));
        private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
        private int _nodes;

        internal long Line => _parser.Current?.End.Line ?? 0;

        internal JsonNode? Document()
        {
            while (_parser.MoveNext() && _parser.Current is StreamStart or DocumentStart)
            {
            }
            return _parser.Current is null or StreamEnd or DocumentEnd ? null : Node(0);
        }

        /// <summary>Reads the node at the current event and stops at its last event.</summary>
        private JsonNode? Node(int depth)
        {
            ParsingEvent current = _parser.Current!;
            if (depth > MaxDepth) throw new YamlFormatException($"nested deeper than {MaxDepth} levels", current.Start.Line);
            Count(current);
            JsonNode? node = current switch
            {
                Scalar scalar => YamlScalar.ToJson(scalar),
                SequenceStart => Sequence(depth),
                MappingStart => Mapping(depth),
                AnchorAlias alias => _anchors.TryGetValue(alias.Value, out JsonNode? value)
                    ? Expand(value, current, depth)
                    : throw new YamlFormatException("an alias without its anchor", current.Start.Line),
                _ => throw new YamlFormatException("a value was expected", current.Start.Line),
            };
            if (current is NodeEvent { Anchor.IsEmpty: false } anchored) _anchors[anchored.Anchor] = node;
            return node;
        }

        private JsonArray Sequence(int depth)
        {
            JsonArray list = [];
            while (Next() is not SequenceEnd) list.Add(Node(depth + 1));
            return list;
        }

        private JsonObject Mapping(int depth)
        {
            JsonObject map = [];
            List<JsonNode?> merged = [];
            while (Next() is not MappingEnd)
            {
                ParsingEvent key = _parser.Current!;
                string name = Key(key);
                Next();
                JsonNode? value = Node(depth + 1);
                if (key is Scalar { Value: "<<", Style: ScalarStyle.Plain }) merged.Add(value);
                else map[name] = value;
            }
            foreach (JsonNode? source in merged) Merge(map, source, depth);
            return map;
        }

        private string Key(ParsingEvent current)
        {
            JsonNode? key = current switch
            {
                Scalar or AnchorAlias => Node(0),
                _ => throw new YamlFormatException("a key that is not plain text", current.Start.Line),
            };
            return key is JsonValue value ? value.ToString() : throw new YamlFormatException("a key that is not plain text", current.Start.Line);
        }

        private void Merge(JsonObject map, JsonNode? source, int depth)
        {
            foreach (JsonNode? one in source is JsonArray several ? several : [source?.DeepClone()])
            {
                if (one is not JsonObject added) throw new YamlFormatException("'<<' must merge a map or a list of maps", _parser.Current!.Start.Line);
                foreach ((string name, JsonNode? value) in added)
                    if (!map.ContainsKey(name))
                        map[name] = Expand(value, _parser.Current!, depth);
            }
        }

        /// <summary>A copy, each node counted: a few lines of aliases of aliases could fill the memory.</summary>
        private JsonNode? Expand(JsonNode? node, ParsingEvent at, int depth)
        {
            if (depth > MaxDepth) throw new YamlFormatException($"nested deeper than {MaxDepth} levels", at.Start.Line);
            Count(at);
            switch (node)
            {
                case JsonObject map:
                    JsonObject mapCopy = [];
                    foreach ((string name, JsonNode? value) in map) mapCopy[name] = Expand(value, at, depth + 1);
                    return mapCopy;
                case JsonArray list:
                    JsonArray listCopy = [];
                    foreach (JsonNode? item in list) listCopy.Add(Expand(item, at, depth + 1));
                    return listCopy;
                default:
                    return node?.DeepClone();
            }
        }

        private void Count(ParsingEvent at)
        {
            if (++_nodes > MaxNodes) throw new YamlFormatException($"more than {MaxNodes} values, aliases expanded", at.Start.Line);
        }

        private ParsingEvent Next() => _parser.MoveNext() && _parser.Current is not null
            ? _parser.Current
            : throw new YamlFormatException("the text ends too early", 0);
    }
}
