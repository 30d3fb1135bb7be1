using System.Text;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Tests.Terminal;

/// <summary>A terminal whose keys and troubles a test makes.</summary>
internal sealed class FakeDevice : ITerminalDevice
{
    private readonly object _gate = new();
    private readonly Queue<byte> _keys = [];
    private bool _interrupted;
    private Action? _sizeMayHaveChanged, _settingsMayHaveChanged;

    public List<string> Calls { get; } = [];

    public StringBuilder Written { get; } = new();

    /// <summary>How much it takes in one write; 0 is a terminal that takes nothing, -1 one that is gone.</summary>
    public int Takes { get; set; } = int.MaxValue;

    public bool RefusesRaw { get; init; }

    public bool HasOwnKeys { get; init; }

    public int Reads { get; private set; }

    public int WaitingKeys
    {
        get { lock (_gate) return _keys.Count; }
    }

    public void SetRaw()
    {
        Calls.Add("raw");
        if (RefusesRaw) throw Failure.TerminalNotSet("no");
    }

    public bool SetRawAgain()
    {
        Calls.Add("raw again");
        return true;
    }

    public void Restore() => Calls.Add("restored");

    public int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            Reads++;
            while (_keys.Count == 0 && !_interrupted) Monitor.Wait(_gate);
            if (_interrupted)
            {
                _interrupted = false;
                return ITerminalDevice.Interrupted;
            }

            int count = 0;
            while (count < buffer.Length && _keys.TryDequeue(out buffer[count])) count++;
            return count;
        }
    }

    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Type(string keys)
    {
        lock (_gate)
        {
            foreach (byte key in Encoding.UTF8.GetBytes(keys)) _keys.Enqueue(key);
            Monitor.PulseAll(_gate);
        }
    }

    public int Write(ReadOnlySpan<byte> output)
    {
        if (Takes < 0) return ITerminalDevice.Gone;
        output = output[..Math.Min(Takes, output.Length)];
        Written.Append(Encoding.UTF8.GetString(output));
        return output.Length;
    }

    public IDisposable? WatchSize(Action changed)
    {
        _sizeMayHaveChanged = changed;
        return null;
    }

    public IDisposable? WatchSettings(Action changed)
    {
        _settingsMayHaveChanged = changed;
        return null;
    }

    public void ChangeSize() => _sizeMayHaveChanged!();

    public void ChangeSettings() => _settingsMayHaveChanged!();

    public void Dispose() => Calls.Add("closed");
}
