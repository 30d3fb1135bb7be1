using System.Buffers;
using System.Text;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// Follows the output of remote programs, as a terminal does, to know which of the terminal's modes they have left changed. It takes a fixed
/// amount of memory, whatever comes.
/// </summary>
internal sealed class RemoteModes
{
    private const byte Bell = 0x07, ShiftOut = 0x0e, ShiftIn = 0x0f, Cancel = 0x18, Substitute = 0x1a, Escape = 0x1b;
    private const int MostParameters = 32;
    private const int Alternate = 1;

    // DEC private modes that are off in a terminal at rest: cursor keys (1), reverse video (5), mouse (9 to 1003, 1005, 1006, 1015, 1016), margins
    // left and right (69), focus (1004), bracketed paste (2004), held output (2026), reports of colours and sizes (2031, 2048), Windows keys (9001).
    private static readonly ushort[] s_privateOff = [1, 5, 9, 69, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031, 2048, 9001];

    // And that are on: wrapping (7), the cursor (25).
    private static readonly ushort[] s_privateOn = [7, 25];

    // ANSI modes, all off at rest: locked keyboard, insertion, new line.
    private static readonly ushort[] s_ansi = [2, 4, 20];

    private static readonly SearchValues<byte> s_inText = SearchValues.Create([Escape, ShiftOut, ShiftIn]);
    private static readonly SearchValues<byte> s_inString = SearchValues.Create([Escape, Bell, Cancel, Substitute]);

    private readonly ushort[] _parameters = new ushort[MostParameters];
    private readonly KittyKeys[] _kitty = new KittyKeys[2];
    private State _state;
    private int _count;
    private byte _marker, _intermediate;
    private bool _inSubparameter, _bellEnds;

    private uint _private, _ansi;
    private ushort _alternate;
    private bool _keypad, _otherKeys, _margins, _cursorShape, _notUtf8;
    private Pen _pen, _saved;

    private enum State { Text, Escape, EscapeIntermediate, Control, ControlIgnored, String, StringEscape }

    /// <summary>Whether what came so far ends between two characters and sequences.</summary>
    internal bool IsAtRest => _state == State.Text;

    /// <summary>Takes the next bytes that went to the terminal.</summary>
    internal void Follow(ReadOnlySpan<byte> output)
    {
        while (!output.IsEmpty)
        {
            if (_state is State.Text or State.String)
            {
                int next = output.IndexOfAny(_state == State.Text ? s_inText : s_inString);
                if (next < 0) return;
                output = output[next..];
            }

            Take(output[0]);
            output = output[1..];
        }
    }

    /// <summary>What sets the cursor keys and the keypad as the remote programs want them.</summary>
    internal ReadOnlySpan<byte> Keys() => ((_private & 1) != 0, _keypad) switch
    {
        (false, false) => "\e[?1l\e>"u8,
        (false, true) => "\e[?1l\e="u8,
        (true, false) => "\e[?1h\e>"u8,
        (true, true) => "\e[?1h\e="u8,
    };

    /// <summary>The shortest output that puts back what was left changed; nothing where nothing was.</summary>
    internal byte[] Undo()
    {
        StringBuilder undo = new();
        // A sequence that was cut off would swallow what follows.
        if (_state is State.String or State.StringEscape) undo.Append("\e\\");
        else if (_state != State.Text) undo.Append((char)Cancel);
        if (_alternate != 0)
        {
            _kitty[Alternate].Undo(undo);
            undo.Append($"\e[?{_alternate}l");
        }

        _kitty[0].Undo(undo);
        // The cursor stays where it is, though setting the margins moves it. Saving it saves the pen, so the pen comes after.
        if (_margins) undo.Append("\e7\e[r\e8");
        AppendModes(undo, "\e[?", _private, s_privateOff, 0, 'l');
        AppendModes(undo, "\e[?", _private, s_privateOn, s_privateOff.Length, 'h');
        AppendModes(undo, "\e[", _ansi, s_ansi, 0, 'l');
        if (_keypad) undo.Append("\e>");
        if (_otherKeys) undo.Append("\e[>4m");
        if (_notUtf8) undo.Append("\e%G");
        if (_pen.Shifted) undo.Append((char)ShiftIn);
        if (_pen.Charset) undo.Append("\e(B");
        if (_pen.Attributes) undo.Append("\e[m");
        if (_cursorShape) undo.Append("\e[ q");
        return Encoding.ASCII.GetBytes(undo.ToString());
    }

    private static void AppendModes(StringBuilder undo, string start, uint changed, ushort[] modes, int firstBit, char end)
    {
        IEnumerable<ushort> all = modes.Where((_, index) => (changed >> firstBit + index & 1) != 0);
        string list = string.Join(';', all);
        if (list.Length > 0) undo.Append(start).Append(list).Append(end);
    }

    private void Take(byte next)
    {
        switch (next)
        {
            case Escape: _state = _state == State.String ? State.StringEscape : State.Escape; return;
            case Cancel or Substitute: _state = State.Text; return;
            case Bell when _state == State.String:
                if (_bellEnds) _state = State.Text;
                return;
            case ShiftOut or ShiftIn when _state is not (State.String or State.StringEscape): _pen.Shifted = next == ShiftOut; return;
            // Other control characters act, and a sequence around them goes on; bytes above ASCII are no part of any.
            case < 0x20 or >= 0x7f: return;
        }

        switch (_state)
        {
            case State.Escape: TakeEscape(next); break;
            case State.StringEscape when next == '\\': _state = State.Text; break;
            case State.StringEscape: TakeEscape(next); break;
            case State.EscapeIntermediate when next >= 0x30: EndEscape(next); break;
            case State.Control: TakeControl(next); break;
            case State.ControlIgnored when next >= 0x40: _state = State.Text; break;
        }
    }

    private void TakeEscape(byte next)
    {
        _state = State.Text;
        switch (next)
        {
            case (byte)'[':
                _state = State.Control;
                (_count, _marker, _intermediate, _inSubparameter, _parameters[0]) = (0, 0, 0, false, 0);
                break;
            case (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_':
                (_state, _bellEnds) = (State.String, next == ']');
                break;
            case < 0x30: (_state, _intermediate) = (State.EscapeIntermediate, next); break;
            case (byte)'=' or (byte)'>': _keypad = next == '='; break;
            case (byte)'n' or (byte)'o': _pen.Shifted = true; break;
            case (byte)'7': _saved = _pen; break;
            case (byte)'8': _pen = _saved; break;
            case (byte)'c': ResetAll(); break;
        }
    }

    private void EndEscape(byte final)
    {
        _state = State.Text;
        if (_intermediate == '(') _pen.Charset = final != 'B';
        else if (_intermediate == '%') _notUtf8 = final == '@';
    }

    private void TakeControl(byte next)
    {
        switch (next)
        {
            case >= (byte)'0' and <= (byte)'9': TakeDigit(next - '0'); break;
            case (byte)';': StartParameter(); break;
            case (byte)':': _inSubparameter = true; break;
            case >= (byte)'<' and <= (byte)'?' when _count == 0 && _marker == 0 && _intermediate == 0: _marker = next; break;
            case >= (byte)'<' and <= (byte)'?': _state = State.ControlIgnored; break;
            case < 0x30 when _intermediate == 0: _intermediate = next; break;
            case < 0x30: _state = State.ControlIgnored; break;
            default:
                _state = State.Text;
                EndControl(next);
                break;
        }
    }

    private void TakeDigit(int digit)
    {
        if (_count == 0) _count = 1;
        if (_inSubparameter || _count > MostParameters) return;
        ref ushort parameter = ref _parameters[_count - 1];
        parameter = (ushort)Math.Min(parameter * 10 + digit, ushort.MaxValue);
    }

    private void StartParameter()
    {
        _inSubparameter = false;
        // Those that are too many are as lost here as they are in a terminal.
        _count = Math.Min(Math.Max(_count, 1) + 1, MostParameters + 1);
        if (_count <= MostParameters) _parameters[_count - 1] = 0;
    }

    private ReadOnlySpan<ushort> Parameters => _parameters.AsSpan(0, Math.Min(_count, MostParameters));

    private int First => _count == 0 ? 0 : _parameters[0];

    private void EndControl(byte final)
    {
        switch (((char)_marker, (char)_intermediate, (char)final))
        {
            case ('?', '\0', 'h' or 'l'):
                foreach (ushort mode in Parameters) SetPrivate(mode, final == 'h');
                break;
            case ('\0', '\0', 'h' or 'l'):
                foreach (ushort mode in Parameters) SetBit(ref _ansi, Array.IndexOf(s_ansi, mode), final == 'h');
                break;
            case ('\0', '\0', 'm'): SetAttributes(); break;
            case ('\0', '\0', 'r'): _margins = First > 1 || _count > 1; break;
            case ('\0', ' ', 'q'): _cursorShape = First != 0; break;
            case ('\0', '!', 'p'): ResetSoftly(); break;
            case ('>', '\0', 'm') when _count == 0 || First == 4: _otherKeys = _count > 1 && _parameters[1] != 0; break;
            case ('>', '\0', 'n') when First == 4: _otherKeys = false; break;
            case ('>', '\0', 'u'): Kitty.Push(); break;
            case ('<', '\0', 'u'): Kitty.Pop(Math.Max(1, First)); break;
            case ('=', '\0', 'u'): Kitty.IsSet = First != 0; break;
        }
    }

    private ref KittyKeys Kitty => ref _kitty[_alternate != 0 ? Alternate : 0];

    private void SetPrivate(ushort mode, bool on)
    {
        switch (mode)
        {
            case 47 or 1047 or 1049:
                if (mode == 1049 && on) _saved = _pen;
                if (mode == 1049 && !on) _pen = _saved;
                _alternate = on ? mode : (ushort)0;
                break;
            case 66: _keypad = on; break;
            default:
                SetBit(ref _private, Array.IndexOf(s_privateOff, mode), on);
                int shown = Array.IndexOf(s_privateOn, mode);
                if (shown >= 0) SetBit(ref _private, s_privateOff.Length + shown, !on);
                break;
        }
    }

    private static void SetBit(ref uint bits, int bit, bool on)
    {
        if (bit < 0) return;
        bits = on ? bits | 1u << bit : bits & ~(1u << bit);
    }

    private void SetAttributes()
    {
        if (_count == 0) _pen.Attributes = false;
        for (int i = 0; i < Parameters.Length; i++)
        {
            switch (Parameters[i])
            {
                case 0: _pen.Attributes = false; break;
                case 38 or 48 or 58:
                    _pen.Attributes = true;
                    // A colour's own numbers: 5;n or 2;r;g;b.
                    if (i + 1 < Parameters.Length) i += Parameters[i + 1] switch { 5 => 2, 2 => 4, _ => 0 };
                    break;
                // These turn one attribute off.
                case 10 or (>= 22 and <= 29) or 39 or 49 or 54 or 55 or 59 or 65 or 75: break;
                default: _pen.Attributes = true; break;
            }
        }
    }

    private void ResetSoftly()
    {
        SetPrivate(1, false);
        SetPrivate(7, true);
        SetPrivate(25, true);
        (_ansi, _keypad, _margins, _pen, _saved) = (0, false, false, default, default);
    }

    private void ResetAll()
    {
        ResetSoftly();
        (_private, _alternate, _otherKeys, _cursorShape, _notUtf8) = (0, 0, false, false, false);
        Array.Clear(_kitty);
    }

    /// <summary>How characters are drawn: what a terminal saves with its cursor.</summary>
    private struct Pen
    {
        public bool Attributes, Charset, Shifted;
    }

    /// <summary>The progressive keyboard of kitty: each screen has a stack of its own.</summary>
    private struct KittyKeys
    {
        // A terminal keeps few, and drops the oldest.
        private const int Deepest = 99;
        private int _pushed;

        public bool IsSet { get; set; }

        public void Push() => _pushed = Math.Min(_pushed + 1, Deepest);

        public void Pop(int count)
        {
            if (count > _pushed) IsSet = false;
            _pushed = Math.Max(0, _pushed - count);
        }

        public readonly void Undo(StringBuilder undo)
        {
            if (_pushed > 0) undo.Append($"\e[<{_pushed}u");
            if (IsSet) undo.Append("\e[=0u");
        }
    }
}
