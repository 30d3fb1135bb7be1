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

    /// <summary>Expands one raw word: quotes, variables, <c>$(...)</c> and <c>$((...))</c>; unquoted results split at blanks.</summary>
    private async Task<List<string>> ExpandAsync(string word, ProcessContext io, bool split)
    {
        List<string> words = [];
        StringBuilder text = new();
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
                text.Append(word, at + 1, end - at - 2);
                any = true;
            }
            else if (c == '\\')
            {
                string rest = word[(at + 1)..end];
                if (quoted && rest is not ("$" or "\"" or "\\" or "`" or "\n")) text.Append('\\');
                if (rest != "\n") text.Append(rest);
                any = true;
            }
            else if (word.AsSpan(at).StartsWith("$@"))
            {
                end = at + 2;
                for (int i = 0; i < _positional.Length; i++)
                {
                    if (i > 0) Flush();
                    text.Append(_positional[i]);
                    any = true;
                }
            }
            else if (c is '$' or '`')
            {
                (string value, end) = await SubstituteAsync(word, at, end, io);
                if (quoted || !split) text.Append(value);
                else
                {
                    string[] parts = value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
                    if (value.Length > 0 && char.IsWhiteSpace(value[0])) Flush();
                    for (int i = 0; i < parts.Length; i++)
                    {
                        if (i > 0) Flush();
                        text.Append(parts[i]);
                    }
                    if (parts.Length > 0 && char.IsWhiteSpace(value[^1])) Flush();
                }
            }
            else
            {
                text.Append(c);
            }
            at = end;
        }
        Flush();
        return words;

        void Flush()
        {
            if (text.Length > 0 || any) words.Add(text.ToString());
            text.Clear();
            any = false;
        }
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
            string inner = word[(at + 2)..(end - 1)];
            int mark = inner.IndexOf(":-", StringComparison.Ordinal);
            if (mark < 0) return (Variable(inner) ?? "", end);
            string? value = Variable(inner[..mark]);
            return (string.IsNullOrEmpty(value) ? string.Concat(await ExpandAsync(inner[(mark + 2)..], io, split: false)) : value, end);
        }
        int stop = at + 1;
        if (stop < word.Length && (char.IsAsciiDigit(word[stop]) || word[stop] is '?' or '$' or '#' or '*' or '!')) stop++;
        else while (stop < word.Length && (char.IsAsciiLetterOrDigit(word[stop]) || word[stop] == '_')) stop++;
        return stop == at + 1 ? ("$", stop) : (Variable(word[(at + 1)..stop]) ?? "", stop);
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
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) => index <= _positional.Length ? _positional[index - 1] : "",
        _ => _variables.GetValueOrDefault(name),
    };
}
