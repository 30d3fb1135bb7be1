namespace EphemeralDebug;

/// <summary>What ended an ephemeral container.</summary>
public enum StopWay
{
    /// <summary>Signal 1 to its first process.</summary>
    Hup,

    /// <summary>Signal 15, where the first process is PID 1 of a namespace of its own and handles it: such a process cannot be killed from inside.</summary>
    Term,

    /// <summary>Signal 9 to its first process.</summary>
    Kill,

    /// <summary>The end of its standard input.</summary>
    EndOfInput,

    /// <summary>The word <c>exit</c>, typed into its standard input.</summary>
    Exit,
}
