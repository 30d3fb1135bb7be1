using System.Management.Automation;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet whose work is asynchronous: Ctrl+C cancels it, and what it says goes through the <see cref="Pump"/>.</summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Pump? _pump;

    private Pump Work => _pump ??= new Pump(this, _stop.Token);

    /// <summary>How many pieces of work, at most, one cmdlet has under way at once.</summary>
    internal virtual int MaxRunning => 1;

    /// <summary>
    /// Starts work for one input object and returns as soon as fewer than <see cref="MaxRunning"/> pieces are under way. A
    /// failure becomes an error record for that object, and the others go on.
    /// </summary>
    private protected void Start(Func<Pump.Voice, CancellationToken, Task> work, object? target = null)
    {
        Work.SayWhatIsThere();
        Work.SayUntil(MaxRunning - 1);
        Work.Start(work, failure => WriteError(ErrorRecords.From(failure, target)));
        if (MaxRunning == 1) Work.SayUntil(0);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _pump?.SayUntil(0);

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        // Called on another thread, while the pipeline thread waits in the pump or after it has gone.
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what still runs; PowerShell calls this also after Ctrl+C, where EndProcessing is skipped.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        _pump?.Dispose();
        _stop.Dispose();
    }
}
