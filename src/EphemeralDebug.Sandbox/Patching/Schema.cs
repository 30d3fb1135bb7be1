namespace EphemeralDebug.Sandbox.Patching;

/// <summary>
/// What the server knows about a field: its own fields, how its list merges. One description serves strategic merges (merge
/// keys), warnings about unknown fields, and managedFields (which parts have an owner of their own).
/// </summary>
internal sealed record Schema
{
    /// <summary>A value without parts: a scalar, or something that the sandbox does not look into.</summary>
    internal static readonly Schema Leaf = new();

    /// <summary>Any names: labels, annotations, limits.</summary>
    internal static readonly Schema Map = new() { Open = true };

    /// <summary>A list of scalars that a patch adds to instead of replacing.</summary>
    internal static readonly Schema Set = new() { MergesScalars = true };

    /// <summary>The fields of an object; null where the value is not an object with known fields.</summary>
    internal IReadOnlyDictionary<string, Schema>? Fields { get; init; }

    /// <summary>What the items of a list are.</summary>
    internal Schema? Items { get; init; }

    /// <summary>The key by which a strategic merge patch finds items; null where it replaces the list.</summary>
    internal string? MergeKey { get; init; }

    /// <summary>The keys that name an item in managedFields; empty where the list has one owner.</summary>
    internal IReadOnlyList<string> OwnerKeys { get; init; } = [];

    /// <summary>Whether unknown fields are kept.</summary>
    internal bool Open { get; init; }

    internal bool MergesScalars { get; init; }

    /// <summary>An object that has one owner as a whole.</summary>
    internal bool Atomic { get; init; }

    internal Schema Field(string name) => Fields?.GetValueOrDefault(name) ?? (Open ? Leaf : Unknown);

    /// <summary>The answer for a field that does not exist.</summary>
    internal static readonly Schema Unknown = new();

    /// <summary>An object: <paramref name="leaves"/> are names with spaces between, <paramref name="fields"/> have parts.</summary>
    internal static Schema Object(string leaves, params ReadOnlySpan<(string Name, Schema Schema)> fields)
    {
        Dictionary<string, Schema> all = new(StringComparer.Ordinal);
        foreach (string leaf in leaves.Split(' ', StringSplitOptions.RemoveEmptyEntries)) all[leaf] = Leaf;
        foreach ((string name, Schema schema) in fields) all[name] = schema;
        return new Schema { Fields = all };
    }

    /// <summary>A list whose items are found by a key.</summary>
    internal static Schema Keyed(Schema items, string mergeKey, params string[] ownerKeys) =>
        new() { Items = items, MergeKey = mergeKey, OwnerKeys = ownerKeys.Length == 0 ? [mergeKey] : ownerKeys };

    /// <summary>A list that is replaced as a whole.</summary>
    internal static Schema ListOf(Schema items) => new() { Items = items };
}
