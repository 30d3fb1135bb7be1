using System.Runtime.InteropServices;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// What has to be undone when whoever made something leaves, in whichever way: by and by, by Ctrl+C, by an error, with the terminal or with
/// the whole process. It is done once, on a token of its own, since the one that ended the work is cancelled by then. After SIGKILL or a loss of
/// power nobody can; for that the server has a deadline.
/// </summary>
public sealed class Cleanup : IDisposable
{
    /// <summary>How long it may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A process that was told to end is killed if it takes long.
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromSeconds(5);

    private readonly Lazy<Task> _undo;
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <param name="undo">Does it; called once at most.</param>
    public Cleanup(Func<CancellationToken, Task> undo)
    {
        ArgumentNullException.ThrowIfNull(undo);
        _undo = new(() => Task.Run(() => BoundAsync(undo)));
        // SIGINT is PowerShell's to answer: it stops the pipeline, and that comes here.
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => AtTheEnd()));
        }

        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>Does it, if nobody has.</summary>
    /// <returns>What went wrong; null where all is well.</returns>
    public async Task<DebugException?> RunAsync()
    {
        try
        {
            await _undo.Value.ConfigureAwait(false);
            return null;
        }
        catch (DebugException e)
        {
            return e;
        }
        catch (OperationCanceledException)
        {
            return Failure.CleanupTimedOut(Patience);
        }
    }

    /// <summary>Ends the watch over the process's end; undoes nothing.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    private static async Task BoundAsync(Func<CancellationToken, Task> undo)
    {
        using CancellationTokenSource patience = new(Patience);
        await undo(patience.Token).ConfigureAwait(false);
    }

    private void OnExit(object? sender, EventArgs e) => AtTheEnd();

    private void AtTheEnd() => Task.WhenAny(_undo.Value).Wait(s_lastMoment);
}
