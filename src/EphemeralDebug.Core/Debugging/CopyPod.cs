using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Makes a copy of a pod or of a workload's template.</summary>
public static class CopyPod
{
    /// <summary>Makes it, and waits until its container runs, has ended, or cannot start.</summary>
    /// <returns>The copy as last seen: after waiting, or as the server accepted it.</returns>
    /// <exception cref="DebugException">It was refused, or cannot start.</exception>
    public static async Task<DebugPod> RunAsync(PodWatches watches, CopyRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        using MadePod copy = await StartAsync(watches, request, static _ => { }, listener, cancellationToken).ConfigureAwait(false);
        return request.DryRun ? copy.Row with { Status = "DryRun" } : copy.Row;
    }

    /// <summary>Makes it, waits, and keeps following it. The copy is the caller's to dispose, which ends the interest in it, not the copy.</summary>
    /// <param name="watches">The cluster.</param>
    /// <param name="request">What to copy, and how.</param>
    /// <param name="created">Hears of each copy that was created, before it is waited for: one that cannot sleep is replaced by another.</param>
    /// <param name="listener">Hears of what happens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DebugException">It was refused, or cannot start.</exception>
    public static async Task<MadePod> StartAsync(
        PodWatches watches, CopyRequest request, Action<MadePod> created, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(created);
        CopySource source = await ReadSourceAsync(watches, request, listener, cancellationToken).ConfigureAwait(false);
        // Whether an image can sleep by itself is known when it has been tried.
        FreezeMethod?[] ways = request.Options.Freeze is null ? [null] : [.. PodCopy.FreezeOrder(source)];
        for (int i = 0; ; i++)
        {
            PodCopyOptions options = request.Options with { Freeze = ways[i] };
            MadePod copy = await CreateAsync(watches, source, request with { Options = options }, listener, cancellationToken).ConfigureAwait(false);
            created(copy);
            if (request.DryRun || request.Wait is null) return copy;
            try
            {
                return await copy.StartedAsync(request.Wait.Value, listener, cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e) when (i + 1 < ways.Length && e.ErrorId == nameof(Failure.CommandNotFound))
            {
                copy.Dispose();
                await listener.Verbose($"{copy.Row.Namespace}/{copy.Row.Name}: the image has no command to sleep with, so one is brought along. {e.Message}").ConfigureAwait(false);
                await copy.DeleteAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                copy.Dispose();
                throw;
            }
        }
    }

    /// <summary>Makes it, and does not wait. The copy is the caller's to dispose, which ends the interest in it, not the copy.</summary>
    /// <exception cref="DebugException">It was refused.</exception>
    public static async Task<MadePod> CreateAsync(PodWatches watches, CopyRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        CopySource source = await ReadSourceAsync(watches, request, listener, cancellationToken).ConfigureAwait(false);
        return await CreateAsync(watches, source, request, listener, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CopySource> ReadSourceAsync(PodWatches watches, CopyRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(watches);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(listener);
        KubernetesApi api = watches.Api;
        if (request.Workload is { } workload)
            return CopySource.FromWorkload(await api.GetWorkloadAsync(request.Namespace, workload, cancellationToken).ConfigureAwait(false));
        listener.Progress(request.Pod!, "reading the pod");
        JsonObject pod = await watches.InTurnAsync(() => api.GetPodAsync(request.Namespace, request.Pod!, cancellationToken), cancellationToken).ConfigureAwait(false);
        CopySource source = CopySource.FromPod(pod);
        return request.PodUid is null || request.PodUid == source.Uid ? source : throw Failure.PodReplaced(request.Namespace, request.Pod!);
    }

    // With the profile Auto a refusal by admission is an answer, as for an ephemeral container: the next profile asks for less.
    private static async Task<MadePod> CreateAsync(PodWatches watches, CopySource source, CopyRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        string ns = request.Options.ToNamespace ?? request.Namespace;
        PodSurroundings surroundings = await SurroundingsAsync(watches.Api, source, request.Options, ns, listener, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<DebugProfile> profiles = request.Options.Profile == DebugProfile.Auto ? PodCopy.AutoOrder(source) : [request.Options.Profile];
        listener.Progress(source.Name, "creating the copy");
        for (int i = 0; ; i++)
        {
            List<string> warnings = [];
            try
            {
                (MadePod copy, PodCopyPlan plan) = await SendAsync(watches, source, surroundings, request, ns, profiles[i], warnings.Add, cancellationToken).ConfigureAwait(false);
                await SayAsync(plan, copy.Row, warnings, listener).ConfigureAwait(false);
                if (request.Options.Replace && !request.DryRun) await DeleteSourceAsync(watches.Api, source, request, copy.Row, cancellationToken).ConfigureAwait(false);
                return copy;
            }
            catch (DebugException e) when (e.ErrorId == nameof(Failure.AlreadyExists) && request.Options.CopyTo is { } name)
            {
                throw Failure.PodNameTaken(ns, name, e);
            }
            catch (DebugException e) when (i + 1 < profiles.Count && e.IsRefusedByAdmission)
            {
                await listener.Verbose($"{source}: profile {profiles[i]} is refused, {profiles[i + 1]} is next: {e.Message}").ConfigureAwait(false);
            }
        }
    }

    private static async Task<(MadePod, PodCopyPlan)> SendAsync(PodWatches watches, CopySource source, PodSurroundings surroundings, CopyRequest request,
        string ns, DebugProfile profile, Action<string> onWarning, CancellationToken cancellationToken)
    {
        PodCopyPlan plan = Build();
        if (request.IsToBeEntered && plan.Container is null) throw Failure.NothingToEnter(source.ToString());
        // Nothing is deleted for a copy that the server would not have: it is asked before.
        if (request.Options.Replace && !request.DryRun)
            await watches.Api.CreatePodAsync(ns, plan.Pod, dryRun: true, onWarning: null, cancellationToken).ConfigureAwait(false);
        MadePod copy = await MadePod.CreateAsync(watches, ns, () => ((plan = Build()).Pod, plan.Container), request.Options.CopyTo is null, request.DryRun, onWarning, cancellationToken).ConfigureAwait(false);
        return (copy.With(row => row with { Profile = profile, Frozen = plan.Frozen, LeftOut = [.. plan.LeftOut] }), plan);

        PodCopyPlan Build() => PodCopy.Build(source, request.Options, profile, () => NameSuffix.Draw(Random.Shared), surroundings);
    }

    private static async Task SayAsync(PodCopyPlan plan, DebugPod copy, List<string> fromServer, DebugListener listener)
    {
        string name = $"{copy.Namespace}/{copy.Name}";
        foreach (string warning in plan.Warnings.Concat(fromServer)) await listener.Warning($"{name}: {warning}").ConfigureAwait(false);
        foreach (string one in plan.LeftOut) await listener.Warning($"{name}: left out: {one}").ConfigureAwait(false);
        await listener.Verbose($"{name}: a copy of {copy.Source}, profile {plan.Profile}.").ConfigureAwait(false);
    }

    // At once, as kubectl does: whoever replaces a pod wants its place, its volumes, its name in a queue.
    private static async Task DeleteSourceAsync(KubernetesApi api, CopySource source, CopyRequest request, DebugPod copy, CancellationToken cancellationToken)
    {
        try
        {
            await api.DeletePodAsync(request.Namespace, source.Name, source.Uid, TimeSpan.Zero, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (!e.IsPodGone)
        {
            throw Failure.ReplacedNotDeleted(copy, source.ToString(), e);
        }
        catch (DebugException)
        {
            // Somebody else was faster.
        }
    }

    // Read only where a warning can come of it. Who may not read it is not warned, and loses nothing else.
    private static async Task<PodSurroundings> SurroundingsAsync(
        KubernetesApi api, CopySource source, PodCopyOptions options, string ns, DebugListener listener, CancellationToken cancellationToken)
    {
        bool hasClaims = source.Pod.Object("spec").Objects("volumes").Any(volume => volume.ContainsKey("persistentVolumeClaim"));
        return new PodSurroundings
        {
            Services = options.KeepLabels ? await ReadAsync(api.ListServicesAsync(ns, cancellationToken)).ConfigureAwait(false) : [],
            Claims = hasClaims ? await ReadAsync(api.ListVolumeClaimsAsync(ns, cancellationToken)).ConfigureAwait(false) : [],
        };

        async Task<IReadOnlyList<JsonObject>> ReadAsync(IAsyncEnumerable<JsonObject> items)
        {
            List<JsonObject> all = [];
            try
            {
                await foreach (JsonObject item in items.ConfigureAwait(false)) all.Add(item);
            }
            catch (DebugException e) when (e.StatusCode is 403 or 404)
            {
                await listener.Verbose($"{source}: what the copy may run into could not be read: {e.Message}").ConfigureAwait(false);
            }

            return all;
        }
    }
}
