using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Diagnosis;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A pod that was just created for debugging, followed from before its creation, so that nothing of its start is missed.</summary>
public sealed class MadePod : IDisposable
{
    private const int NameAttempts = 5;

    private readonly PodWatches _watches;
    private readonly PodFollower _follower;
    private AddedContainer _created;
    private bool _hasStarted;

    private MadePod(PodWatches watches, PodFollower follower, JsonObject pod, string? container)
    {
        PodDetail detail = watches.Api.DetailOf(pod);
        (_watches, _follower) = (watches, follower);
        // Without a container to enter the first one tells how the pod does.
        _created = new AddedContainer((container is null ? null : detail.Find(container)) ?? detail.Containers[0], pod, detail.Row);
        Row = DebugPodRows.Of(pod, detail, container);
    }

    /// <summary>The pod as the server made it; once it was waited for, as it was then.</summary>
    public DebugPod Row { get; private set; }

    /// <summary>Creates it.</summary>
    /// <param name="watches">The cluster.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="build">Makes the pod and names the container to enter; asked again, for another name, where the name is taken.</param>
    /// <param name="isNameDrawn">Whether another name can be had.</param>
    /// <param name="dryRun">Whether the server only judges it.</param>
    /// <param name="onWarning">Takes the server's warnings.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DebugException">The server refuses, or cannot be reached.</exception>
    internal static async Task<MadePod> CreateAsync(PodWatches watches, string ns, Func<(JsonObject Pod, string? Container)> build,
        bool isNameDrawn, bool dryRun, Action<string> onWarning, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            (JsonObject pod, string? container) = build();
            PodFollower follower = watches.Follow(ns, pod.Object("metadata").String("name")!);
            try
            {
                JsonObject made = await watches.InTurnAsync(() => SendAsync(watches.Api, ns, pod, isNameDrawn, dryRun, onWarning, cancellationToken), cancellationToken).ConfigureAwait(false);
                return new MadePod(watches, follower, made, container);
            }
            catch (DebugException e) when (isNameDrawn && attempt < NameAttempts && e.ErrorId == nameof(Failure.AlreadyExists))
            {
                follower.Dispose();
            }
            catch
            {
                follower.Dispose();
                throw;
            }
        }
    }

    /// <summary>Waits, once, until its container runs, has ended, or cannot start.</summary>
    /// <returns>This pod, whose row is as it was then.</returns>
    /// <exception cref="DebugException">It cannot start, the pod is gone, or the time is over.</exception>
    public async Task<MadePod> StartedAsync(TimeSpan timeout, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _follower.StartFrom(_created.Row.ResourceVersion);
        try
        {
            // What is frozen tells first whether it can be; the container beside it may need no more time.
            StartObservation seen = _created.Seen;
            foreach (string name in new[] { Row.Frozen, _created.Container.Name }.OfType<string>().Distinct())
            {
                seen = seen with { Container = (seen.Detail?.Find(name) ?? _watches.Api.DetailOf(_created.Pod).Find(name))! };
                if (seen.Detail is null || !ContainerWait.HasStarted(seen.Container))
                    seen = await ContainerWait.UntilSeenAsync(_follower, seen, ContainerWait.HasStarted, timeout, listener, cancellationToken).ConfigureAwait(false);
            }

            (Row, _hasStarted) = (DebugPodRows.Now(Row, seen.Detail!), true);
        }
        catch (DebugException e) when (e.StatusCode == 403)
        {
            await listener.Warning($"{Row.Namespace}/{Row.Name}: the pod was created, but whether it starts cannot be seen: {e.Message}").ConfigureAwait(false);
        }

        return this;
    }

    /// <summary>Enters its container as soon as that has a process.</summary>
    /// <exception cref="DebugException">It cannot start, or cannot be entered.</exception>
    public Task<EnteredContainer> EnterAsync(EntryRequest entry, DebugListener listener, CancellationToken cancellationToken) => _hasStarted
        ? EnterContainer.ExistingAsync(_watches, _created.Container, entry, listener, cancellationToken)
        : EnterContainer.EnterAsync(_watches, _follower, _created, entry, listener, cancellationToken);

    /// <summary>The row after somebody was in its container, which <paramref name="last"/> is as last seen.</summary>
    public async Task<object> AfterAsync(ContainerInfo last, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(last);
        DebugPod now = Row;
        try
        {
            now = DebugPodRows.Now(Row, _watches.Api.DetailOf(await _watches.Api.GetPodAsync(Row.Namespace, Row.Name, cancellationToken).ConfigureAwait(false)));
        }
        catch (DebugException)
        {
            // It is gone, or may not be read; what was known of it still holds.
        }

        return now with { ExitCode = last.ExitCode };
    }

    /// <summary>Deletes it at once: what runs in it is nobody's work.</summary>
    /// <exception cref="DebugException">The server refuses, or cannot be reached. A pod that is gone is none.</exception>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _watches.Api.DeletePodAsync(Row.Namespace, Row.Name, Row.Uid, TimeSpan.Zero, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.IsPodGone)
        {
        }
    }

    /// <summary>Says more of it than its JSON tells.</summary>
    internal MadePod With(Func<DebugPod, DebugPod> more)
    {
        Row = more(Row);
        _created = _created with { Container = _created.Container with { Profile = Row.Profile, LeftOut = Row.LeftOut } };
        return this;
    }

    /// <summary>Tells that it is deleted where it does not start: what is said of that depends on it.</summary>
    internal MadePod ToBeUndone()
    {
        _created = _created with { IsUndone = true };
        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => _follower.Dispose();

    private static async Task<JsonObject> SendAsync(
        KubernetesApi api, string ns, JsonObject pod, bool isNameDrawn, bool dryRun, Action<string> onWarning, CancellationToken cancellationToken)
    {
        try
        {
            return await api.CreatePodAsync(ns, pod, dryRun, onWarning, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.IsOutcomeUnknown && isNameDrawn && !dryRun)
        {
            // The answer was lost, the pod perhaps not. A name that was just drawn is nobody else's.
            if (await ReadIfCreatedAsync(api, ns, pod, cancellationToken).ConfigureAwait(false) is { } created) return created;
            throw;
        }
    }

    private static async Task<JsonObject?> ReadIfCreatedAsync(KubernetesApi api, string ns, JsonObject sent, CancellationToken cancellationToken)
    {
        try
        {
            return await api.GetPodAsync(ns, sent.Object("metadata").String("name")!, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException)
        {
            return null; // what stopped the request is the better error
        }
    }
}
