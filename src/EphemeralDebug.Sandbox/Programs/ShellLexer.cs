namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A word (raw), an operator, or a redirection such as <c>2&gt;</c>.</summary>
internal readonly record struct ShellToken(ShellTokenKind Kind, string Text, int Descriptor = -1);

internal enum ShellTokenKind { Word, Operator, Redirect, End }

/// <summary>Cuts a script into tokens.</summary>
internal static class ShellLexer
{
    internal static List<ShellToken> Tokens(string script)
    {
        List<ShellToken> tokens = [];
        int at = 0;
        while (true)
        {
            while (at < script.Length && script[at] is ' ' or '\t' or '\r') at++;
            if (at + 1 < script.Length && script[at] == '\\' && script[at + 1] == '\n')
            {
                at += 2;
                continue;
            }
            if (at == script.Length) break;
            if (script[at] == '#')
            {
                while (at < script.Length && script[at] != '\n') at++;
                continue;
            }
            tokens.Add(Next(script, ref at));
        }
        tokens.Add(new ShellToken(ShellTokenKind.End, ""));
        return tokens;
    }

    /// <summary>The end of a piece that begins at <paramref name="at"/>: a quoted text, <c>$(...)</c>, or one character.</summary>
    internal static int SkipPiece(string text, int at)
    {
        switch (text[at])
        {
            case '\\':
                return Math.Min(at + 2, text.Length);
            case '\'':
                int close = text.IndexOf('\'', at + 1);
                return close < 0 ? throw Unterminated("quoted string") : close + 1;
            case '"':
                for (at++; at < text.Length && text[at] != '"';) at = text[at] is '\\' or '$' or '`' ? SkipPiece(text, at) : at + 1;
                return at < text.Length ? at + 1 : throw Unterminated("quoted string");
            case '`':
                int end = text.IndexOf('`', at + 1);
                return end < 0 ? throw Unterminated("backquote") : end + 1;
            case '$' when at + 1 < text.Length && text[at + 1] is '(' or '{':
                char open = text[at + 1], shut = open == '(' ? ')' : '}';
                int depth = 1;
                for (at += 2; at < text.Length && depth > 0;)
                {
                    if (text[at] is '\\' or '\'' or '"' or '$' or '`')
                    {
                        at = SkipPiece(text, at);
                        continue;
                    }
                    if (text[at] == open) depth++;
                    if (text[at] == shut) depth--;
                    at++;
                }
                return depth == 0 ? at : throw Unterminated("substitution");
            default:
                return at + 1;
        }
    }

    private static ShellToken Next(string script, ref int at)
    {
        int start = at;
        while (at < script.Length && char.IsAsciiDigit(script[at])) at++;
        if (at < script.Length && script[at] is '<' or '>')
        {
            int descriptor = at > start ? int.Parse(script[start..at], System.Globalization.CultureInfo.InvariantCulture) : script[at] == '<' ? 0 : 1;
            string symbol = script.AsSpan(at) switch
            {
                [ '>', '>', ..] => ">>",
                [ '>', '&', ..] => ">&",
                [ '<', '&', ..] => "<&",
                _ => script[at].ToString(),
            };
            at += symbol.Length;
            return new ShellToken(ShellTokenKind.Redirect, symbol, descriptor);
        }
        at = start;
        foreach (string symbol in (string[])["&&", "||", ";;", ";", "|", "&", "(", ")", "\n"])
        {
            if (string.CompareOrdinal(script, at, symbol, 0, symbol.Length) != 0) continue;
            at += symbol.Length;
            return new ShellToken(ShellTokenKind.Operator, symbol);
        }
        while (at < script.Length && script[at] is not (' ' or '\t' or '\r' or '\n' or ';' or '|' or '&' or '(' or ')' or '<' or '>')) at = SkipPiece(script, at);
        return new ShellToken(ShellTokenKind.Word, script[start..at]);
    }

    private static ShellSyntaxException Unterminated(string what) => new($"syntax error: unterminated {what}") { Incomplete = true };
}
