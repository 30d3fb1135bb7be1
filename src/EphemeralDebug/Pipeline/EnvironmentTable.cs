using System.Collections;
using System.Globalization;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Pipeline;

/// <summary>Environment variables as users give them: a hashtable.</summary>
internal static class EnvironmentTable
{
    /// <summary>Reads it; null has none.</summary>
    internal static EnvironmentVariable[] Read(IDictionary? table) => [.. (table ?? new Hashtable()).Cast<DictionaryEntry>().Select(entry =>
        new EnvironmentVariable(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? ""))];
}
