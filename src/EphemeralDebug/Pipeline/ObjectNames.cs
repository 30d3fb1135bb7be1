using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>The names of pods or nodes that a user gave, wildcards among them: what to ask the server for, and which answers to keep.</summary>
internal sealed class ObjectNames
{
    private readonly List<string> _exact = [];
    private readonly List<WildcardPattern> _patterns = [];
    private readonly HashSet<string> _found = [];

    internal ObjectNames(string[]? names)
    {
        foreach (string name in names ?? [])
        {
            string plain = name[(name.LastIndexOf('/') + 1)..]; // pod/web-0, as kubectl prints it
            if (WildcardPattern.ContainsWildcardCharacters(plain)) _patterns.Add(WildcardPattern.Get(plain, WildcardOptions.IgnoreCase));
            else _exact.Add(plain);
        }
    }

    /// <summary>The names without wildcards that no object had.</summary>
    internal IEnumerable<string> NotFound => _exact.Where(name => !_found.Contains(name));

    /// <summary>Lets the server look for the names where they are exact; one list serves all wildcards.</summary>
    internal IEnumerable<string?> Narrow(string? fieldSelector) => _patterns.Count > 0 || _exact.Count == 0
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
