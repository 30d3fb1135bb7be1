using System.Globalization;
using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <content>From raw words to arguments.</content>
internal sealed partial class Shell
{
    private async Task<List<string>> ExpandAllAsync(IReadOnlyList<string> words, ProcessContext io)
    {
        List<string> expanded = [];
        foreach (string word in words) expanded.AddRange(await ExpandAsync(word, io, split: true));
        return expanded;
    }

    /// <summary>Expands one raw word: quotes, variables, <c>$(...)</c> and <c>$((...))</c>; unquoted results split at blanks and name files.</summary>
    private async Task<List<string>> ExpandAsync(string word, ProcessContext io, bool split)
    {
        List<string> words = [];
        foreach ((string text, string pattern) in await ExpandPiecesAsync(word, io, split))
        {
            List<string> found = split && pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0 ? Glob(pattern, io) : [];
            if (found.Count > 0) words.AddRange(found);
            else words.Add(text);
        }
        return words;
    }

    /// <summary>Expands one raw word to a pattern, where what was quoted stands for itself.</summary>
    private async Task<string> PatternAsync(string word, ProcessContext io) => string.Concat((await ExpandPiecesAsync(word, io, split: false)).Select(piece => piece.Pattern));

    private async Task<List<(string Text, string Pattern)>> ExpandPiecesAsync(string word, ProcessContext io, bool split)
    {
        List<(string, string)> words = [];
        StringBuilder text = new(), pattern = new();
        bool any = false, quoted = false;
        for (int at = 0; at < word.Length;)
        {
            char c = word[at];
            if (c == '"')
            {
                (quoted, any) = (!quoted, true);
                at++;
                continue;
            }
            // Inside double quotes a single quote is a character like any other.
            int end = quoted && c == '\'' ? at + 1 : ShellLexer.SkipPiece(word, at);
            if (c == '\'' && !quoted)
            {
                Append(word.AsSpan(at + 1, end - at - 2), literal: true);
                any = true;
            }
            else if (c == '\\')
            {
                string rest = word[(at + 1)..end];
                if (quoted && rest is not ("$" or "\"" or "\\" or "`" or "\n")) Append("\\", literal: true);
                if (rest != "\n") Append(rest, literal: true);
                any = true;
            }
            else if (word.AsSpan(at).StartsWith("$@"))
            {
                end = at + 2;
                for (int i = 0; i < _positional.Length; i++)
                {
                    if (i > 0) Flush();
                    Append(_positional[i], quoted);
                    any = true;
                }
            }
            else if (c is '$' or '`')
            {
                (string value, end) = await SubstituteAsync(word, at, end, io);
                if (quoted || !split) Append(value, quoted);
                else AppendSplit(value);
            }
            else
            {
                Append([c], quoted);
            }
            at = end;
        }
        Flush();
        return words;

        void Append(ReadOnlySpan<char> value, bool literal)
        {
            text.Append(value);
            if (literal) ShellPattern.Quote(pattern, value);
            else pattern.Append(value);
        }

        void AppendSplit(string value)
        {
            string[] parts = value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (value.Length > 0 && char.IsWhiteSpace(value[0])) Flush();
            for (int i = 0; i < parts.Length; i++)
            {
                if (i > 0) Flush();
                Append(parts[i], literal: false);
            }
            if (parts.Length > 0 && char.IsWhiteSpace(value[^1])) Flush();
        }

        void Flush()
        {
            if (text.Length > 0 || any) words.Add((text.ToString(), pattern.ToString()));
            text.Clear();
            pattern.Clear();
            any = false;
        }
    }

    /// <summary>The files that a pattern names, in order; none where it names none.</summary>
    private List<string> Glob(string pattern, ProcessContext io)
    {
        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = [.. found.SelectMany(folder => (io.List(folder.Length == 0 ? _directory : folder) ?? [])
                .Where(name => (name[0] != '.' || part[0] == '.') && ShellPattern.Matches(part, name))
                .Order(StringComparer.Ordinal)
                .Select(name => folder.Length is 0 or 1 ? folder + name : $"{folder}/{name}"))];
        }
        return found;
    }

    private async Task<(string Value, int End)> SubstituteAsync(string word, int at, int end, ProcessContext io)
    {
        if (word[at] == '`') return (await CaptureAsync(word[(at + 1)..(end - 1)], io), end);
        if (word.AsSpan(at).StartsWith("$((") && word[end - 2] == ')')
        {
            return (new ShellArithmetic(word[(at + 3)..(end - 2)], Variable).Compute().ToString(CultureInfo.InvariantCulture), end);
        }
        if (word.AsSpan(at).StartsWith("$(")) return (await CaptureAsync(word[(at + 2)..(end - 1)], io), end);
        if (word.AsSpan(at).StartsWith("${"))
        {
            return (await ParameterAsync(word[(at + 2)..(end - 1)], io), end);
        }
        int stop = at + 1;
        if (stop < word.Length && (char.IsAsciiDigit(word[stop]) || word[stop] is '?' or '$' or '#' or '*' or '!')) stop++;
        else while (stop < word.Length && (char.IsAsciiLetterOrDigit(word[stop]) || word[stop] == '_')) stop++;
        return stop == at + 1 ? ("$", stop) : (Variable(word[(at + 1)..stop]) ?? "", stop);
    }

    /// <summary>What stands between the braces of <c>${...}</c>.</summary>
    private async Task<string> ParameterAsync(string inner, ProcessContext io)
    {
        if (inner.Length > 1 && inner[0] == '#') return (Variable(inner[1..]) ?? "").Length.ToString(CultureInfo.InvariantCulture);
        int end = 0;
        while (end < inner.Length && (char.IsAsciiLetterOrDigit(inner[end]) || inner[end] == '_')) end++;
        if (end == 0) end = Math.Min(1, inner.Length);
        string? value = Variable(inner[..end]);
        string operation = inner[end..];
        switch (operation)
        {
            case [':', '-', ..]:
                return string.IsNullOrEmpty(value) ? await TextAsync(2) : value;
            case ['-', ..]:
                return value ?? await TextAsync(1);
            case ['#' or '%', ..]:
                bool most = operation.Length > 1 && operation[1] == operation[0];
                string pattern = await PatternAsync(operation[(most ? 2 : 1)..], io);
                return ShellPattern.Trim(value ?? "", pattern, operation[0] == '#', most);
            default:
                return value ?? "";
        }

        async Task<string> TextAsync(int from) => string.Concat(await ExpandAsync(operation[from..], io, split: false));
    }

    private async Task<string> CaptureAsync(string script, ProcessContext io)
    {
        using MemoryStream output = new();
        await RunSubshellAsync(ShellParser.Parse(script), io with { Out = ProcessOutput.To(output) });
        return Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n');
    }

    private string? Variable(string name) => name switch
    {
        "?" => _status.ToString(CultureInfo.InvariantCulture),
        "$" => _process.Pid.ToString(CultureInfo.InvariantCulture),
        "#" => _positional.Length.ToString(CultureInfo.InvariantCulture),
        "*" => string.Join(' ', _positional),
        "0" => _process.Arguments[0],
        "!" => "",
        "PWD" => _directory,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) => index > 0 && index <= _positional.Length ? _positional[index - 1] : null,
        _ => _variables.GetValueOrDefault(name),
    };
}
