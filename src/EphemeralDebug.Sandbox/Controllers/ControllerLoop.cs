using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>Tells the controllers that every cluster has, with or without a kubelet, of every change of the store.</summary>
internal sealed class ControllerLoop(ObjectStore store, params IReadOnlyList<IController> controllers) : IAsyncDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private Task _following = Task.CompletedTask;

    internal void Start()
    {
        ObjectStore.Subscription changes = store.Watch(store.Version) ?? throw new InvalidOperationException("The store forgot its newest version.");
        foreach (IController controller in controllers) controller.ReconcileAll();
        _following = FollowAsync(changes);
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lifetime.Dispose();
    }

    private async Task FollowAsync(ObjectStore.Subscription changes)
    {
        using (changes)
        {
            await Task.Yield();
            await foreach (StoreEvent change in changes.Events.ReadAllAsync(_lifetime.Token))
            {
                foreach (IController controller in controllers) controller.Reconcile(change);
            }
        }
    }
}
