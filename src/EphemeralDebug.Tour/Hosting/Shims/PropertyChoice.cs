using System.Collections;
using System.Management.Automation;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>
/// What <c>-Property</c> takes in Select-Object and Sort-Object: a name (wildcards allowed), a script block, or a hashtable with
/// <c>Name</c>/<c>Label</c> and <c>Expression</c>.
/// </summary>
internal static class PropertyChoice
{
    /// <summary>The chosen properties of an object, by name; a name that it does not have gives null.</summary>
    public static IEnumerable<(string Name, object? Value)> Of(PSObject item, object choice)
    {
        object chosen = choice is PSObject wrapped ? wrapped.BaseObject : choice;
        switch (chosen)
        {
            case ScriptBlock block:
                return [(block.ToString(), Evaluate(block, item))];
            case IDictionary table:
                object expression = Entry(table, "Expression", "E") ?? throw new PSArgumentException("A calculated property needs an Expression.");
                string? label = Entry(table, "Name", "N", "Label", "L")?.ToString();
                return Of(item, expression).Select(property => (label ?? property.Name, property.Value));
            default:
                string name = chosen.ToString()!;
                if (!WildcardPattern.ContainsWildcardCharacters(name)) return [(name, item.Properties[name]?.Value)];
                return [.. item.Properties.Match(name).Select(property => (property.Name, (object?)property.Value))];
        }
    }

    private static object? Evaluate(ScriptBlock block, PSObject item)
    {
        List<PSObject> results = [.. block.InvokeWithContext(null, [new PSVariable("_", item), new PSVariable("PSItem", item)])];
        return results.Count switch { 0 => null, 1 => results[0], _ => results.ToArray() };
    }

    private static object? Entry(IDictionary table, params string[] names) =>
        table.Keys.Cast<object>().Where(key => names.Contains(key.ToString(), StringComparer.OrdinalIgnoreCase)).Select(key => table[key]).FirstOrDefault();
}
