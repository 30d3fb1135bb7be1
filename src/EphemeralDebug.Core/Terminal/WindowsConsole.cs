using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace EphemeralDebug.Core.Terminal;

/// <summary>The console of this process, whatever its standard handles are.</summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsConsole : IWindowsConsole
{
    private const uint ReadAndWrite = 0xC0000000;
    private const uint ShareBoth = 3;
    private const uint OpenExisting = 3;

    private readonly SafeFileHandle _input = Open("CONIN$");
    private readonly SafeFileHandle _output = Open("CONOUT$");
    private readonly ManualResetEvent _arrived = new(initialState: false);

    internal WindowsConsole()
    {
        // A console's input handle can be waited for; the class only lends it to WaitAny.
        _arrived.SafeWaitHandle.Dispose();
        _arrived.SafeWaitHandle = new SafeWaitHandle(_input.DangerousGetHandle(), ownsHandle: false);
    }

    /// <inheritdoc/>
    public string LastError => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    /// <inheritdoc/>
    public (uint Input, uint Output) CodePages
    {
        get => (GetConsoleCP(), GetConsoleOutputCP());
        set
        {
            SetConsoleCP(value.Input);
            SetConsoleOutputCP(value.Output);
        }
    }

    /// <inheritdoc/>
    public bool TryGetMode(bool input, out uint mode) => GetConsoleMode(input ? _input : _output, out mode);

    /// <inheritdoc/>
    public bool TrySetMode(bool input, uint mode) => SetConsoleMode(input ? _input : _output, mode);

    /// <inheritdoc/>
    public bool WaitForInput(WaitHandle wake) => WaitHandle.WaitAny([wake, _arrived]) != 0;

    /// <inheritdoc/>
    public int ReadInput(Span<InputRecord> records) => ReadConsoleInputW(_input, records, (uint)records.Length, out uint read) ? (int)read : 0;

    /// <inheritdoc/>
    public bool Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (!WriteConsoleW(_output, text, (uint)text.Length, out uint written, 0) || written == 0) return false;
            text = text[(int)written..];
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arrived.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private static SafeFileHandle Open(string name)
    {
        SafeFileHandle handle = CreateFileW(name, ReadAndWrite, ShareBoth, 0, OpenExisting, 0, 0);
        return handle.IsInvalid ? throw Failure.TerminalNotSet(new Win32Exception(Marshal.GetLastPInvokeError()).Message) : handle;
    }

    [LibraryImport("kernel32.dll", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFileW(string name, uint access, uint share, nint security, uint creation, uint flags, nint template);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(SafeFileHandle console, out uint mode);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(SafeFileHandle console, uint mode);

    [LibraryImport("kernel32.dll")]
    private static partial uint GetConsoleCP();

    [LibraryImport("kernel32.dll")]
    private static partial uint GetConsoleOutputCP();

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleCP(uint codePage);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleOutputCP(uint codePage);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool ReadConsoleInputW(SafeFileHandle input, Span<InputRecord> records, uint length, out uint read);

    [LibraryImport("kernel32.dll", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteConsoleW(SafeFileHandle output, ReadOnlySpan<char> text, uint length, out uint written, nint reserved);
}
