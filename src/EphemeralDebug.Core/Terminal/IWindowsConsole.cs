namespace EphemeralDebug.Core.Terminal;

/// <summary>The calls to a Windows console, apart from what is done with them: so that the order of the calls can be tested anywhere.</summary>
internal interface IWindowsConsole : IDisposable
{
    /// <summary>What the last call that failed said.</summary>
    string LastError { get; }

    /// <summary>The code pages of programs that read and write bytes.</summary>
    (uint Input, uint Output) CodePages { get; set; }

    /// <summary>The mode of the input, or of the output.</summary>
    bool TryGetMode(bool input, out uint mode);

    /// <summary>Sets the mode of the input, or of the output.</summary>
    bool TrySetMode(bool input, uint mode);

    /// <summary>Waits for input; false when <paramref name="wake"/> came first.</summary>
    bool WaitForInput(WaitHandle wake);

    /// <summary>Takes what the input has, without waiting for more: how many records, 0 when the console is gone.</summary>
    int ReadInput(Span<InputRecord> records);

    /// <summary>Writes all of a text; false when the console is gone.</summary>
    bool Write(ReadOnlySpan<char> text);
}
