using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EphemeralDebug.Core.Terminal;

/// <summary>The terminal on descriptors 0 and 1 of Linux and macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal : ITerminalDevice
{
    private const int Input = 0;
    private const int Output = 1;

    // A write waits inside the kernel for a terminal that is ready but has less room than this, and hears of no token meanwhile.
    private const int MostOutput = 4096;

    // How long a write waits for a terminal that takes nothing, before the caller may look at its token.
    private const int WriteWait = 50;

    private readonly byte[] _settings = new byte[UnixCalls.TermiosSize];
    private readonly byte[] _raw = new byte[UnixCalls.TermiosSize];
    private readonly AnonymousPipeServerStream _wake = new(PipeDirection.In, HandleInheritability.None);

    /// <inheritdoc/>
    public void SetRaw()
    {
        if (UnixCalls.tcgetattr(Input, _settings) != 0) throw Failed();
        _settings.CopyTo(_raw, 0);
        UnixCalls.cfmakeraw(_raw);
        if (!TrySet(_raw)) throw Failed();
    }

    /// <inheritdoc/>
    public bool SetRawAgain() => IsOurs && TrySet(_raw);

    /// <inheritdoc/>
    public bool HasOwnKeys => Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <inheritdoc/>
    public void Restore()
    {
        // In the background the settings belong to the program in front; to touch them would also stop this process.
        if (IsOurs) TrySet(_settings);
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        Span<UnixCalls.PollDescriptor> waited =
        [
            new() { Descriptor = Input, Events = UnixCalls.PollIn },
            new() { Descriptor = (int)_wake.SafePipeHandle.DangerousGetHandle(), Events = UnixCalls.PollIn },
        ];
        while (true)
        {
            if (UnixCalls.poll(waited, 2, -1) < 0)
            {
                if (Marshal.GetLastPInvokeError() != UnixCalls.Eintr) return 0;
                continue;
            }

            if (waited[1].Returned != 0)
            {
                Span<byte> calls = stackalloc byte[64];
                _ = _wake.Read(calls);
                return ITerminalDevice.Interrupted;
            }

            int read = (int)UnixCalls.read(Input, buffer, buffer.Length);
            if (read >= 0) return read;
            if (!IsPassing(Marshal.GetLastPInvokeError())) return 0;
        }
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        bool held = false;
        try
        {
            _wake.ClientSafePipeHandle.DangerousAddRef(ref held);
            _ = UnixCalls.write((int)_wake.ClientSafePipeHandle.DangerousGetHandle(), [0], 1);
        }
        catch (ObjectDisposedException)
        {
            // The mode has ended, and nobody reads.
        }
        finally
        {
            if (held) _wake.ClientSafePipeHandle.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> output)
    {
        Span<UnixCalls.PollDescriptor> waited = [new() { Descriptor = Output, Events = UnixCalls.PollOut }];
        if (UnixCalls.poll(waited, 1, WriteWait) == 0) return 0;
        int written = (int)UnixCalls.write(Output, output, Math.Min(output.Length, MostOutput));
        if (written >= 0) return written;
        return IsPassing(Marshal.GetLastPInvokeError()) ? 0 : ITerminalDevice.Gone;
    }

    /// <inheritdoc/>
    public IDisposable? WatchSize(Action changed) => PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => changed());

    /// <inheritdoc/>
    public IDisposable? WatchSettings(Action changed)
    {
        // After a stop the shell has put its own settings on. And .NET sets the terminal for a child that shares it, as a credential plugin does.
        return new Registrations(WatchSettings(PosixSignal.SIGCONT, changed), WatchSettings(PosixSignal.SIGCHLD, changed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wake.ClientSafePipeHandle.Dispose();
        _wake.Dispose();
    }

    private static PosixSignalRegistration WatchSettings(PosixSignal signal, Action changed) => PosixSignalRegistration.Create(signal, context =>
    {
        // Or .NET would set the terminal after this, to what it was before the mode.
        context.Cancel = true;
        changed();
    });

    private static bool IsOurs => UnixCalls.tcgetpgrp(Input) is int front && (front < 0 || front == UnixCalls.getpgrp());

    private static bool IsPassing(int error) => error == UnixCalls.Eintr || error == UnixCalls.Eagain;

    private static bool TrySet(byte[] settings)
    {
        // Now, and not after the output has drained: a terminal that takes no output must not hold up the end.
        while (UnixCalls.tcsetattr(Input, UnixCalls.SetNow, settings) != 0)
        {
            if (Marshal.GetLastPInvokeError() != UnixCalls.Eintr) return false;
        }

        return true;
    }

    private static DebugException Failed() => Failure.TerminalNotSet(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    private sealed class Registrations(params IDisposable[] all) : IDisposable
    {
        public void Dispose()
        {
            foreach (IDisposable one in all) one.Dispose();
        }
    }
}
