namespace EphemeralDebug.Core.Terminal;

/// <summary>The terminal that the user sits at.</summary>
public interface ITerminal
{
    /// <summary>Its size now.</summary>
    TerminalSize Size { get; }

    /// <summary>
    /// Gives the keyboard's bytes to the caller: no echo, no lines, Ctrl+C is a byte. Disposing the mode puts everything back as it was,
    /// also what a remote program left on; so do SIGTERM, SIGHUP and the end of the process. One at a time.
    /// </summary>
    /// <exception cref="DebugException">The terminal cannot be set.</exception>
    IRawTerminal EnterRaw();
}
