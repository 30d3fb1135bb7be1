using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>One named cluster, user or context, with the file that it stands in; reads its fields with their types.</summary>
internal sealed class KubeConfigEntry(string kind, string name, JsonObject body, string file)
{
    internal string Name => name;

    internal string File => file;

    /// <summary>All that it says and where; for telling entries apart, never to be shown.</summary>
    internal string Source => $"{file}\0{name}\0{body.ToJsonString()}";

    internal JsonObject? Object(string field) => body[field] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Wrong(field, "must be a map"),
    };

    internal JsonArray? List(string field) => body[field] switch
    {
        null => null,
        JsonArray value => value,
        _ => throw Wrong(field, "must be a list"),
    };

    /// <summary>A text; null where it is absent or empty.</summary>
    internal string? Text(string field) => body[field] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.String => value.GetValue<string>() is { Length: > 0 } text ? text : null,
        _ => throw Wrong(field, "must be text (put it in quotes)"),
    };

    internal bool Flag(string field) => body[field] switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => throw Wrong(field, "must be true or false"),
    };

    internal IReadOnlyList<string> Texts(string field) => [.. (List(field) ?? []).Select(item => TextOf(item, field))];

    /// <summary>A path, relative to the kubeconfig that names it.</summary>
    internal string? FilePath(string field) => Text(field) is { } path ? Resolve(path) : null;

    internal string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(file)!);

    /// <summary>The bytes of <c>field-data</c> (base64), else of the file that <c>field</c> names.</summary>
    internal byte[]? DataOrFile(string field, string dataField, List<string> files)
    {
        if (Text(dataField) is { } data)
        {
            try
            {
                return Convert.FromBase64String(data);
            }
            catch (FormatException)
            {
                throw Wrong(dataField, "is not base64");
            }
        }
        if (FilePath(field) is not { } path) return null;
        files.Add(path);
        try
        {
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
        {
            throw Failure.CredentialFileUnreadable(path, $"{field} of {kind} '{name}'", file, inner);
        }
    }

    internal KubeConfigEntry Part(string field, JsonObject part) => new($"{field} of {kind}", name, part, file);

    internal string TextOf(JsonNode? node, string field) => node is JsonValue value && value.GetValueKind() is JsonValueKind.String
        ? value.GetValue<string>()
        : throw Wrong(field, "must hold text only (put it in quotes)");

    internal DebugException Wrong(string field, string problem) => Failure.InvalidKubeConfig(file, $"{kind} '{name}': {field} {problem}.");
}
