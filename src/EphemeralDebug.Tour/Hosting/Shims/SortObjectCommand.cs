using System.Globalization;
using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>Sort-Object: by the values of properties, or by the objects themselves; equal ones keep their order.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet, IComparer<object?[]>
{
    private readonly List<(PSObject Item, object?[] Keys)> _items = [];

    /// <summary>An object of the pipeline.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The properties to compare, the first one first.</summary>
    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    /// <summary>Largest first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Of those that compare equal only the first.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not { } item) return;
        object?[] keys = Property is null ? [item] : [.. Property.SelectMany(property => PropertyChoice.Of(item, property)).Select(property => property.Value)];
        _items.Add((item, keys));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        object?[]? previous = null;
        foreach ((PSObject item, object?[] keys) in Descending ? _items.OrderByDescending(entry => entry.Keys, this) : _items.OrderBy(entry => entry.Keys, this))
        {
            if (Unique && previous is not null && ((IComparer<object?[]>)this).Compare(previous, keys) == 0) continue;
            previous = keys;
            WriteObject(item);
        }
    }

    int IComparer<object?[]>.Compare(object?[]? x, object?[]? y)
    {
        foreach ((object? left, object? right) in x!.Zip(y!))
        {
            int order = LanguagePrimitives.TryCompare(left, right, ignoreCase: true, CultureInfo.InvariantCulture, out int result)
                ? result
                : string.Compare(left?.ToString(), right?.ToString(), StringComparison.OrdinalIgnoreCase);
            if (order != 0) return order;
        }

        return 0;
    }
}
