using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Tests.Terminal;

/// <summary>A Windows console that writes down what is asked of it.</summary>
internal sealed class FakeConsole : IWindowsConsole
{
    private readonly Queue<InputRecord[]> _input = [];
    private readonly ManualResetEvent _arrived = new(false);

    public List<string> Calls { get; } = [];

    /// <summary>A call to refuse, as it is written down.</summary>
    public string? Refused { get; set; }

    public uint InputMode { get; private set; } = 0x01f7;

    public uint OutputMode { get; private set; } = 0x0003;

    public string Written { get; private set; } = "";

    public string LastError => "The parameter is incorrect.";

    public (uint Input, uint Output) CodePages
    {
        get => field;
        set
        {
            field = value;
            Calls.Add($"pages {value.Input} {value.Output}");
        }
    }

    = (437, 850);

    public bool TryGetMode(bool input, out uint mode)
    {
        mode = input ? InputMode : OutputMode;
        return Refused != (input ? "get in" : "get out");
    }

    public bool TrySetMode(bool input, uint mode)
    {
        string call = $"{(input ? "in" : "out")} {mode:x4}";
        if (call == Refused)
        {
            Calls.Add($"refused {call}");
            return false;
        }

        Calls.Add(call);
        if (input) InputMode = mode;
        else OutputMode = mode;
        return true;
    }

    public bool WaitForInput(WaitHandle wake) => WaitHandle.WaitAny([wake, _arrived]) != 0;

    public int ReadInput(Span<InputRecord> records)
    {
        lock (_input)
        {
            InputRecord[] next = _input.Dequeue();
            next.CopyTo(records);
            if (_input.Count == 0) _arrived.Reset();
            return next.Length;
        }
    }

    public bool Write(ReadOnlySpan<char> text)
    {
        Written += text.ToString();
        return true;
    }

    /// <summary>Puts records into the input; none at all is a console that is gone.</summary>
    public void Send(params InputRecord[] records)
    {
        lock (_input)
        {
            _input.Enqueue(records);
            _arrived.Set();
        }
    }

    public void Dispose() => Calls.Add("closed");
}
