namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The signals that the simulated processes know, by number.</summary>
internal enum Signal
{
    Hup = 1,
    Int = 2,
    Quit = 3,
    Kill = 9,
    Term = 15,
}

/// <summary>What a process does about signals: by default it is ended by them.</summary>
internal sealed class SignalActions
{
    private ulong _ignored;
    private ulong _caught;

    /// <summary>The signals that have no effect, as <c>SigIgn</c> in <c>/proc/PID/status</c> has them.</summary>
    internal ulong Ignored => Interlocked.Read(ref _ignored);

    /// <summary>The signals that it handles, as <c>SigCgt</c> has them.</summary>
    internal ulong Caught => Interlocked.Read(ref _caught);

    internal bool Ignores(Signal signal) => (Ignored & Bit(signal)) != 0;

    internal bool Catches(Signal signal) => (Caught & Bit(signal)) != 0;

    internal void Default(Signal signal)
    {
        Interlocked.And(ref _ignored, ~Bit(signal));
        Interlocked.And(ref _caught, ~Bit(signal));
    }

    internal void Ignore(params ReadOnlySpan<Signal> signals)
    {
        foreach (Signal signal in signals)
        {
            Default(signal);
            Interlocked.Or(ref _ignored, Bit(signal));
        }
    }

    internal void Catch(params ReadOnlySpan<Signal> signals)
    {
        foreach (Signal signal in signals)
        {
            Default(signal);
            Interlocked.Or(ref _caught, Bit(signal));
        }
    }

    /// <summary>The actions of a child: what is ignored stays ignored.</summary>
    internal SignalActions Inherit() => new() { _ignored = Ignored };

    private static ulong Bit(Signal signal) => 1UL << ((int)signal - 1);
}
