using System.Text;
using System.Threading.Channels;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>
/// A terminal's line discipline: echo, erase, lines, Ctrl+C and Ctrl+D. Answers to cursor questions (<c>ESC[24;5R</c>) are
/// swallowed, as a line editor would. In raw mode there is none of that, and no echo.
/// </summary>
internal sealed class Terminal(ProcessOutput screen) : ProcessInput
{
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly List<byte> _line = [];
    private byte[] _rest = [];
    private int _restAt;
    private Escape _escape;

    private enum Escape { None, Started, Sequence }

    /// <summary>Columns, as the client last said; 0 before it did.</summary>
    internal int Columns { get; private set; }

    /// <summary>Rows, likewise.</summary>
    internal int Rows { get; private set; }

    /// <summary>Whether every key goes to the program as it was typed.</summary>
    internal bool IsRaw { get; set; }

    /// <summary>Ctrl+C.</summary>
    internal event Action? Interrupted;

    /// <summary>The size changed.</summary>
    internal event Action? Resized;

    /// <summary>What is typed and not yet entered.</summary>
    internal string Typed
    {
        get { lock (_line) return Encoding.UTF8.GetString([.. _line]); }
    }

    internal void Resize(int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        Resized?.Invoke();
    }

    /// <summary>Takes what a client typed. One caller at a time.</summary>
    internal async ValueTask TypeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (IsRaw)
        {
            await _lines.Writer.WriteAsync(bytes.ToArray(), cancellationToken);
            return;
        }
        List<byte> echo = [];
        for (int i = 0; i < bytes.Length; i++)
        {
            byte key = bytes.Span[i];
            if (SwallowEscape(key)) continue;
            switch (key)
            {
                case 0x03:
                    lock (_line) _line.Clear();
                    echo.AddRange("^C"u8);
                    await EchoAsync();
                    Interrupted?.Invoke();
                    break;
                case 0x04:
                    await EchoAsync();
                    await EnterAsync();
                    break;
                case 0x7f or 0x08:
                    if (Erase()) echo.AddRange("\b \b"u8);
                    break;
                case (byte)'\r' or (byte)'\n':
                    echo.AddRange("\r\n"u8);
                    await EchoAsync();
                    lock (_line) _line.Add((byte)'\n');
                    await EnterAsync();
                    break;
                default:
                    lock (_line) _line.Add(key);
                    echo.Add(key);
                    break;
            }
        }
        await EchoAsync();

        async ValueTask EchoAsync()
        {
            if (echo.Count == 0) return;
            byte[] shown = [.. echo];
            echo.Clear();
            await screen.WriteAsync(shown, cancellationToken);
        }

        ValueTask EnterAsync()
        {
            byte[] line;
            lock (_line)
            {
                line = [.. _line];
                _line.Clear();
            }
            return _lines.Writer.WriteAsync(line, cancellationToken);
        }
    }

    /// <summary>The terminal is gone: reads end.</summary>
    internal void HangUp() => _lines.Writer.TryComplete();

    internal override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_restAt == _rest.Length)
        {
            if (!await _lines.Reader.WaitToReadAsync(cancellationToken)) return 0;
            _lines.Reader.TryRead(out byte[]? line);
            (_rest, _restAt) = (line ?? [], 0);
        }
        int count = Math.Min(buffer.Length, _rest.Length - _restAt);
        _rest.AsSpan(_restAt, count).CopyTo(buffer.Span);
        _restAt += count;
        return count;
    }

    internal override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        List<byte> line = [];
        while (await ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]);
            line.Add(one[0]);
        }
        return line.Count == 0 ? null : Encoding.UTF8.GetString([.. line]);
    }

    private bool Erase()
    {
        lock (_line)
        {
            if (_line.Count == 0) return false;
            // One character of UTF-8 is one key.
            while (_line.Count > 1 && (_line[^1] & 0xC0) == 0x80) _line.RemoveAt(_line.Count - 1);
            _line.RemoveAt(_line.Count - 1);
            return true;
        }
    }

    private bool SwallowEscape(byte key)
    {
        switch (_escape)
        {
            case Escape.Started:
                _escape = key is (byte)'[' or (byte)'O' ? Escape.Sequence : Escape.None;
                return true;
            case Escape.Sequence:
                if (key is >= 0x40 and <= 0x7e) _escape = Escape.None;
                return true;
            default:
                if (key != 0x1b) return false;
                _escape = Escape.Started;
                return true;
        }
    }
}
