using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Select-Object. With -First or -Index, what comes before it in the pipeline stops as soon as it has enough.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private readonly List<object?> _seen = [];
    private int _position;
    private int _taken;

    /// <summary>An object of the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The properties to keep: names, script blocks, or hashtables with Name and Expression.</summary>
    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    /// <summary>The one property whose value takes the object's place.</summary>
    [Parameter]
    public string? ExpandProperty { get; set; }

    /// <summary>Only so many from the start.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Only so many from the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Not so many at the start.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>Only those at these places, from 0.</summary>
    [Parameter]
    public int[]? Index { get; set; }

    /// <summary>Each value once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (First == 0 && Last is null) throw EngineInternals.StopUpstream(this);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        int position = _position++;
        if (Index is not null)
        {
            if (Index.Contains(position)) Emit(InputObject);
            if (position >= Index.Max()) throw EngineInternals.StopUpstream(this);
            return;
        }

        if (position < Skip) return;
        if (First is { } first && _taken < first)
        {
            _taken++;
            Emit(InputObject);
            if (_taken == first && Last is null) throw EngineInternals.StopUpstream(this);
        }
        else if (Last is { } last)
        {
            _last.Enqueue(InputObject);
            if (_last.Count > last) _last.Dequeue();
        }
        else if (First is null)
        {
            Emit(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        while (_last.TryDequeue(out PSObject? item)) Emit(item);
    }

    private void Emit(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            if (item.Properties[ExpandProperty] is { } property)
            {
                foreach (object? value in LanguagePrimitives.GetEnumerable(property.Value) ?? new[] { property.Value }) Write(value);
                return;
            }

            WriteError(new ErrorRecord(
                new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found."), "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
            return;
        }

        Write(Property is null ? item : Reduced(item, Property));
    }

    private void Write(object? value)
    {
        if (Unique)
        {
            if (_seen.Exists(seen => LanguagePrimitives.Equals(seen, value))) return;
            _seen.Add(value);
        }

        WriteObject(value);
    }

    private static PSObject Reduced(PSObject item, object[] properties)
    {
        PSObject reduced = new();
        foreach ((string name, object? value) in properties.SelectMany(property => PropertyChoice.Of(item, property)))
            if (reduced.Properties[name] is null) reduced.Properties.Add(new PSNoteProperty(name, value));
        return reduced;
    }
}
