using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Api;

/// <summary>The <c>Warning</c> headers of an answer (RFC 7234: <c>299 - "text"</c>), which kubectl prints as warnings.</summary>
internal static partial class ServerWarnings
{
    internal static List<string> Of(HttpResponseMessage response)
    {
        var warnings = new List<string>();
        if (!response.Headers.NonValidated.TryGetValues("Warning", out var headers)) return warnings;
        foreach (var header in headers)
        {
            foreach (Match match in Warning().Matches(header))
            {
                var text = PlainText.Clean(Escape().Replace(match.Groups["text"].Value, "$1"));
                if (text.Length > 0) warnings.Add(text);
            }
        }
        return warnings;
    }

    // One header may hold several, and the text may hold commas and escaped quotes.
    [GeneratedRegex(@"\d{3} \S+ ""(?<text>(?:[^""\\]|\\.)*)""", RegexOptions.NonBacktracking)]
    private static partial Regex Warning();

    [GeneratedRegex(@"\\(.)", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
