using System.Management.Automation;
using System.Threading.Channels;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// The one way from asynchronous work to PowerShell's streams. Work runs on the thread pool, several pieces at once; what it
/// has to say goes through one bounded channel and is said on the pipeline thread, the only one that may. A full channel
/// makes the work wait, so that a slow consumer slows the requests.
/// </summary>
/// <param name="cmdlet">Whose streams they are.</param>
/// <param name="lastMoment">How long work that was cancelled is given to end.</param>
/// <param name="stop">Cancelled when the user presses Ctrl+C.</param>
internal sealed class Pump(Cmdlet cmdlet, TimeSpan lastMoment, CancellationToken stop) : IDisposable
{
    // How far work may run ahead of the pipeline. Less than a page of a list, so that Select-Object -First 3 ends a list after
    // its first page.
    private const int Ahead = 64;

    private readonly Channel<Action> _said = Channel.CreateBounded<Action>(new BoundedChannelOptions(Ahead) { SingleReader = true });
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly HashSet<Task> _running = []; // touched on the pipeline thread alone

    /// <summary>How many pieces of work have not ended yet, as far as the pipeline thread has heard.</summary>
    internal int Running => _running.Count;

    /// <summary>Starts a piece of work. What it throws goes to <paramref name="failed"/>, on the pipeline thread.</summary>
    internal void Start(Func<Voice, CancellationToken, Task> work, Action<Exception> failed)
    {
        Task? task = null;
        using AsyncFlowControl unflowed = ExecutionContext.SuppressFlow();
        task = Task.Run(async () =>
        {
            Exception? failure = null;
            try
            {
                await work(new Voice(this), _end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return; // nobody listens any more
            }
#pragma warning disable CA1031 // Whatever it is, the pipeline thread hears of it; an exception on a pool thread would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }

            await SayAsync(() =>
            {
                _running.Remove(task!);
                if (failure is not null) failed(failure);
            }).ConfigureAwait(false);
        });
        _running.Add(task);
    }

    /// <summary>Says what has come in so far; does not wait. On the pipeline thread.</summary>
    internal void SayWhatIsThere()
    {
        while (_said.Reader.TryRead(out Action? say)) say();
    }

    /// <summary>Says what comes in until no more than <paramref name="remaining"/> pieces of work run. On the pipeline thread.</summary>
    /// <exception cref="PipelineStoppedException">The user pressed Ctrl+C.</exception>
    internal void SayUntil(int remaining) => SayUntil(() => _running.Count <= remaining);

    /// <summary>Says what comes in until a task has ended. On the pipeline thread.</summary>
    /// <exception cref="PipelineStoppedException">The user pressed Ctrl+C.</exception>
    internal void SayUntil(Task task)
    {
        if (!task.IsCompleted) _ = task.ContinueWith(_ => SayAsync(static () => { }).AsTask(), TaskScheduler.Default); // what waits for something to say, wakes
        SayUntil(() => task.IsCompleted);
    }

    private void SayUntil(Func<bool> isTime)
    {
        try
        {
            while (!isTime()) _said.Reader.ReadAsync(stop).AsTask().GetAwaiter().GetResult()();
            SayWhatIsThere();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Cancels what still runs and lets it end.</summary>
    public void Dispose()
    {
        _end.Cancel();
        if (Task.WhenAll(_running).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(lastMoment)) _end.Dispose();
    }

    private async ValueTask SayAsync(Action say)
    {
        try
        {
            await _said.Writer.WriteAsync(say, _end.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            // The cmdlet is gone; what was to be said has no listener.
        }
    }

    /// <summary>What a piece of work speaks with. Every method may be called from any thread; it waits while the pipeline is busy.</summary>
    internal sealed class Voice(Pump pump)
    {
        internal ValueTask ObjectAsync(object value) => pump.SayAsync(() => pump.Cmdlet.WriteObject(value));

        /// <summary>Gives bytes one by one, as Get-Content -AsByteStream does.</summary>
        internal ValueTask BytesAsync(byte[] bytes) => pump.SayAsync(() => pump.Cmdlet.WriteObject(bytes, enumerateCollection: true));

        internal ValueTask ErrorAsync(ErrorRecord error) => pump.SayAsync(() => pump.Cmdlet.WriteError(error));

        internal ValueTask WarningAsync(string text) => pump.SayAsync(() => pump.Cmdlet.WriteWarning(text));

        internal ValueTask VerboseAsync(string text) => pump.SayAsync(() => pump.Cmdlet.WriteVerbose(text));

        internal ValueTask DebugAsync(string text) => pump.SayAsync(() => pump.Cmdlet.WriteDebug(text));

        /// <summary>Does something on the pipeline thread, and returns when it is done.</summary>
        internal async Task DoAsync(Action<Cmdlet> act, CancellationToken cancellationToken)
        {
            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await pump.SayAsync(() =>
            {
                act(pump.Cmdlet);
                done.SetResult();
            }).ConfigureAwait(false);
            await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Shows progress where there is room to; it never makes the work wait.</summary>
        internal void Progress(ProgressRecord record) => pump._said.Writer.TryWrite(() => pump.Cmdlet.WriteProgress(record));
    }

    private Cmdlet Cmdlet => cmdlet;
}
