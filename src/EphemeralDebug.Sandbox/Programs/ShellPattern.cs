using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The patterns of <c>case</c>, of <c>${x##...}</c> and of file names: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>; a backslash quotes.</summary>
internal static class ShellPattern
{
    /// <summary>Text as a pattern that matches nothing else.</summary>
    internal static void Quote(StringBuilder pattern, ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is '*' or '?' or '[' or ']' or '\\') pattern.Append('\\');
            pattern.Append(c);
        }
    }

    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (pattern.Length > 0)
        {
            if (pattern[0] == '*')
            {
                for (int skip = 0; skip <= text.Length; skip++)
                {
                    if (Matches(pattern[1..], text[skip..])) return true;
                }
                return false;
            }
            if (text.IsEmpty || !MatchesOne(pattern, text[0], out int used)) return false;
            pattern = pattern[used..];
            text = text[1..];
        }
        return text.IsEmpty;
    }

    /// <summary>Removes what the pattern matches at one end: the least of it, or the most.</summary>
    internal static string Trim(string text, string pattern, bool fromStart, bool most)
    {
        for (int i = 0; i <= text.Length; i++)
        {
            int length = most ? text.Length - i : i;
            if (Matches(pattern, fromStart ? text.AsSpan(0, length) : text.AsSpan(text.Length - length))) return fromStart ? text[length..] : text[..^length];
        }
        return text;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, char c, out int used)
    {
        used = 1;
        switch (pattern[0])
        {
            case '?':
                return true;
            case '\\' when pattern.Length > 1:
                used = 2;
                return pattern[1] == c;
            case '[' when pattern.Length > 2 && pattern[2..].IndexOf(']') is >= 0 and int close:
                used = close + 3;
                return IsInSet(pattern[1..(used - 1)], c);
            default:
                return pattern[0] == c;
        }
    }

    private static bool IsInSet(ReadOnlySpan<char> set, char c)
    {
        bool negated = set.Length > 1 && set[0] is '!' or '^';
        if (negated) set = set[1..];
        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool range = i + 2 < set.Length && set[i + 1] == '-';
            found |= range ? c >= set[i] && c <= set[i + 2] : c == set[i];
            if (range) i += 2;
        }
        return found != negated;
    }
}
