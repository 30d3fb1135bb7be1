using System.Collections;
using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Pipeline;

/// <summary>A container specification as users bring it: a hashtable, an object, JSON or YAML text, or a file of either.</summary>
internal static class SpecDocument
{
    /// <summary>Reads it.</summary>
    /// <exception cref="DebugException">There is no such file, or it is no mapping.</exception>
    internal static JsonObject Read(PSCmdlet cmdlet, object value, string parameter)
    {
        object plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        JsonNode? node = plain switch
        {
            string text when IsDocument(text) => Parse(text, parameter, file: null),
            string path => ReadFile(cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path), parameter),
            FileInfo file => ReadFile(file.FullName, parameter),
            _ => ToJson(plain),
        };
        return node as JsonObject ?? throw Failure.SpecNotAnObject(parameter);
    }

    // A mapping shows itself by a brace or by a key; a path has neither. (C:\profile.yaml has a colon, but no space behind it.)
    private static bool IsDocument(string text) =>
        text.AsSpan().TrimStart().StartsWith("{") || text.Contains('\n', StringComparison.Ordinal) || text.Contains(": ", StringComparison.Ordinal);

    private static JsonNode? ReadFile(string path, string parameter)
    {
        try
        {
            return Parse(File.ReadAllText(path), parameter, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.SpecFileUnreadable(parameter, path, e);
        }
    }

    private static JsonNode? Parse(string text, string parameter, string? file)
    {
        try
        {
            return YamlReader.Parse(text); // JSON is YAML
        }
        catch (YamlFormatException e)
        {
            throw Failure.SpecUnreadable(parameter, file, e);
        }
    }

    private static JsonNode? ToJson(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null => null,
            JsonNode node => node.DeepClone(),
            string text => JsonValue.Create(text),
            bool flag => JsonValue.Create(flag),
            int or long or short or byte or uint => JsonValue.Create(Convert.ToInt64(plain, System.Globalization.CultureInfo.InvariantCulture)),
            double or float or decimal => JsonValue.Create(Convert.ToDouble(plain, System.Globalization.CultureInfo.InvariantCulture)),
            SwitchParameter flag => JsonValue.Create(flag.IsPresent),
            IDictionary map => new JsonObject(map.Cast<DictionaryEntry>().Select(e => KeyValuePair.Create(e.Key.ToString()!, ToJson(e.Value)))),
            IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
            PSObject or PSCustomObject => new JsonObject(PSObject.AsPSObject(plain).Properties
                .Where(p => p.MemberType == PSMemberTypes.NoteProperty).Select(p => KeyValuePair.Create(p.Name, ToJson(p.Value)))),
            _ => JsonValue.Create(plain.ToString()),
        };
    }
}
