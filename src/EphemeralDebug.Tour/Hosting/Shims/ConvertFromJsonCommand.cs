using System.Management.Automation;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>
/// ConvertFrom-Json, with the parser and the settings of pwsh: so times become <see cref="DateTime"/> and numbers
/// <see cref="long"/>, and what a cmdlet gets from <c>kubectl get pod -o json | ConvertFrom-Json</c> is what it gets there.
/// </summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private static readonly JsonSerializerSettings s_settings = new()
    {
        TypeNameHandling = TypeNameHandling.None,
        MetadataPropertyHandling = MetadataPropertyHandling.Ignore,
        MaxDepth = 1024,
    };

    private readonly List<string> _lines = [];

    /// <summary>The text, or its lines.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => _lines.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            WriteObject(Plain(JsonConvert.DeserializeObject<JToken>(string.Join(Environment.NewLine, _lines), s_settings)), enumerateCollection: true);
        }
        catch (JsonException exception)
        {
            ArgumentException failure = new($"Conversion from JSON failed with error: {exception.Message}", exception);
            ThrowTerminatingError(new ErrorRecord(failure, "System.ArgumentException", ErrorCategory.InvalidData, null));
        }
    }

    private static object? Plain(JToken? token) => token switch
    {
        JObject map => Plain(map),
        JArray list => list.Select(Plain).ToArray(),
        JValue value => value.Value,
        _ => null,
    };

    private static PSObject Plain(JObject map)
    {
        PSObject result = new();
        foreach ((string name, JToken? value) in map) result.Properties.Add(new PSNoteProperty(name, Plain(value)));
        return result;
    }
}
