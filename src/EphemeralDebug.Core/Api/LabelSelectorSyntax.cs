using System.Globalization;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// The syntax of label selectors: the grammar of <c>labels.Parse</c> in k8s.io/apimachinery, which kubectl and the server
/// use. A selector that the server would refuse is refused here, with the place of the mistake.
/// </summary>
internal ref struct LabelSelectorSyntax
{
    private readonly string _selector;
    private int _position;

    private LabelSelectorSyntax(string selector) => _selector = selector;

    /// <summary>Checks the selector and gives it back; null and empty select everything.</summary>
    internal static string? Check(string? selector)
    {
        if (string.IsNullOrWhiteSpace(selector)) return null;
        var syntax = new LabelSelectorSyntax(selector);
        do syntax.Requirement();
        while (syntax.Take(','));
        return syntax.Peek() == '\0' ? selector : throw syntax.Wrong("expected ',' or the end");
    }

    private void Requirement()
    {
        var isAbsent = Take('!');
        Key();
        if (isAbsent || Peek() is ',' or '\0') return;

        if (Take('='))
        {
            if (_position < _selector.Length && _selector[_position] == '=') _position++;
            Value();
        }
        else if (Take('!'))
        {
            if (_position == _selector.Length || _selector[_position] != '=') throw Wrong("expected '!='");
            _position++;
            Value();
        }
        else if (Take('>') || Take('<')) Number();
        else
        {
            var start = Start();
            if (Word() is not ("in" or "notin")) throw WrongAt(start, "expected '=', '==', '!=', 'in', 'notin', '<' or '>'");
            Values();
        }
    }

    private void Values()
    {
        if (!Take('(')) throw Wrong("expected '('");
        if (Peek() == ')') throw Wrong("expected a value");
        do Value();
        while (Take(','));
        if (!Take(')')) throw Wrong("expected ',' or ')'");
    }

    private void Key()
    {
        var start = Start();
        var key = Word();
        var slash = key.IndexOf('/');
        var prefix = slash < 0 ? null : key[..slash];
        var name = key[(slash + 1)..];
        if (key.Length == 0) throw WrongAt(start, "expected a label's key");
        if (name.Length == 0 || !IsValue(name)) throw WrongAt(start, $"'{key}' is no label key");
        if (prefix is not null && !IsPrefix(prefix)) throw WrongAt(start, $"the part before '/' of '{key}' is no DNS name");
    }

    private void Value()
    {
        var start = Start();
        var value = Word();
        if (!IsValue(value)) throw WrongAt(start, $"'{value}' is no label value: at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends");
    }

    private void Number()
    {
        var start = Start();
        if (!long.TryParse(Word(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) throw WrongAt(start, "expected an integer");
    }

    private static bool IsValue(string value) =>
        value.Length == 0 || (value.Length <= 63 && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1])
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));

    private static bool IsPrefix(string prefix) =>
        prefix.Length <= 253 && prefix.Split('.').All(part => part.Length > 0 && part[0] != '-' && part[^1] != '-'
            && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));

    private string Word()
    {
        var start = Start();
        while (_position < _selector.Length && !IsSpace(_selector[_position]) && !IsSpecial(_selector[_position])) _position++;
        return _selector[start.._position];
    }

    private bool Take(char c)
    {
        if (Peek() != c) return false;
        _position++;
        return true;
    }

    private char Peek() => Start() < _selector.Length ? _selector[_position] : '\0';

    private int Start()
    {
        while (_position < _selector.Length && IsSpace(_selector[_position])) _position++;
        return _position;
    }

    private DebugException Wrong(string why) => WrongAt(Start(), why);

    private readonly DebugException WrongAt(int position, string why) => Failure.InvalidLabelSelector(_selector, position + 1, why);

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';
}
