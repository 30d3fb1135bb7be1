using System.Diagnostics;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;
using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Enters a container of a pod: a new ephemeral one as soon as its process exists, or one that is there.</summary>
public static class EnterContainer
{
    // More than this is no greeting; what comes behind it stays in the log.
    private const int MostLog = 4 * 1024 * 1024;

    /// <summary>Adds a container, and enters it.</summary>
    /// <param name="watches">The cluster.</param>
    /// <param name="request">The container.</param>
    /// <param name="entry">How it is entered.</param>
    /// <param name="listener">Hears of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="made">Hears of the container when it is in the pod, where it stays.</param>
    /// <exception cref="DebugException">It was refused, cannot start, or cannot be entered.</exception>
    public static async Task<EnteredContainer> NewAsync(
        PodWatches watches, EphemeralContainerRequest request, EntryRequest entry, DebugListener listener, CancellationToken cancellationToken, Action<ContainerInfo>? made = null)
    {
        using PodFollower follower = watches.Follow(request.Namespace, request.Pod);
        AddedContainer added = await AddEphemeralContainer.AddAsync(watches, request, listener, cancellationToken).ConfigureAwait(false);
        made?.Invoke(added.Container);
        listener.Progress(request.Pod, "waiting for the kubelet");
        return await EnterAsync(watches, follower, added, entry, listener, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Enters a container that exists.</summary>
    /// <param name="watches">The cluster.</param>
    /// <param name="container">The container; its namespace, pod and name count, and the pod's uid where it is known.</param>
    /// <param name="entry">How.</param>
    /// <param name="listener">Hears of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DebugException">There is no such container, or it cannot be entered.</exception>
    public static async Task<EnteredContainer> ExistingAsync(
        PodWatches watches, ContainerInfo container, EntryRequest entry, DebugListener listener, CancellationToken cancellationToken)
    {
        KubernetesApi api = watches.Api;
        listener.Progress(container.Pod, "reading the pod");
        using PodFollower follower = watches.Follow(container.Namespace, container.Pod);
        JsonObject pod = await api.GetPodAsync(container.Namespace, container.Pod, cancellationToken).ConfigureAwait(false);
        PodDetail detail = api.DetailOf(pod);
        PodInfo row = detail.Row;
        if (container.PodUid is { } uid && uid != row.Uid) throw Failure.PodReplaced(container.Namespace, container.Pod);
        ContainerInfo now = detail.Find(container.Name)
            ?? throw Failure.EphemeralContainerNotFound(container.Namespace, container.Pod, container.Name, detail.Containers.Select(one => one.Name), any: true);
        return await EnterAsync(watches, follower, new AddedContainer(now with { Profile = container.Profile }, pod, row), entry, listener, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The containers of a pod that somebody can mean who names only the pod: the ephemeral ones that have not ended, else the last that
    /// has. A pod that this module made without one is entered where it was made to be.
    /// </summary>
    /// <exception cref="DebugException">There is no such pod, or it has no ephemeral container.</exception>
    public static async Task<IReadOnlyList<ContainerInfo>> ChoicesAsync(KubernetesApi api, string ns, string pod, CancellationToken cancellationToken)
    {
        PodDetail detail = api.DetailOf(await api.GetPodAsync(ns, pod, cancellationToken).ConfigureAwait(false));
        PodInfo row = detail.Row;
        if (row.EphemeralContainers.Length == 0 && DebugMarks.IsOurs(row) && row.DefaultContainer is { } made) return [detail.Find(made)!];
        ContainerInfo last = FindEphemeralContainer.Last(row);
        EphemeralContainer[] alive = [.. row.EphemeralContainers.Where(container => !ContainerWait.HasEnded(container))];
        EphemeralContainer[] running = [.. alive.Where(container => container.State == ContainerState.Running)];
        return running.Length > 0 ? running : alive.Length > 0 ? alive : [last];
    }

    /// <summary>Enters a container whose pod is followed from before it was made or read.</summary>
    internal static async Task<EnteredContainer> EnterAsync(
        PodWatches watches, PodFollower follower, AddedContainer added, EntryRequest entry, DebugListener listener, CancellationToken cancellationToken)
    {
        ContainerInfo container = added.Container;
        long opened = Stopwatch.GetTimestamp();
        if (ContainerWait.HasEnded(container)) return new EnteredContainer(watches, entry, container, added.Pod, streams: null, opened);
        follower.StartFrom(added.Row.ResourceVersion);
        StreamRequest request = Streams(container, entry);
        (IProcessStreams? streams, ContainerInfo now) = await EarlyAttach.RunAsync(
            OpenAsync, follower, added.Seen, entry.Wait, listener, cancellationToken).ConfigureAwait(false);
        now = now with { Profile = container.Profile, LeftOut = container.LeftOut };
        // Who comes later to a container that runs wants to go on, not to read everything again.
        bool fromStart = entry.Shell is null && container.State != ContainerState.Running;
        if (streams is not null && fromStart)
            streams = new JoinedStreams(streams, token => ReadLogAsync(watches.Api, container, listener, token), entry.Terminal, text => listener.Warning($"{container}: {text}"), entry.Input);
        return new EnteredContainer(watches, entry, now, added.Pod, streams, opened);

        Task<IProcessStreams> OpenAsync(CancellationToken token)
        {
            opened = Stopwatch.GetTimestamp(); // the last try counts
            return watches.Api.OpenStreamsAsync(request, token);
        }
    }

    // An attach must ask for what the specification says; a terminal has no standard error.
    private static StreamRequest Streams(ContainerInfo container, EntryRequest entry) => entry.Command is { } command
        ? Of(container) with { Command = command, Stdin = entry.Terminal || entry.Input, Tty = entry.Terminal, Stderr = !entry.Terminal }
        : Of(container) with { Stdin = container.Stdin && (entry.Terminal || entry.Input), Tty = container.Tty, Stderr = !container.Tty };

    private static StreamRequest Of(ContainerInfo container) => new() { Namespace = container.Namespace, Pod = container.Pod, Container = container.Name };

    private static async Task<byte[]> ReadLogAsync(KubernetesApi api, ContainerInfo container, DebugListener listener, CancellationToken cancellationToken)
    {
        LogQuery query = new() { Container = container.Name, LimitBytes = MostLog };
        Stream log = await api.OpenLogAsync(container.Namespace, container.Pod, query, cancellationToken).ConfigureAwait(false);
        await using (log.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await log.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (bytes.Length >= MostLog) await listener.Warning($"{container}: it had written more than {MostLog / 1024 / 1024} MiB when it was attached to; some of that is not shown. See: Get-EphemeralContainerLog {container.Pod} {container.Name} -Namespace {container.Namespace}").ConfigureAwait(false);
            return bytes.ToArray();
        }
    }
}
