using System.Collections.ObjectModel;
using System.Management.Automation;
using EphemeralDebug.Tour.Shell;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class LineEditorTests
{
    private readonly Queue<ConsoleKeyInfo> _keys = new();

    [Fact]
    public void Keys_move_and_delete()
    {
        LineEditor editor = Editor();
        Type("Get-Pdo");
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.RightArrow);
        Press(ConsoleKey.Backspace);
        Type("od");
        Press(ConsoleKey.Home);
        Type("$p = ");
        Press(ConsoleKey.End);
        Type(" -x");
        Press(ConsoleKey.W, ConsoleModifiers.Control);
        Press(ConsoleKey.Enter);
        Assert.Equal("$p = Get-Pod ", editor.ReadLine("PS> "));
    }

    [Fact]
    public void The_arrow_up_brings_lines_back()
    {
        LineEditor editor = Editor();
        foreach (string line in new[] { "one", "two", "two" })
        {
            Type(line);
            Press(ConsoleKey.Enter);
            editor.ReadLine("");
        }

        Press(ConsoleKey.UpArrow, times: 5);
        Press(ConsoleKey.Enter);
        Assert.Equal("one", editor.ReadLine(""));
        Press(ConsoleKey.UpArrow, times: 2);
        Press(ConsoleKey.DownArrow, times: 2);
        Press(ConsoleKey.Enter);
        Assert.Equal("", editor.ReadLine(""));
    }

    [Fact]
    public void CtrlC_throws_a_line_away_and_CtrlD_ends_the_input()
    {
        LineEditor editor = Editor();
        Type("Remove-Everything");
        Press(ConsoleKey.C, ConsoleModifiers.Control);
        Assert.Equal("", editor.ReadLine(""));
        Press(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Null(editor.ReadLine(""));
    }

    [Fact]
    public void Tab_goes_round_the_matches()
    {
        LineEditor editor = Editor("Get-Node", "Get-Pod");
        Type("Get");
        Press(ConsoleKey.Tab, times: 2);
        Press(ConsoleKey.Enter);
        Assert.Equal("Get-Pod", editor.ReadLine(""));
        Type("Get");
        Press(ConsoleKey.Tab, times: 3);
        Press(ConsoleKey.Enter);
        Assert.Equal("Get-Node", editor.ReadLine(""));
        Type("Get");
        Press(ConsoleKey.Tab, ConsoleModifiers.Shift);
        Press(ConsoleKey.Enter);
        Assert.Equal("Get-Pod", editor.ReadLine(""));
    }

    [Fact]
    public void Tab_without_a_match_changes_nothing()
    {
        LineEditor editor = Editor();
        Type("Get");
        Press(ConsoleKey.Tab);
        Press(ConsoleKey.Enter);
        Assert.Equal("Get", editor.ReadLine(""));
    }

    [Fact]
    public void A_long_line_never_wraps()
    {
        using StringWriter output = new();
        LineEditor editor = new(_keys.Dequeue, output, () => 20, (_, _) => throw new InvalidOperationException());
        Type(new string('x', 100));
        Press(ConsoleKey.Enter);
        Assert.Equal(100, editor.ReadLine("PS> ")!.Length);
        Assert.All(output.ToString().Split('\r'), drawn => Assert.True(drawn.Replace("\u001b[K", "", StringComparison.Ordinal).TrimEnd('\n').Length < 20));
    }

    private LineEditor Editor(params string[] matches) => new(_keys.Dequeue, TextWriter.Null, () => 80, (line, _) =>
        new CommandCompletion([.. matches.Select(match => new CompletionResult(match))], -1, 0, line.Length));

    private void Type(string text)
    {
        foreach (char character in text) _keys.Enqueue(new ConsoleKeyInfo(character, ConsoleKey.None, shift: false, alt: false, control: false));
    }

    private void Press(ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None, int times = 1)
    {
        for (int i = 0; i < times; i++)
            _keys.Enqueue(new ConsoleKeyInfo('\0', key, modifiers.HasFlag(ConsoleModifiers.Shift), alt: false, modifiers.HasFlag(ConsoleModifiers.Control)));
    }
}
