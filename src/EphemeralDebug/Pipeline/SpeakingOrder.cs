namespace EphemeralDebug.Pipeline;

/// <summary>Lets pieces of work that run at once speak one after the other, in the order in which they were begun. On the pipeline thread.</summary>
internal sealed class SpeakingOrder
{
    private Task _before = Task.CompletedTask;

    /// <summary>The next piece: what it waits for before it speaks, and what it completes when it has no more to say.</summary>
    internal (Task Before, TaskCompletionSource Said) Next()
    {
        Task before = _before;
        TaskCompletionSource said = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // One that fails waits for nothing; who comes behind it still has to.
        _before = Task.WhenAll(before, said.Task);
        return (before, said);
    }
}
