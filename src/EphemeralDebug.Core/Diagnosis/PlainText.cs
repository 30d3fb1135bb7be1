using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Diagnosis;

/// <summary>Makes text from pods and servers safe to print: it cannot move the cursor, colour the screen or turn the reading direction.</summary>
internal static partial class PlainText
{
    /// <summary>
    /// Removes terminal escape sequences, the control characters C0 and C1, and the characters that change the direction of text or
    /// hide in it. A line break or tab becomes a space, unless <paramref name="keepLines"/> is set.
    /// </summary>
    internal static string Clean(string? text, bool keepLines = false)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in EscapeSequence().Replace(text, "").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t')
                clean.Append(keepLines ? (char)rune.Value : ' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
                clean.Append(rune.ToString());
        }
        return clean.ToString().Trim(' ');
    }

    // CSI (ESC [ or its C1 form), the string sequences (OSC, DCS, APC, PM, SOS) with what they carry, and the short escapes.
    [GeneratedRegex(@"(?:\x1B\[|\x9B)[0-?]*[ -/]*[@-~]?|(?:\x1B[\]PX^_]|[\x90\x98\x9D\x9E\x9F])[^\x07\x1B\x9C]*(?:\x07|\x1B\\|\x9C)?|\x1B[ -/]*[0-~]?", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
