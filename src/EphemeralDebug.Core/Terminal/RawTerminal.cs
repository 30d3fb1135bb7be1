using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace EphemeralDebug.Core.Terminal;

/// <summary>A raw mode: from its construction until it is disposed, or until the process is told to end.</summary>
internal sealed class RawTerminal : IRawTerminal
{
    // What waits for a write in progress when the process ends; a terminal that hangs must not hang that as well.
    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(200);

    private readonly ITerminalDevice _device;
    private readonly Func<TerminalSize> _size;
    private readonly Action _left;
    private readonly KeyReader _keys;
    private readonly RemoteModes _modes = new();
    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<IDisposable> _watches = [];
    private readonly object _output = new();
    private readonly object _settings = new();
    private readonly object _sizing = new();
    private TerminalSize _known;
    private volatile bool _restored;
    private int _disposed;

    /// <param name="device">The terminal; this mode disposes it.</param>
    /// <param name="size">Its size now.</param>
    /// <param name="left">Called once when the mode has been disposed.</param>
    /// <exception cref="DebugException">The terminal cannot be set.</exception>
    internal RawTerminal(ITerminalDevice device, Func<TerminalSize> size, Action left)
    {
        (_device, _size, _left) = (device, size, left);
        _known = size();
        // First the ways back, then the mode.
        WatchEnds();
        try
        {
            device.SetRaw();
        }
        catch
        {
            _restored = true;
            EndWatches();
            device.Dispose();
            throw;
        }

        SetKeys();
        _keys = new KeyReader(device);
        if (device.WatchSettings(SettingsMayHaveChanged) is { } settings) _watches.Add(settings);
        if (device.WatchSize(SizeMayHaveChanged) is { } sizes) _watches.Add(sizes);
        // A signal may have come in between.
        if (_restored) _keys.Stop();
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _keys.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> output, CancellationToken cancellationToken)
    {
        while (!output.IsEmpty)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            int written = WriteSome(output.Span);
            if (written == ITerminalDevice.Gone) break;
            output = output[written..];
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TerminalSize> NextSizeAsync(CancellationToken cancellationToken) => _sizes.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return ValueTask.CompletedTask;
        try
        {
            _keys.Stop();
            _keys.Join();
            Restore();
        }
        finally
        {
            EndWatches();
            _device.Dispose();
            _left();
        }

        return ValueTask.CompletedTask;
    }

    private int WriteSome(ReadOnlySpan<byte> output)
    {
        lock (_output)
        {
            if (_restored) return ITerminalDevice.Gone;
            int written = _device.Write(output);
            if (written > 0) _modes.Follow(output[..written]);
            return written;
        }
    }

    /// <summary>Writes what is our own, as far as the terminal takes it in a moment.</summary>
    private void WriteOwn(ReadOnlySpan<byte> output)
    {
        for (int tries = 0; tries < 4 && !output.IsEmpty; tries++)
        {
            int written = _device.Write(output);
            if (written == ITerminalDevice.Gone) return;
            output = output[written..];
        }
    }

    private void SetKeys()
    {
        if (_device.HasOwnKeys && _modes.IsAtRest) WriteOwn(_modes.Keys());
    }

    private void WatchEnds()
    {
        // In raw mode Ctrl+C is a key, so SIGINT comes from elsewhere; whatever the host makes of it, the session is over.
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT, PosixSignal.SIGINT])
        {
            _watches.Add(PosixSignalRegistration.Create(signal, _ => End()));
        }

        AppDomain.CurrentDomain.ProcessExit += OnEnd;
        AppDomain.CurrentDomain.UnhandledException += OnEnd;
    }

    private void EndWatches()
    {
        foreach (IDisposable watch in _watches) watch.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= OnEnd;
        AppDomain.CurrentDomain.UnhandledException -= OnEnd;
    }

    private void OnEnd(object? sender, EventArgs e) => End();

    /// <summary>The process is about to end: the terminal goes back at once, and the reader hears that it is over.</summary>
    private void End()
    {
        Restore();
        _keys?.Stop();
    }

    private void Restore() => Alone(alone =>
    {
        if (_restored) return;
        _restored = true;
        // After the output in progress, if that ends; a terminal that takes none would not take this either.
        if (alone) WriteOwn(_modes.Undo());
        _device.Restore();
    });

    private void SettingsMayHaveChanged() => Alone(alone =>
    {
        // Who had the terminal meanwhile may have set its keys as well.
        if (!_restored && _device.SetRawAgain() && alone) SetKeys();
    });

    /// <summary>Does something to the settings while nobody else does, and tells whether no output is in progress either.</summary>
    private void Alone(Action<bool> action)
    {
        bool alone = Monitor.TryEnter(_output, s_lastWord);
        try
        {
            lock (_settings) action(alone);
        }
        finally
        {
            if (alone) Monitor.Exit(_output);
        }
    }

    private void SizeMayHaveChanged()
    {
        lock (_sizing)
        {
            TerminalSize now = _size();
            if (now == _known) return;
            _known = now;
            _sizes.Writer.TryWrite(now);
        }
    }
}
