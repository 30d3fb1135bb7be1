namespace EphemeralDebug.Sandbox;

/// <summary>
/// One fault, armed until it was hit as often as asked, released or disposed. <see cref="Hit"/> completes when a request runs
/// into it, so a test waits for that and needs no sleep.
/// </summary>
public sealed class SandboxFault : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<SandboxRequest> _hit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<SandboxRequest, bool> _match;
    private int _left;

    internal SandboxFault(FaultKind kind, Func<SandboxRequest, bool> match, int times)
    {
        Kind = kind;
        _match = match;
        _left = times;
    }

    /// <summary>The first request that the fault did its harm to, at the moment when it did.</summary>
    public Task<SandboxRequest> Hit => _hit.Task;

    /// <summary>How many requests it was for.</summary>
    public int Hits { get; private set; }

    internal FaultKind Kind { get; }

    /// <summary>The answer of a fault that answers.</summary>
    internal FaultAnswer? Answer { get; init; }

    /// <summary>How much of the body is sent (bytes), or of a watch (events), before the fault strikes.</summary>
    internal int After { get; init; }

    /// <summary>How long a delay takes; null: until it is released.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>Completes when the fault is released.</summary>
    internal Task Released => _released.Task;

    /// <summary>Disarms the fault, and lets go of the requests that it holds.</summary>
    public void Release()
    {
        lock (_lock) _left = 0;
        _released.TrySetResult();
    }

    /// <inheritdoc cref="Release"/>
    public void Dispose() => Release();

    /// <summary>Whether the fault is for this request; counts it.</summary>
    internal bool TakesAim(SandboxRequest request)
    {
        lock (_lock)
        {
            if (_left == 0 || !_match(request)) return false;
            if (_left != int.MaxValue) _left--;
            Hits++;
        }
        return true;
    }

    /// <summary>Tells that the fault has done its harm to this request: the body stands still, the connection is gone, ...</summary>
    internal void Struck(SandboxRequest request) => _hit.TrySetResult(request);
}
