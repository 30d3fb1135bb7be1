using System.Globalization;
using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Measure-Object: counts objects, or sums up the values of a property.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<double> _values = [];
    private int _count;

    /// <summary>An object of the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The property whose values are measured; objects without it do not count.</summary>
    [Parameter(Position = 0)]
    public string? Property { get; set; }

    /// <summary>Adds the values up.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Their mean.</summary>
    [Parameter]
    public SwitchParameter Average { get; set; }

    /// <summary>The smallest.</summary>
    [Parameter]
    public SwitchParameter Minimum { get; set; }

    /// <summary>The largest.</summary>
    [Parameter]
    public SwitchParameter Maximum { get; set; }

    private bool MeasuresValues => Sum || Average || Minimum || Maximum;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        object? value = Property is null ? InputObject : InputObject.Properties[Property]?.Value;
        if (value is null) return;
        _count++;
        if (MeasuresValues) _values.Add((double)LanguagePrimitives.ConvertTo(value, typeof(double), CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        PSObject result = new();
        void Add(string name, object? value) => result.Properties.Add(new PSNoteProperty(name, value));
        Add("Count", _count);
        if (Sum) Add("Sum", _values.Sum());
        if (Average) Add("Average", _values.Count == 0 ? null : _values.Average());
        if (Minimum) Add("Minimum", _values.Count == 0 ? null : _values.Min());
        if (Maximum) Add("Maximum", _values.Count == 0 ? null : _values.Max());
        if (Property is not null) Add("Property", Property);
        WriteObject(result);
    }
}
