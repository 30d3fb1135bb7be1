using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core;

/// <summary>Makes text from pods and servers safe to print: it cannot move the cursor, colour the screen or turn the reading direction.</summary>
internal static partial class PlainText
{
    // What needs no cleaning. (IndexOfAnyExceptInRange would box its bounds, two a call, until the runtime has compiled it anew.)
    private static readonly SearchValues<char> s_printableAscii = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)]);

    /// <summary>
    /// Removes terminal escape sequences, the control characters C0 and C1, and the characters that change the direction of text or
    /// hide in it. A line break or tab becomes a space and blanks at the ends go, unless <paramref name="keepLayout"/> is set.
    /// </summary>
    internal static string Clean(string? text, bool keepLayout = false)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.AsSpan().IndexOfAnyExcept(s_printableAscii) < 0) return keepLayout ? text : text.Trim(' ');
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in EscapeSequence().Replace(text, "").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t') clean.Append(keepLayout ? (char)rune.Value : ' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
                clean.Append(rune.ToString());
        }

        return keepLayout ? clean.ToString() : clean.ToString().Trim(' ');
    }

    /// <summary>The same in one line, each run of white space as one space; longer text is cut and says so.</summary>
    internal static string OneLine(string text, int limit = 300)
    {
        // What is cut off need not be cleaned: an answer of megabytes may stand behind it.
        string line = Clean(string.Join(' ', text[..Math.Min(text.Length, limit * 4)].Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
        return line.Length <= limit ? line : line[..limit] + "…";
    }

    // CSI (ESC [ or its C1 form), the string sequences (OSC, DCS, APC, PM, SOS) with what they carry, and the short escapes.
    [GeneratedRegex(@"(?:\x1B\[|\x9B)[0-?]*[ -/]*[@-~]?|(?:\x1B[\]PX^_]|[\x90\x98\x9D\x9E\x9F])[^\x07\x1B\x9C]*(?:\x07|\x1B\\|\x9C)?|\x1B[ -/]*[0-~]?", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
