using System.Management.Automation;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Pipeline;

/// <summary>The names of pods or nodes that a user gave, wildcards among them: what to ask the server for, and which answers to keep.</summary>
internal sealed class ObjectNames
{
    private readonly List<string> _exact = [];
    private readonly List<WildcardPattern> _patterns = [];
    private readonly HashSet<string> _found = [];
    private readonly List<string> _invalid = [];

    /// <param name="names">What the user gave; null for all objects.</param>
    /// <param name="types">What may stand before a slash, as in <c>pod/web-0</c>, which kubectl prints.</param>
    internal ObjectNames(string[]? names, params string[] types)
    {
        foreach (string name in names ?? [])
        {
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            string plain = slash > 0 && types.Contains(name[..slash], StringComparer.OrdinalIgnoreCase) ? name[(slash + 1)..] : name;
            if (WildcardPattern.ContainsWildcardCharacters(plain)) _patterns.Add(WildcardPattern.Get(plain, WildcardOptions.IgnoreCase));
            else if (NameRules.IsSubdomain(plain)) _exact.Add(plain);
            else _invalid.Add(name);
        }
    }

    /// <summary>What can be no object's name. It never enters a selector, where a comma in it would ask for something else.</summary>
    internal IReadOnlyList<string> Invalid => _invalid;

    /// <summary>The names without wildcards that no object had.</summary>
    internal IEnumerable<string> NotFound => _exact.Where(name => !_found.Contains(name));

    /// <summary>Lets the server look for the names where they are exact; one list serves all wildcards.</summary>
    internal IEnumerable<string?> Narrow(string? fieldSelector) => _patterns.Count > 0 || (_exact.Count == 0 && _invalid.Count == 0)
        ? [fieldSelector]
        : _exact.Distinct().Select(string? (name) => string.IsNullOrEmpty(fieldSelector) ? $"metadata.name={name}" : $"{fieldSelector},metadata.name={name}");

    /// <summary>Whether an object is one of those that were asked for.</summary>
    internal bool Accept(string name)
    {
        bool named = _exact.Contains(name);
        if (named) _found.Add(name);
        return named || (_exact.Count == 0 && _patterns.Count == 0) || _patterns.Exists(pattern => pattern.IsMatch(name));
    }
}
