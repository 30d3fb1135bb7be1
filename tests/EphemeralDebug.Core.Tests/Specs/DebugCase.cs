using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using YamlDotNet.RepresentationModel;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>One conformance case of <c>kubectl debug</c>: its input, and what the real thing made of it.</summary>
public sealed class DebugCase
{
    private static readonly Lazy<IReadOnlyDictionary<string, DebugCase>> s_all = new(() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "kubectl-debug-cases.json")))!.AsArray()
            .Select(node => new DebugCase(node!.AsObject())).ToDictionary(item => item.Id, StringComparer.Ordinal));

    private DebugCase(JsonObject json) => Json = json;

    public static IReadOnlyDictionary<string, DebugCase> All => s_all.Value;

    public JsonObject Json { get; }

    public string Id => (string)Json["id"]!;

    public string Level => (string)Json["level"]!;

    public string Mode => (string)Json["mode"]!;

    public string[] Flags => Json["flags"] is JsonArray flags ? flags.Select(flag => (string)flag!).ToArray() : [];

    public JsonNode? Expect => Json["expect"];

    /// <summary>The error texts that are expected; empty where the case succeeds.</summary>
    public string[] Errors => Expect switch
    {
        JsonValue value => [(string)value!],
        JsonArray list => list.Select(text => (string)text!).ToArray(),
        _ => [],
    };

    public string ErrorOutput => (string?)Json["stderr"] ?? "";

    public KubectlFlags Parse() => KubectlFlags.Parse(Flags, CustomProfile);

    public JsonObject Pod(string member = "inputPod") => Json[member]!.DeepClone().AsObject();

    /// <summary>The content of the <c>--custom</c> file; null where there is none or it is empty.</summary>
    public JsonObject? CustomProfile => (string?)Json["customProfile"] switch
    {
        null => null,
        var text when string.IsNullOrWhiteSpace(text) => null,
        var text when (string?)Json["customFormat"] == "yaml" => FromYaml(text),
        var text => JsonNode.Parse(text)!.AsObject(),
    };

    private static JsonObject FromYaml(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return Convert(stream.Documents[0].RootNode)!.AsObject();
    }

    // The cases have strings alone, which is all that this needs to know of YAML.
    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode list => new JsonArray(list.Select(Convert).ToArray()),
        _ => ((YamlScalarNode)node).Value,
    };
}
