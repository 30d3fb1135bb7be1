using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace EphemeralDebug.Tests.Terminal;

/// <summary>
/// A program in a terminal of its own, and what a person at that terminal does: type, look, change the size, hang up. The program leads a
/// session that this terminal controls. What it writes is read all the time, and kept; <see cref="WaitForAsync"/> goes through it in order.
/// </summary>
public sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControl = 0x100;
    private const int CloseOnExec = 0x80000;
    private const nuint SetSize = 0x5414;
    private const short PollIn = 1;

    // Nothing that a test waits for takes long; a machine that is busy may.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly int _master;
    private readonly int _slave;
    private readonly Process _process;
    private readonly Thread _reader;
    private readonly List<byte> _output = [];
    private int _seen;
    private TaskCompletionSource _more = NewSignal();
    private bool _hungUp;
    private volatile bool _stopped;

    private PseudoTerminal(int master, int slave, string path, Process process)
    {
        (_master, _slave, Path, _process) = (master, slave, path, process);
        _reader = new Thread(ReadAll) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Why there is no pseudo-terminal here; null where there is one.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "The pseudo-terminal of the tests is Linux's."
        : Array.Find(["setsid", "stty"], tool => !File.Exists($"/usr/bin/{tool}") && !File.Exists($"/bin/{tool}")) is { } tool ? $"{tool} is not installed."
        : null;

    /// <summary>The terminal's device.</summary>
    public string Path { get; }

    /// <summary>The program's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>All that came so far.</summary>
    public string Output
    {
        get { lock (_output) return Encoding.UTF8.GetString([.. _output]); }
    }

    /// <summary>Starts a program in a new terminal.</summary>
    public static PseudoTerminal Start(string program, IEnumerable<string> arguments, (int Columns, int Rows) size, params (string Name, string Value)[] environment)
    {
        int master = Checked(posix_openpt(ReadWrite | NoControl | CloseOnExec));
        Checked(grantpt(master));
        Checked(unlockpt(master));
        byte[] name = new byte[128];
        Checked(ptsname_r(master, name, (nuint)name.Length));
        string path = Encoding.ASCII.GetString(name).TrimEnd('\0');
        SetSizeOf(master, size);
        // One that stays open, so that the settings outlive the program.
        int slave = Checked(open(path, ReadWrite | NoControl | CloseOnExec));

        // sh gives setsid the terminal; setsid makes it the controlling one, and becomes the program.
        // A script that runs the tests in the background has SIGINT and SIGQUIT ignored, and hands that down; a terminal's programs hear them.
        const string Defaults = "$(env --default-signal=INT,QUIT true 2>/dev/null && echo env --default-signal=INT,QUIT)";
        ProcessStartInfo start = new("sh", ["-c", $"ulimit -c 0; exec {Defaults} setsid --ctty \"$@\" <\"$TERMINAL\" >\"$TERMINAL\" 2>&1", "sh", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERMINAL"] = path;
        start.Environment["TERM"] = "xterm-256color";
        foreach ((string variable, string value) in environment) start.Environment[variable] = value;
        // Before the program starts: it may be quick to change them.
        string settings = RunSttyAsync(path, ["-a"], CancellationToken.None).GetAwaiter().GetResult();
        return new PseudoTerminal(master, slave, path, Process.Start(start)!) { SettingsBefore = settings };
    }

    /// <summary>The settings before the program started, as <see cref="SttyAsync"/> tells them.</summary>
    public string SettingsBefore { get; private init; } = "";

    /// <summary>Types: what a terminal would send for the keys, as it is.</summary>
    public void Type(string keys)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(keys);
        if (write(_master, bytes, bytes.Length) != bytes.Length) throw new Win32Exception();
    }

    /// <summary>Waits until a text has come after what was waited for before; gives what came up to its end.</summary>
    /// <exception cref="TimeoutException">It did not come within a minute; the message shows what did.</exception>
    public async Task<string> WaitForAsync(string text, CancellationToken cancellationToken)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        while (true)
        {
            Task more;
            lock (_output)
            {
                ReadOnlySpan<byte> unseen = CollectionsMarshal.AsSpan(_output)[_seen..];
                int found = unseen.IndexOf(wanted);
                if (found >= 0)
                {
                    _seen += found + wanted.Length;
                    return Encoding.UTF8.GetString(unseen[..(found + wanted.Length)]);
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"'{Shown(text)}' did not come. What came: {Shown(Output)}");
            }
        }
    }

    /// <summary>Gives the terminal another size, of which the program hears.</summary>
    public void Resize(int columns, int rows) => SetSizeOf(_master, (columns, rows));

    /// <summary>The terminal's settings, as <c>stty -a</c> tells them.</summary>
    public Task<string> SttyAsync(CancellationToken cancellationToken) => RunSttyAsync(Path, ["-a"], cancellationToken);

    /// <summary>Changes the terminal's settings, as another program would.</summary>
    public async Task SetSttyAsync(string setting, CancellationToken cancellationToken) => await RunSttyAsync(Path, [setting], cancellationToken);

    /// <summary>Sends the program a signal.</summary>
    public void Signal(int number) => Checked(kill(ProcessId, number));

    /// <summary>Closes the terminal, as closing its window does.</summary>
    public void HangUp()
    {
        StopReading();
        Checked(close(_slave));
        Checked(close(_master));
        _hungUp = true;
    }

    /// <summary>Waits for the program's end: its exit code, or 128 and the number of the signal that ended it.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The program did not end. What came: {Shown(Output)}");
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A test that failed half-way leaves nothing running behind.
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        if (!_hungUp) HangUp();
        _process.Dispose();
    }

    private static string Shown(string text) => text.Replace("\e", "<ESC>");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<string> RunSttyAsync(string path, string[] arguments, CancellationToken cancellationToken)
    {
        using Process stty = Process.Start(new ProcessStartInfo("stty", ["-F", path, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = await stty.StandardOutput.ReadToEndAsync(cancellationToken);
        await stty.WaitForExitAsync(cancellationToken);
        return stty.ExitCode == 0 ? output : throw new InvalidOperationException(await stty.StandardError.ReadToEndAsync(cancellationToken));
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[64 * 1024];
        while (!_stopped)
        {
            Span<PollDescriptor> waited = [new() { Descriptor = _master, Events = PollIn }];
            if (poll(waited, 1, 100) <= 0) continue;
            int got = (int)read(_master, buffer, buffer.Length);
            if (got <= 0) continue;
            lock (_output)
            {
                _output.AddRange(buffer.AsSpan(0, got));
                _more.SetResult();
                _more = NewSignal();
            }
        }
    }

    private void StopReading()
    {
        _stopped = true;
        _reader.Join();
    }

    private static void SetSizeOf(int terminal, (int Columns, int Rows) size) =>
        Checked(ioctl(terminal, SetSize, new WindowSize { Rows = (ushort)size.Rows, Columns = (ushort)size.Columns }));

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows, Columns, Width, Height;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int master);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int master);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int master, Span<byte> name, nuint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, in WindowSize size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(Span<PollDescriptor> descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
