namespace EphemeralDebug.Core.Terminal;

/// <summary>What a person has asked for besides lines.</summary>
public enum LineSignal
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Ctrl+D on an empty line: there is no more input.</summary>
    EndOfInput,

    /// <summary>Ctrl+C.</summary>
    Interrupt,
}
