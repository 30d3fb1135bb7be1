namespace EphemeralDebug.Sandbox.Programs;

/// <summary>Parses the part of the shell language that people type while they debug: lists, pipes, loops, conditions.</summary>
internal sealed class ShellParser
{
    private static readonly HashSet<string> s_closers = new(StringComparer.Ordinal) { "do", "done", "then", "else", "elif", "fi", "esac", "}" };
    private readonly List<ShellToken> _tokens;
    private int _at;

    private ShellParser(List<ShellToken> tokens) => _tokens = tokens;

    private ShellToken Current => _tokens[_at];

    internal static ShellNode Parse(string script)
    {
        ShellParser parser = new(ShellLexer.Tokens(script));
        ShellNode node = parser.ParseList();
        return parser.Current.Kind == ShellTokenKind.End ? node : throw parser.Unexpected();
    }

    private ShellNode.List ParseList()
    {
        List<ShellNode> items = [];
        while (true)
        {
            while (IsOperator(";") || IsOperator("\n")) _at++;
            if (Current.Kind == ShellTokenKind.End || IsOperator(")") || IsOperator(";;") || (Current.Kind == ShellTokenKind.Word && s_closers.Contains(Current.Text))) break;
            items.Add(ParseAndOr());
            if (IsOperator("&")) throw new ShellSyntaxException("syntax error: background commands are not simulated");
            if (!IsOperator(";") && !IsOperator("\n")) break;
        }
        return new ShellNode.List(items);
    }

    private ShellNode ParseAndOr()
    {
        ShellNode left = ParsePipeline();
        while (IsOperator("&&") || IsOperator("||"))
        {
            bool and = IsOperator("&&");
            _at++;
            SkipNewLines();
            left = new ShellNode.AndOr(left, and, ParsePipeline());
        }
        return left;
    }

    private ShellNode ParsePipeline()
    {
        bool negated = IsWord("!");
        if (negated) _at++;
        List<ShellNode> stages = [ParseCommand()];
        while (IsOperator("|"))
        {
            _at++;
            SkipNewLines();
            stages.Add(ParseCommand());
        }
        return stages.Count == 1 && !negated ? stages[0] : new ShellNode.Pipeline(stages, negated);
    }

    private ShellNode ParseCommand()
    {
        ShellNode node = Current switch
        {
            { Kind: ShellTokenKind.Operator, Text: "(" } => ParseSubshell(),
            { Kind: ShellTokenKind.Word, Text: "{" } => ParseGroup(),
            { Kind: ShellTokenKind.Word, Text: "while" or "until" } => ParseWhile(),
            { Kind: ShellTokenKind.Word, Text: "for" } => ParseFor(),
            { Kind: ShellTokenKind.Word, Text: "if" } => ParseIf(),
            { Kind: ShellTokenKind.Word, Text: "case" } => ParseCase(),
            _ => ParseSimple(),
        };
        List<ShellRedirect> redirects = [];
        while (Current.Kind == ShellTokenKind.Redirect) redirects.Add(ParseRedirect());
        return redirects.Count == 0 ? node : new ShellNode.Redirected(node, redirects);
    }

    private ShellNode ParseSimple()
    {
        List<(string, string)> assignments = [];
        List<string> words = [];
        List<ShellRedirect> redirects = [];
        while (true)
        {
            if (Current.Kind == ShellTokenKind.Redirect)
            {
                redirects.Add(ParseRedirect());
                continue;
            }
            if (Current.Kind != ShellTokenKind.Word) break;
            string word = _tokens[_at++].Text;
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (words.Count == 0 && equals > 0 && IsName(word.AsSpan(0, equals))) assignments.Add((word[..equals], word[(equals + 1)..]));
            else words.Add(word);
        }
        if (words.Count == 0 && assignments.Count == 0 && redirects.Count == 0) throw Unexpected();
        ShellNode node = new ShellNode.Simple(assignments, words);
        return redirects.Count == 0 ? node : new ShellNode.Redirected(node, redirects);
    }

    private ShellRedirect ParseRedirect()
    {
        ShellToken redirect = _tokens[_at++];
        if (Current.Kind != ShellTokenKind.Word) throw Unexpected();
        return new ShellRedirect(redirect.Descriptor, redirect.Text, _tokens[_at++].Text);
    }

    private ShellNode.Subshell ParseSubshell()
    {
        _at++;
        ShellNode body = ParseList();
        if (!IsOperator(")")) throw Unexpected();
        _at++;
        return new ShellNode.Subshell(body);
    }

    private ShellNode ParseGroup()
    {
        _at++;
        ShellNode body = ParseList();
        Expect("}");
        return body;
    }

    private ShellNode.While ParseWhile()
    {
        bool until = _tokens[_at++].Text == "until";
        ShellNode condition = ParseList();
        return new ShellNode.While(condition, ParseDo(), until);
    }

    private ShellNode.For ParseFor()
    {
        _at++;
        if (Current.Kind != ShellTokenKind.Word || !IsName(Current.Text)) throw Unexpected();
        string variable = _tokens[_at++].Text;
        List<string>? words = null;
        SkipNewLines();
        if (IsWord("in"))
        {
            _at++;
            words = [];
            while (Current.Kind == ShellTokenKind.Word) words.Add(_tokens[_at++].Text);
        }
        while (IsOperator(";") || IsOperator("\n")) _at++;
        return new ShellNode.For(variable, words, ParseDo());
    }

    private ShellNode.If ParseIf()
    {
        List<(ShellNode, ShellNode)> branches = [];
        ShellNode? otherwise = null;
        do
        {
            _at++;
            ShellNode condition = ParseList();
            Expect("then");
            branches.Add((condition, ParseList()));
        }
        while (IsWord("elif"));
        if (IsWord("else"))
        {
            _at++;
            otherwise = ParseList();
        }
        Expect("fi");
        return new ShellNode.If(branches, otherwise);
    }

    private ShellNode.Case ParseCase()
    {
        _at++;
        string word = Word();
        SkipNewLines();
        Expect("in");
        SkipNewLines();
        List<(IReadOnlyList<string>, ShellNode)> branches = [];
        while (!IsWord("esac"))
        {
            if (IsOperator("(")) _at++;
            List<string> patterns = [Word()];
            while (IsOperator("|"))
            {
                _at++;
                patterns.Add(Word());
            }
            if (!IsOperator(")")) throw Unexpected();
            _at++;
            branches.Add((patterns, ParseList()));
            if (IsOperator(";;")) _at++;
            else if (!IsWord("esac")) throw Unexpected();
            SkipNewLines();
        }
        _at++;
        return new ShellNode.Case(word, branches);

        string Word() => Current.Kind == ShellTokenKind.Word ? _tokens[_at++].Text : throw Unexpected();
    }

    private ShellNode.List ParseDo()
    {
        Expect("do");
        ShellNode.List body = ParseList();
        Expect("done");
        return body;
    }

    private void Expect(string word)
    {
        if (!IsWord(word)) throw Unexpected();
        _at++;
    }

    private void SkipNewLines()
    {
        while (IsOperator("\n")) _at++;
    }

    private bool IsOperator(string text) => Current.Kind == ShellTokenKind.Operator && Current.Text == text;

    private bool IsWord(string text) => Current.Kind == ShellTokenKind.Word && Current.Text == text;

    private static bool IsName(ReadOnlySpan<char> text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.IndexOfAnyExcept(s_nameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private ShellSyntaxException Unexpected() => Current.Kind == ShellTokenKind.End
        ? new ShellSyntaxException("syntax error: unexpected end of file") { Incomplete = true }
        : new ShellSyntaxException($"syntax error: unexpected \"{(Current.Text == "\n" ? "newline" : Current.Text)}\"");
}
