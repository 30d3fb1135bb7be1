using System.Management.Automation;
using System.Text;

namespace EphemeralDebug.Tour.Shell;

/// <summary>
/// One line typed at a terminal: cursor keys, history, and Tab. A line longer than the window scrolls sideways, so that
/// what is drawn never wraps and every terminal shows it right.
/// </summary>
/// <param name="readKey">The next key.</param>
/// <param name="output">The terminal.</param>
/// <param name="width">Its columns.</param>
/// <param name="complete">Where Tab leads from a line and a place in it.</param>
internal sealed class LineEditor(Func<ConsoleKeyInfo> readKey, TextWriter output, Func<int> width, Func<string, int, CommandCompletion> complete)
{
    private readonly List<string> _history = [];
    private readonly StringBuilder _line = new();
    private int _cursor;
    private int _recalled;
    private CommandCompletion? _completion;

    /// <summary>Reads a line; null at Ctrl+D on an empty one. Ctrl+C throws away what was typed and gives an empty line.</summary>
    public string? ReadLine(string prompt)
    {
        _line.Clear();
        _cursor = 0;
        _recalled = _history.Count;
        _completion = null;
        while (true)
        {
            Draw(prompt);
            ConsoleKeyInfo key = readKey();
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key != ConsoleKey.Tab) _completion = null;
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    output.WriteLine();
                    return Finished();
                case ConsoleKey.C when control:
                    output.WriteLine("^C");
                    return "";
                case ConsoleKey.D when control && _line.Length == 0:
                    output.WriteLine();
                    return null;
                default:
                    Edit(key, control);
                    break;
            }
        }
    }

    private void Edit(ConsoleKeyInfo key, bool control)
    {
        switch (key.Key)
        {
            case ConsoleKey.Tab: CompleteNext(key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1); break;
            case ConsoleKey.LeftArrow: MoveTo(control ? WordStart() : _cursor - 1); break;
            case ConsoleKey.RightArrow: MoveTo(control ? WordEnd() : _cursor + 1); break;
            case ConsoleKey.Home or ConsoleKey.A when key.Key == ConsoleKey.Home || control: MoveTo(0); break;
            case ConsoleKey.End or ConsoleKey.E when key.Key == ConsoleKey.End || control: MoveTo(_line.Length); break;
            case ConsoleKey.UpArrow: Recall(_recalled - 1); break;
            case ConsoleKey.DownArrow: Recall(_recalled + 1); break;
            case ConsoleKey.Backspace: Remove(control ? WordStart() : _cursor - 1, _cursor); break;
            case ConsoleKey.W when control: Remove(WordStart(), _cursor); break;
            case ConsoleKey.U when control: Remove(0, _cursor); break;
            case ConsoleKey.K when control: Remove(_cursor, _line.Length); break;
            case ConsoleKey.Delete or ConsoleKey.D when key.Key == ConsoleKey.Delete || control: Remove(_cursor, _cursor + 1); break;
            case ConsoleKey.Escape: Remove(0, _line.Length); break;
            case ConsoleKey.L when control: output.Write("\u001b[H\u001b[2J"); break;
            default:
                if (!char.IsControl(key.KeyChar)) _line.Insert(_cursor++, key.KeyChar);
                break;
        }
    }

    private string Finished()
    {
        string line = _line.ToString();
        if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line)) _history.Add(line);
        return line;
    }

    private void Draw(string prompt)
    {
        int room = Math.Max(1, width() - prompt.Length - 1);
        int start = Math.Max(0, _cursor - room);
        string visible = _line.ToString(start, Math.Min(room, _line.Length - start));
        output.Write($"\r\u001b[K{prompt}{visible}\r\u001b[{prompt.Length + _cursor - start}C");
        output.Flush();
    }

    /// <summary>The first Tab asks; every further one takes the next match in place of the one before.</summary>
    private void CompleteNext(int step)
    {
        bool first = _completion is null;
        _completion ??= complete(_line.ToString(), _cursor);
        if (_completion.CompletionMatches.Count == 0) return;
        int count = _completion.CompletionMatches.Count;
        int previousLength = first ? _completion.ReplacementLength : _completion.CompletionMatches[_completion.CurrentMatchIndex].CompletionText.Length;
        _completion.CurrentMatchIndex = first && step > 0 ? 0 : first ? count - 1 : (_completion.CurrentMatchIndex + step + count) % count;
        string text = _completion.CompletionMatches[_completion.CurrentMatchIndex].CompletionText;
        _line.Remove(_completion.ReplacementIndex, previousLength).Insert(_completion.ReplacementIndex, text);
        _cursor = _completion.ReplacementIndex + text.Length;
    }

    private void Recall(int index)
    {
        if (index < 0 || index > _history.Count) return;
        _recalled = index;
        _line.Clear().Append(index < _history.Count ? _history[index] : "");
        _cursor = _line.Length;
    }

    private void MoveTo(int place) => _cursor = Math.Clamp(place, 0, _line.Length);

    private void Remove(int from, int to)
    {
        (from, to) = (Math.Max(0, from), Math.Min(_line.Length, to));
        _line.Remove(from, to - from);
        _cursor = from;
    }

    private int WordStart()
    {
        int place = _cursor;
        while (place > 0 && char.IsWhiteSpace(_line[place - 1])) place--;
        while (place > 0 && !char.IsWhiteSpace(_line[place - 1])) place--;
        return place;
    }

    private int WordEnd()
    {
        int place = _cursor;
        while (place < _line.Length && char.IsWhiteSpace(_line[place])) place++;
        while (place < _line.Length && !char.IsWhiteSpace(_line[place])) place++;
        return place;
    }
}
