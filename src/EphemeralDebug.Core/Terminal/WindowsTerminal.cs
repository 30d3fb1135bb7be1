using System.Buffers;
using System.Text;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// The console of Windows, as a virtual terminal. Keys and output pass as UTF-16, which every version of the console gets right at any
/// border; the code pages are for others that use the console meanwhile, such as a credential plugin.
/// </summary>
internal sealed class WindowsTerminal(IWindowsConsole console) : ITerminalDevice
{
    private const uint ProcessedInput = 0x0001, LineInput = 0x0002, EchoInput = 0x0004, WindowInput = 0x0008, MouseInput = 0x0010;
    private const uint InsertMode = 0x0020, QuickEdit = 0x0040, ExtendedFlags = 0x0080, TerminalInput = 0x0200;
    private const uint ProcessedOutput = 0x0001, TerminalOutput = 0x0004, NoAutoReturn = 0x0008;
    private const uint Utf8 = 65001;
    private const int MostOutput = 8 * 1024;

    // Windows tells of a new size only to who reads the mouse's records too.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly WindowsKeys _translation = new();
    private readonly ArrayBufferWriter<byte> _keys = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _text = new char[Encoding.UTF8.GetMaxCharCount(MostOutput)];
    private int _taken;
    private uint _input, _output;
    private (uint Input, uint Output) _codePages;

    /// <inheritdoc/>
    public bool HasOwnKeys => false;

    /// <inheritdoc/>
    public void SetRaw()
    {
        if (!console.TryGetMode(input: true, out _input) || !console.TryGetMode(input: false, out _output)) throw Failed();
        _codePages = console.CodePages;
        // The output first: should it refuse, no key has been lost.
        uint output = _output | ProcessedOutput | TerminalOutput;
        bool set = console.TrySetMode(input: false, output | NoAutoReturn) || console.TrySetMode(input: false, output);
        set = set && console.TrySetMode(input: true, RawInput(_input));
        if (!set)
        {
            DebugException failed = Failed();
            Restore();
            throw failed;
        }

        console.CodePages = (Utf8, Utf8);
    }

    /// <inheritdoc/>
    public bool SetRawAgain() => console.TrySetMode(input: true, RawInput(_input));

    /// <inheritdoc/>
    public void Restore()
    {
        console.TrySetMode(input: true, _input);
        console.TrySetMode(input: false, _output);
        console.CodePages = _codePages;
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        Span<InputRecord> records = stackalloc InputRecord[64];
        while (_taken == _keys.WrittenCount)
        {
            _taken = 0;
            _keys.ResetWrittenCount();
            // Records without a key never make a read wait that was told to end.
            if (!console.WaitForInput(_wake)) return ITerminalDevice.Interrupted;
            int count = console.ReadInput(records);
            if (count == 0) return 0;
            foreach (ref readonly InputRecord record in records[..count]) _translation.Add(record, _keys);
        }

        ReadOnlySpan<byte> keys = _keys.WrittenSpan[_taken..];
        int read = Math.Min(keys.Length, buffer.Length);
        keys[..read].CopyTo(buffer);
        _taken += read;
        return read;
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The mode has ended, and nobody reads.
        }
    }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> output)
    {
        output = output[..Math.Min(output.Length, MostOutput)];
        int length = _decoder.GetChars(output, _text, flush: false);
        return console.Write(_text.AsSpan(0, length)) ? output.Length : ITerminalDevice.Gone;
    }

    /// <inheritdoc/>
    public IDisposable? WatchSize(Action changed) => new Timer(_ => changed(), null, s_look, s_look);

    /// <inheritdoc/>
    public IDisposable? WatchSettings(Action changed) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _wake.Dispose();
        console.Dispose();
    }

    private static uint RawInput(uint mode) =>
        (mode & ~(ProcessedInput | LineInput | EchoInput | WindowInput | MouseInput)) | InsertMode | QuickEdit | ExtendedFlags | TerminalInput;

    private DebugException Failed() => Failure.TerminalNotSet(console.LastError);
}
