using System.Runtime.Versioning;

namespace EphemeralDebug.Core.Terminal;

/// <summary>The terminal that this process was started in.</summary>
public sealed class LocalTerminal : ITerminal
{
    // A process has one terminal, however many sessions it has.
    private static int s_raw;

    private readonly Func<ITerminalDevice> _device;

    private LocalTerminal(Func<ITerminalDevice> device) => _device = device;

    /// <inheritdoc/>
    public TerminalSize Size => new(Console.WindowWidth, Console.WindowHeight);

    /// <summary>The terminal, or null where input or output is redirected.</summary>
    public static ITerminal? Open()
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected) return null;
        if (OperatingSystem.IsWindows()) return new LocalTerminal(OpenWindows);
        // .NET remembers the settings that it finds first, puts them back at the end of the process, and hears of new sizes from then on. So it
        // must look before the terminal is raw. This getter makes it look, and changes nothing.
        _ = Console.TreatControlCAsInput;
        return new LocalTerminal(OpenUnix);
    }

    /// <inheritdoc/>
    public IRawTerminal EnterRaw()
    {
        if (Interlocked.Exchange(ref s_raw, 1) != 0) throw Failure.TerminalInUse();
        try
        {
            return new RawTerminal(_device(), () => Size, Leave);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static UnixTerminal OpenUnix() => new();

    [SupportedOSPlatform("windows")]
    private static WindowsTerminal OpenWindows() => new(new WindowsConsole());

    private static void Leave() => Volatile.Write(ref s_raw, 0);
}
