using System.Globalization;
using EphemeralDebug.Core.Api;

namespace EphemeralDebug.Core.Debugging;

/// <summary>The watches of one namespace, and who is told what.</summary>
internal sealed class NamespaceFeed(KubernetesApi api, string ns, CancellationToken end)
{
    // Up to here each pod has a watch of its own.
    private const int OwnWatches = 3;

    private readonly object _lock = new();
    private readonly Dictionary<string, List<PodFollower>> _followers = [];
    private readonly List<Task> _watching = [];
    private int _own;
    private bool _shared;
    private bool _sharedEvents;
    private string? _sharedFrom;

    internal PodFollower Follow(string pod)
    {
        PodFollower follower = new(this, pod, end);
        lock (_lock)
        {
            if (!_followers.TryGetValue(pod, out List<PodFollower>? list)) _followers[pod] = list = [];
            list.Add(follower);
        }

        return follower;
    }

    internal void Leave(PodFollower follower)
    {
        lock (_lock)
        {
            if (!_followers.TryGetValue(follower.Pod, out List<PodFollower>? list)) return;
            list.Remove(follower);
            if (list.Count == 0) _followers.Remove(follower.Pod);
        }
    }

    internal void Start(PodFollower follower, string? version)
    {
        lock (_lock)
        {
            if (!_shared && _own < OwnWatches)
            {
                _own++;
                _watching.Add(WatchAsync(() => [follower], $"metadata.name={follower.Pod}", version, follower.End));
            }
            else if (!_shared)
            {
                _shared = true;
                _sharedFrom = version;
                _watching.Add(WatchAsync(Everyone, fieldSelector: null, version, end));
            }
            else if (!IsCovered(version))
            {
                // The shared watch began after what this follower waits for may have happened.
                _watching.Add(CatchUpAsync(follower));
            }
        }
    }

    internal void StartEvents(PodFollower follower)
    {
        lock (_lock)
        {
            if (!_shared)
            {
                _watching.Add(WatchEventsAsync(follower.Pod, follower.End));
            }
            else if (!_sharedEvents)
            {
                _sharedEvents = true;
                _watching.Add(WatchEventsAsync(pod: null, end));
            }
        }
    }

    // Versions are compared as numbers, as Kubernetes allows since 1.35 and every server has always made them.
    internal static ulong? Number(string? version) => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    internal Task EndedAsync()
    {
        lock (_lock) return Task.WhenAll(_watching);
    }

    private bool IsCovered(string? version) => Number(_sharedFrom) <= Number(version);

    private PodFollower[] Everyone()
    {
        lock (_lock) return [.. _followers.Values.SelectMany(static list => list)];
    }

    private PodFollower[] Of(string pod)
    {
        lock (_lock) return _followers.TryGetValue(pod, out List<PodFollower>? list) ? [.. list] : [];
    }

    private async Task WatchAsync(Func<PodFollower[]> audience, string? fieldSelector, string? version, CancellationToken ended)
    {
        await Task.Yield(); // the caller holds the lock
        try
        {
            await foreach (PodEvent change in api.WatchPodsAsync(ns, fieldSelector, labelSelector: null, version, ended).ConfigureAwait(false))
            {
                Tell(change, audience);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever ended the watch, those who wait must hear it; nobody awaits this task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (PodFollower follower in audience()) follower.Fail(e);
        }
    }

    private void Tell(PodEvent change, Func<PodFollower[]> audience)
    {
        switch (change.Type)
        {
            case PodEventType.Restarted:
                foreach (PodFollower follower in audience()) follower.Seen = false;
                break;
            case PodEventType.Synced:
                foreach (PodFollower follower in audience())
                {
                    if (!follower.Seen) follower.Tell(new PodNews(null, Gone: true, null));
                }

                break;
            default:
                foreach (PodFollower follower in Of(change.Pod!.Name))
                {
                    follower.Seen = true;
                    follower.Tell(new PodNews(change.Detail, change.Type == PodEventType.Deleted, null));
                }

                break;
        }
    }

    private async Task WatchEventsAsync(string? pod, CancellationToken ended)
    {
        await Task.Yield();
        try
        {
            await foreach (ClusterEvent happened in api.WatchEventsAsync(ns, pod, ended).ConfigureAwait(false))
            {
                foreach (PodFollower follower in Of(happened.PodName)) follower.Tell(new PodNews(null, Gone: false, happened));
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
        catch (DebugException)
        {
            // Events are a faster second source. Where they may not be read, the container's status still tells, later.
        }
    }

    private async Task CatchUpAsync(PodFollower follower)
    {
        await Task.Yield();
        try
        {
            PodDetail pod = api.DetailOf(await api.GetPodAsync(ns, follower.Pod, follower.End).ConfigureAwait(false));
            follower.Tell(new PodNews(pod, Gone: false, null));
        }
        catch (OperationCanceledException) when (follower.End.IsCancellationRequested)
        {
        }
        catch (DebugException e) when (e.StatusCode == 404)
        {
            follower.Tell(new PodNews(null, Gone: true, null));
        }
        catch (DebugException e)
        {
            follower.Fail(e);
        }
    }
}
