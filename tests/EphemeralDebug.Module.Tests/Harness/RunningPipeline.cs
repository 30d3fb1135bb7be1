using System.Diagnostics;
using System.Management.Automation;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>A pipeline that runs on while the test looks at it.</summary>
public sealed class RunningPipeline : IDisposable
{
    private readonly PowerShell _shell;
    private readonly TestHostUI _ui;
    private readonly int _textBefore;
    private readonly Task _end;

    internal RunningPipeline(PowerShell shell, TestHostUI ui)
    {
        (_shell, _ui, _textBefore) = (shell, ui, ui.Text.Length);
        _end = shell.InvokeAsync<PSObject, PSObject>(input: null, Output);
    }

    /// <summary>The objects that came out so far.</summary>
    public PSDataCollection<PSObject> Output { get; } = [];

    /// <summary>The other streams so far.</summary>
    public PSDataStreams Streams => _shell.Streams;

    /// <summary>How long <see cref="StopAsync"/> took.</summary>
    public TimeSpan StopTime { get; private set; }

    /// <summary>Waits until so many objects have come out, or the pipeline has ended.</summary>
    public Task OutputReachesAsync(int count, CancellationToken cancellationToken) =>
        UntilAsync(Output, _ => Output.Count >= count, cancellationToken);

    /// <summary>Waits until a stream holds a record that fits, or the pipeline has ended.</summary>
    public async Task UntilAsync<T>(PSDataCollection<T> stream, Func<T, bool> fits, CancellationToken cancellationToken)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, DataAddedEventArgs e)
        {
            if (fits(stream[e.Index])) seen.TrySetResult();
        }

        stream.DataAdded += Look;
        try
        {
            if (stream.ToArray().Any(fits)) return;
            await Task.WhenAny(seen.Task, _end).WaitAsync(cancellationToken);
        }
        finally
        {
            stream.DataAdded -= Look;
        }
    }

    /// <summary>Presses Ctrl+C and waits for the end. The state is Stopped, unless the pipeline was quicker.</summary>
    public async Task<RunResult> StopAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.Run(_shell.Stop, cancellationToken).WaitAsync(cancellationToken);
        StopTime = Stopwatch.GetElapsedTime(start);
        return await EndAsync(cancellationToken);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<RunResult> EndAsync(CancellationToken cancellationToken)
    {
        ErrorRecord? failure = null;
        try
        {
            await _end.WaitAsync(cancellationToken);
        }
        catch (PipelineStoppedException)
        {
            // The state tells.
        }
        catch (RuntimeException exception)
        {
            failure = exception.ErrorRecord;
        }

        return RunResult.Of(_shell, Output.ToArray(), failure, _ui.Text[_textBefore..]);
    }

    public void Dispose()
    {
        // A test that failed half-way leaves nothing running behind.
        if (!_end.IsCompleted) _shell.Stop();
        _shell.Dispose();
        Output.Dispose();
    }
}
