namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// Reads a device on a thread of its own, but only while somebody waits for keys: a key that nobody asked for stays with the terminal, for
/// the next reader or for PowerShell.
/// </summary>
internal sealed class KeyReader
{
    private readonly ITerminalDevice _device;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private Request? _request;
    private bool _stopped;

    internal KeyReader(ITerminalDevice device)
    {
        _device = device;
        _thread = new Thread(Run) { IsBackground = true, Name = "Terminal keys" };
        _thread.Start();
    }

    /// <summary>The next keys; 0 when the terminal is gone or the reader was stopped. One caller at a time.</summary>
    internal async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Request request = new(buffer, cancellationToken);
        lock (_gate)
        {
            if (_stopped) return 0;
            if (_request is not null) throw new InvalidOperationException("The keys are being read already.");
            _request = request;
            Monitor.Pulse(_gate);
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static device => ((ITerminalDevice)device!).Interrupt(), _device);
        return await request.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Ends the read that waits, without waiting for it.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        _device.Interrupt();
    }

    /// <summary>Waits, after <see cref="Stop"/>, until the thread has gone: from then on no key is read.</summary>
    internal void Join() => _thread.Join();

    private void Run()
    {
        while (Next() is { } request)
        {
            int read = request.CancellationToken.IsCancellationRequested ? ITerminalDevice.Interrupted : _device.Read(request.Buffer.Span);
            if (read == ITerminalDevice.Interrupted && !request.CancellationToken.IsCancellationRequested) continue;
            lock (_gate) _request = null;
            if (read == ITerminalDevice.Interrupted) request.Done.SetCanceled(request.CancellationToken);
            else request.Done.SetResult(read);
        }
    }

    /// <summary>What to read next; null when stopped.</summary>
    private Request? Next()
    {
        lock (_gate)
        {
            while (_request is null && !_stopped) Monitor.Wait(_gate);
            if (!_stopped) return _request;
            _request?.Done.SetResult(0);
            _request = null;
            return null;
        }
    }

    private sealed record Request(Memory<byte> Buffer, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
