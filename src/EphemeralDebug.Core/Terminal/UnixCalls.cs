using System.Runtime.InteropServices;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// The calls of libc that a terminal needs. A <c>termios</c> is an opaque buffer, because its layout differs between platforms and nothing
/// in it has to be understood.
/// </summary>
internal static partial class UnixCalls
{
    /// <summary>More bytes than any platform's <c>termios</c> has (Linux 60, macOS 72).</summary>
    internal const int TermiosSize = 256;

    internal const short PollIn = 1;
    internal const short PollOut = 4;

    /// <summary>The same number everywhere, as is <see cref="SetNow"/>; EAGAIN is not.</summary>
    internal const int Eintr = 4;
    internal static readonly int Eagain = OperatingSystem.IsLinux() ? 11 : 35;

    internal const int SetNow = 0;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcgetattr(int descriptor, Span<byte> termios);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcsetattr(int descriptor, int when, ReadOnlySpan<byte> termios);

    [LibraryImport("libc")]
    internal static partial void cfmakeraw(Span<byte> termios);

    /// <summary>The process group in the foreground; -1 where the terminal is not the one that controls this process.</summary>
    [LibraryImport("libc")]
    internal static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    internal static partial int getpgrp();

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(Span<PollDescriptor> descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nint count);
}
