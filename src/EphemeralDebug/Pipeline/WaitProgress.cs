using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>One progress bar for all that is waited for: how many are done, and what the one that spoke last is doing.</summary>
internal sealed class WaitProgress(string activity)
{
    private const int ActivityId = 0x0EDB;
    private const long Every = 100; // milliseconds

    private readonly object _lock = new();
    private readonly HashSet<string> _waiting = [];
    private long _shown = -Every;
    private int _done;
    private int _failed;
    private bool _any;

    internal void Report(Pump.Voice voice, string pod, string phase)
    {
        lock (_lock)
        {
            _waiting.Add(pod);
            Show(voice, $"{pod}: {phase}");
        }
    }

    internal void Failed()
    {
        lock (_lock) _failed++;
    }

    internal void Done(Pump.Voice voice)
    {
        lock (_lock)
        {
            _done++;
            Show(voice, "waiting");
        }
    }

    /// <summary>Takes the bar away; null where none was shown.</summary>
    internal ProgressRecord? LastRecord => _any ? new(ActivityId, activity, "done") { RecordType = ProgressRecordType.Completed } : null;

    private void Show(Pump.Voice voice, string status)
    {
        long now = Environment.TickCount64;
        if (now - _shown < Every) return;
        _shown = now;
        _any = true;
        int all = Math.Max(_waiting.Count, _done);
        voice.Progress(new ProgressRecord(ActivityId, activity, all > 1 ? $"{_done} of {all} done, {all - _done} under way{(_failed > 0 ? $", {_failed} failed" : "")}; {status}" : status)
        {
            PercentComplete = all > 1 ? 100 * _done / all : -1,
        });
    }
}
