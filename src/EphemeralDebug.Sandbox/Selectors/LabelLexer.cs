namespace EphemeralDebug.Sandbox.Selectors;

internal enum LabelTokenKind
{
    Identifier,
    Operator,
    Not,
    Comma,
    Open,
    Closed,
    End,
}

internal readonly record struct LabelToken(LabelTokenKind Kind, string Text);

/// <summary>Cuts a label selector into words and signs.</summary>
internal static class LabelLexer
{
    internal static IReadOnlyList<LabelToken> Split(string text)
    {
        List<LabelToken> tokens = [];
        int i = 0;
        while (i < text.Length)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c)) i++;
            else if (IsSpecial(c))
            {
                string sign = text.Substring(i, c is '=' or '!' && i + 1 < text.Length && text[i + 1] == '=' ? 2 : 1);
                tokens.Add(new LabelToken(KindOf(sign), sign));
                i += sign.Length;
            }
            else
            {
                int start = i;
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && !IsSpecial(text[i])) i++;
                tokens.Add(new LabelToken(LabelTokenKind.Identifier, text[start..i]));
            }
        }
        return tokens;
    }

    private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private static LabelTokenKind KindOf(string sign) => sign switch
    {
        "(" => LabelTokenKind.Open,
        ")" => LabelTokenKind.Closed,
        "," => LabelTokenKind.Comma,
        "!" => LabelTokenKind.Not,
        _ => LabelTokenKind.Operator,
    };
}
