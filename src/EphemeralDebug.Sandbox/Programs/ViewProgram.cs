using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>
/// <c>vi</c>, as far as it shows a file: it takes the whole screen, moves its cursor with the arrows and hjkl, hears of the screen's size, and
/// leaves with <c>:q</c>. It changes nothing.
/// </summary>
internal sealed class ViewProgram
{
    private readonly ProcessContext _process;
    private readonly Terminal _terminal;
    private readonly string _file;
    private readonly IReadOnlyList<string> _lines;
    private int _row;
    private int _column;
    private string _keys = "";
    private string? _command;

    private ViewProgram(ProcessContext process, Terminal terminal, string file, IReadOnlyList<string> lines) =>
        (_process, _terminal, _file, _lines) = (process, terminal, file, lines);

    private int Rows => Math.Max(_terminal.Rows, 2);

    private int Columns => Math.Max(_terminal.Columns, 20);

    private string Cursor => $"\e[{_row + 1};{_column + 1}H";

    internal static async Task<int> ViAsync(ProcessContext p)
    {
        if (p.Terminal is not { } terminal)
        {
            await p.ComplainAsync("standard input: Not a tty");
            return 1;
        }
        string file = p.Arguments.Skip(1).FirstOrDefault(argument => !argument.StartsWith('-')) ?? "";
        List<string> lines = [];
        if (file.Length > 0 && p.Open(file) is { } content)
            while (await content.ReadLineAsync(p.Killed) is { } line) lines.Add(line);
        ViewProgram view = new(p, terminal, file, lines);
        terminal.IsRaw = true;
        terminal.Resized += view.OnResized;
        try
        {
            await p.PrintAsync("\e[?1049h" + view.Screen());
            await view.FollowKeysAsync();
            await p.PrintAsync($"\e[{view.Rows};1H\e[K\e[?1049l");
            return 0;
        }
        finally
        {
            terminal.Resized -= view.OnResized;
            terminal.IsRaw = false;
        }
    }

    private void OnResized() => _ = RedrawAsync();

    private async Task RedrawAsync()
    {
        try
        {
            await _process.PrintAsync(Screen());
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The process ended while the window changed.
        }
    }

    private async Task FollowKeysAsync()
    {
        byte[] buffer = new byte[256];
        while (true)
        {
            int count = await _process.In.ReadAsync(buffer, _process.Killed);
            if (count == 0) return;
            foreach (char key in Encoding.Latin1.GetString(buffer, 0, count))
            {
                if (!Take(key)) return;
            }
            await _process.PrintAsync(Status() + Cursor);
        }
    }

    /// <summary>Takes a key; false where it leaves.</summary>
    private bool Take(char key)
    {
        if (_command is not null)
        {
            if (key != '\r') _command += key;
            else if (_command is "q" or "q!") return false;
            else _command = null;
            return true;
        }
        _keys += key;
        // The beginnings of an arrow, in either mode of the cursor keys.
        if (_keys is "\e" or "\e[" or "\eO") return true;
        switch (_keys)
        {
            case "\e[A" or "\eOA" or "k":
                _row = Math.Max(_row - 1, 0);
                break;
            case "\e[B" or "\eOB" or "j":
                _row = Math.Min(_row + 1, Math.Max(Math.Min(_lines.Count, Rows - 1) - 1, 0));
                break;
            case "\e[C" or "\eOC" or "l":
                _column = Math.Min(_column + 1, Columns - 1);
                break;
            case "\e[D" or "\eOD" or "h":
                _column = Math.Max(_column - 1, 0);
                break;
            case ":":
                _command = "";
                break;
        }
        _keys = "";
        return true;
    }

    private string Screen()
    {
        StringBuilder screen = new("\e[H\e[J");
        for (int i = 0; i < Rows - 1; i++)
        {
            string line = i < _lines.Count ? _lines[i] : "~";
            screen.Append($"\e[{i + 1};1H").Append(line.AsSpan(0, Math.Min(line.Length, Columns)));
        }
        return screen.Append(Status()).Append(Cursor).ToString();
    }

    private string Status() => $"\e[{Rows};1H" + (_command is null ? $"\e[7m- {_file} {_row + 1}/{_lines.Count}\e[m\e[K" : $":{_command}\e[K");
}
