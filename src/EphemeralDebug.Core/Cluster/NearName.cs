namespace EphemeralDebug.Core.Cluster;

/// <summary>The name that was probably meant.</summary>
internal static class NearName
{
    /// <summary>The nearest of the names: equal but for case, or a typing error or two away; null where none is near.</summary>
    internal static string? Find(string name, IEnumerable<string> names) => names
        .Select(candidate => (Candidate: candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(near => near.Distance <= Math.Max(1, Math.Min(name.Length, near.Candidate.Length) / 4))
        .OrderBy(near => near.Distance).ThenBy(near => near.Candidate, StringComparer.Ordinal)
        .Select(near => near.Candidate)
        .FirstOrDefault();

    /// <summary>How many letters must be added, removed or replaced (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
