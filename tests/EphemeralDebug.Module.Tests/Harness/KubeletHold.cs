namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>Keeps containers waiting, so that a test can look at what waits for them.</summary>
internal sealed class KubeletHold(int expected, Action forget) : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Completes when as many containers as expected are held.</summary>
    internal Task Reached => _reached.Task;

    /// <summary>Lets them go on, and those that come later.</summary>
    public void Dispose()
    {
        forget();
        _released.TrySetResult();
    }

    internal async Task HoldAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) == expected) _reached.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
    }
}
