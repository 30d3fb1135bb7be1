using System.Globalization;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>Computes <c>$((...))</c>: integers, variables, parentheses and the usual operators.</summary>
internal sealed class ShellArithmetic(string text, Func<string, string?> variable)
{
    private static readonly string[][] s_levels = [["||"], ["&&"], ["==", "!="], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];
    private int _at;

    internal long Compute()
    {
        long value = Binary(0);
        SkipSpace();
        return _at == text.Length ? value : throw new ShellSyntaxException("arithmetic syntax error");
    }

    private long Binary(int level)
    {
        if (level == s_levels.Length) return Unary();
        long left = Binary(level + 1);
        while (true)
        {
            SkipSpace();
            string? symbol = Array.Find(s_levels[level], candidate => string.CompareOrdinal(text, _at, candidate, 0, candidate.Length) == 0);
            if (symbol is null) return left;
            _at += symbol.Length;
            long right = Binary(level + 1);
            left = symbol switch
            {
                "||" => left != 0 || right != 0 ? 1 : 0,
                "&&" => left != 0 && right != 0 ? 1 : 0,
                "==" => left == right ? 1 : 0,
                "!=" => left != right ? 1 : 0,
                "<=" => left <= right ? 1 : 0,
                ">=" => left >= right ? 1 : 0,
                "<" => left < right ? 1 : 0,
                ">" => left > right ? 1 : 0,
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                _ when right == 0 => throw new ShellSyntaxException("divide by zero"),
                "/" => left / right,
                _ => left % right,
            };
        }
    }

    private long Unary()
    {
        SkipSpace();
        if (_at == text.Length) throw new ShellSyntaxException("arithmetic syntax error");
        switch (text[_at])
        {
            case '-':
                _at++;
                return -Unary();
            case '!':
                _at++;
                return Unary() == 0 ? 1 : 0;
            case '(':
                _at++;
                long inner = Binary(0);
                SkipSpace();
                if (_at == text.Length || text[_at++] != ')') throw new ShellSyntaxException("arithmetic syntax error");
                return inner;
        }
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '$')) _at++;
        string word = text[start.._at].TrimStart('$');
        string? value = word.Length > 0 && char.IsAsciiDigit(word[0]) ? word : word.Length > 0 ? variable(word) ?? "0" : null;
        return value is null ? throw new ShellSyntaxException("arithmetic syntax error")
            : long.TryParse(value, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }
}
