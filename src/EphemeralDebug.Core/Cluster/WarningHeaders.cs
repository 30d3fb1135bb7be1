using System.Net.Http.Headers;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Reads the warnings that a server adds to an answer: <c>Warning: 299 - "text"</c> (RFC 7234, 5.5).</summary>
internal static class WarningHeaders
{
    /// <summary>The texts of the warnings, each once, in the order they came.</summary>
    internal static IReadOnlyList<string> Read(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Warning", out HeaderStringValues values)
            ? [.. values.SelectMany(Parse).Select(text => PlainText.Clean(text)).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)]
            : [];

    /// <summary>The texts of one header line. What cannot be read is passed over: a warning is never a reason to fail.</summary>
    internal static IEnumerable<string> Parse(string header)
    {
        int at = 0;
        while (at < header.Length)
        {
            string start = Token(header, ref at);
            string agent = Token(header, ref at);
            if (start.Length != 3 || agent.Length == 0 || Quoted(header, ref at) is not { } text) yield break;
            // Kubernetes speaks with 299 only; other codes are those of caches.
            if (start == "299") yield return text;
            if (at < header.Length && header[at] == ' ')
            {
                at++;
                // The date that may follow.
                if (Quoted(header, ref at) is null) yield break;
            }
            while (at < header.Length && header[at] is ' ' or ',') at++;
        }
    }

    private static string Token(string header, ref int at)
    {
        int from = at;
        while (at < header.Length && header[at] != ' ') at++;
        string token = header[from..at];
        if (at < header.Length) at++;
        return token;
    }

    private static string? Quoted(string header, ref int at)
    {
        if (at >= header.Length || header[at] != '"') return null;
        StringBuilder text = new();
        for (int i = at + 1; i < header.Length; i++)
        {
            if (header[i] == '"')
            {
                at = i + 1;
                return text.ToString();
            }
            if (header[i] == '\\' && i + 1 < header.Length) i++;
            text.Append(header[i]);
        }
        return null;
    }
}
