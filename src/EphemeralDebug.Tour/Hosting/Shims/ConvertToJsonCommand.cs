using System.Collections;
using System.Management.Automation;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>ConvertTo-Json: properties as members, dictionaries and lists as such, enums as numbers, as pwsh does.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<PSObject?> _items = [];

    /// <summary>An object of the pipeline; several become a list.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>How deep to go; what lies below is written as its text.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    /// <summary>Without line breaks.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _items.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        JToken json = _items.Count == 1 ? Token(_items[0], 0) : new JArray(_items.Select(item => Token(item, 0)));
        WriteObject(json.ToString(Compress ? Formatting.None : Formatting.Indented));
    }

    private JToken Token(object? value, int depth)
    {
        object? plain = value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
        switch (plain)
        {
            case null: return JValue.CreateNull();
            case Enum number: return JToken.FromObject(Convert.ChangeType(number, number.GetTypeCode(), System.Globalization.CultureInfo.InvariantCulture));
            case string or bool or DateTime or DateTimeOffset or Guid or Uri: return JToken.FromObject(plain);
            case ValueType when plain.GetType().IsPrimitive || plain is decimal: return JToken.FromObject(plain);
        }

        if (depth > Depth) return JToken.FromObject(plain.ToString() ?? "");
        return plain switch
        {
            IDictionary map => new JObject(map.Cast<DictionaryEntry>().Select(entry => new JProperty(entry.Key.ToString()!, Token(entry.Value, depth + 1)))),
            IEnumerable list => new JArray(list.Cast<object?>().Select(item => Token(item, depth + 1))),
            _ => new JObject(PSObject.AsPSObject(value).Properties.Select(property => new JProperty(property.Name, Token(property.Value, depth + 1)))),
        };
    }
}
