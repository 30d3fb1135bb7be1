using System.Collections.Concurrent;
using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>A cmdlet whose work is asynchronous: Ctrl+C cancels it, and what it says goes through the <see cref="Pump"/>.</summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _left = new();
    private Pump? _pump;

    private Pump Work
    {
        get
        {
            if (_pump is not null) return _pump;
            _pump = new Pump(this, LastMoment, _stop.Token);
            if (WantsDebugLines()) SayDebugAsync = new Pump.Voice(_pump).DebugAsync;
            return _pump;
        }
    }

    /// <summary>Says a debug line, from any thread while the cmdlet works; null where nobody asks for such lines.</summary>
    private protected Func<string, ValueTask>? SayDebugAsync { get; private set; }

    /// <summary>How many pieces of work, at most, one cmdlet has under way at once.</summary>
    internal virtual int MaxRunning => 1;

    /// <summary>
    /// How long work that was cancelled is given to end: by default enough for a request to let go of its socket, and a stuck one is not waited
    /// for. What cleans up needs more.
    /// </summary>
    internal virtual TimeSpan LastMoment => TimeSpan.FromSeconds(2);

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

    /// <summary>Says what has come in so far, and what comes until a task has ended.</summary>
    private protected void SayUntil(Task task) => Work.SayUntil(task);

    /// <summary>What is to be said when all is over, also after Ctrl+C, when no stream takes it any more: what this cmdlet has left in the cluster.</summary>
    private protected virtual IEnumerable<string> LastWords => [];

    /// <summary>Undoes what must not be left behind. Where that fails it is said in any case, also after Ctrl+C, when no stream takes it any more.</summary>
    /// <param name="cleanup">What is to be undone.</param>
    /// <param name="leftBehind">What to say, made of the reason.</param>
    /// <param name="voice">The work's.</param>
    /// <param name="cancellationToken">The work's.</param>
    private protected async Task UndoAsync(Cleanup cleanup, Func<DebugException, DebugException> leftBehind, Pump.Voice voice, CancellationToken cancellationToken)
    {
        if (await cleanup.RunAsync().ConfigureAwait(false) is not { } reason) return;
        DebugException left = leftBehind(reason);
        if (cancellationToken.IsCancellationRequested) _left.Enqueue($"{left.Message} {left.Advice}");
        else await voice.ErrorAsync(ErrorRecords.From(left, target: null)).ConfigureAwait(false);
    }

    /// <summary>Whether nothing is to be done but told.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? asked)
        ? asked is SwitchParameter { IsPresent: true }
        : GetVariableValue("WhatIfPreference") is true or SwitchParameter { IsPresent: true };

    private bool WantsDebugLines() => MyInvocation.BoundParameters.TryGetValue("Debug", out object? asked)
        ? asked is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.TryConvertTo(GetVariableValue("DebugPreference"), out ActionPreference preference)
            && preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

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
        foreach (string word in _left.Concat(LastWords)) Host.UI.WriteWarningLine(word);
    }
}
