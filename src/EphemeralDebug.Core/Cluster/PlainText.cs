using System.Globalization;
using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Text of others made safe to print: without control characters, which could drive the terminal, and bounded.</summary>
internal static class PlainText
{
    /// <summary>The text without control and format characters; line breaks stay. Longer text is cut and says so.</summary>
    internal static string Clean(string text, int limit = 4096)
    {
        StringBuilder clean = new(Math.Min(text.Length, limit));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length >= limit) return clean.Append('…').ToString();
            if (rune.Value == '\n') clean.Append('\n');
            else if (rune.Value == '\t') clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
                clean.Append(rune.ToString());
        }
        return clean.ToString().Trim();
    }

    /// <summary>The same in one line, each run of white space as one space.</summary>
    internal static string OneLine(string text, int limit = 300) =>
        Clean(string.Join(' ', text[..Math.Min(text.Length, limit * 4)].Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), limit);
}
