namespace EphemeralDebug.Bench.Measuring;

/// <summary>The highest that a figure rises to, looked at every few milliseconds on a thread of its own, until this is disposed.</summary>
internal sealed class Peak : IDisposable
{
    private readonly Func<long> _read;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;

    /// <param name="read">Reads the figure.</param>
    /// <param name="pause">How long between two looks.</param>
    internal Peak(Func<long> read, TimeSpan pause)
    {
        _read = read;
        _thread = new Thread(() =>
        {
            do Look(); while (!_ended.Wait(pause));
        }) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The highest so far.</summary>
    internal long Most { get; private set; }

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        Look();
        _ended.Dispose();
    }

    private void Look() => Most = Math.Max(Most, _read());
}
