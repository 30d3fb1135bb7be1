namespace EphemeralDebug.Core.Terminal;

/// <summary>What differs between the platforms' terminals. One raw mode has one device; nothing here knows of tasks or remote programs.</summary>
internal interface ITerminalDevice : IDisposable
{
    /// <summary>What <see cref="Read"/> gives when <see cref="Interrupt"/> was called and nothing was read.</summary>
    const int Interrupted = -1;

    /// <summary>What <see cref="Write"/> gives when the terminal is gone.</summary>
    const int Gone = -1;

    /// <summary>Remembers the settings and makes the terminal raw.</summary>
    /// <exception cref="DebugException">The terminal cannot be set; it is as it was.</exception>
    void SetRaw();

    /// <summary>Puts the remembered settings back; never fails, since nobody could do anything about it.</summary>
    void Restore();

    /// <summary>Waits for keys and reads them: how many bytes, 0 when the terminal is gone, or <see cref="Interrupted"/>.</summary>
    int Read(Span<byte> buffer);

    /// <summary>Ends the <see cref="Read"/> that waits, or the next one. Any thread may call it, even after the device was disposed.</summary>
    void Interrupt();

    /// <summary>Waits a moment for the terminal, and writes what it takes: how many bytes, 0 when it took none yet, or <see cref="Gone"/>.</summary>
    int Write(ReadOnlySpan<byte> output);

    /// <summary>Calls back whenever the size may have changed, until disposed; null where nobody can tell.</summary>
    IDisposable? WatchSize(Action changed);

    /// <summary>Calls back whenever somebody else may have changed the settings, until disposed; null where nobody does.</summary>
    IDisposable? WatchSettings(Action changed);

    /// <summary>Makes the terminal raw once more; false where it is not ours to set, because this process is in the background.</summary>
    bool SetRawAgain();

    /// <summary>
    /// Whether .NET sets the terminal's cursor keys and keypad to its own wishes (terminfo's keypad_xmit), which a remote program does not expect.
    /// </summary>
    bool HasOwnKeys { get; }
}
