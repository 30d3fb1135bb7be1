using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Adds an ephemeral container to a pod, and waits until it runs, has ended, or cannot start.</summary>
public static class AddEphemeralContainer
{
    private const int ConflictAttempts = 5;

    /// <summary>Does it.</summary>
    /// <returns>The container as last seen: after waiting, or as the server accepted it.</returns>
    /// <exception cref="DebugException">It was refused, or cannot start.</exception>
    public static async Task<EphemeralContainer> RunAsync(PodWatches watches, EphemeralContainerRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        bool wait = request.Wait is not null && !request.DryRun;
        using PodFollower? follower = wait ? watches.Follow(request.Namespace, request.Pod) : null;
        AddedContainer added = await AddAsync(watches, request, listener, cancellationToken).ConfigureAwait(false);
        EphemeralContainer container = (EphemeralContainer)added.Container;
        if (request.DryRun) return container with { Reason = "DryRun" };
        if (follower is null) return container;

        follower.StartFrom(added.Row.ResourceVersion);
        try
        {
            ContainerInfo started = await ContainerWait.UntilAsync(follower, added.Seen, ContainerWait.HasStarted, request.Wait!.Value, listener, cancellationToken).ConfigureAwait(false);
            return (EphemeralContainer)started with { Profile = container.Profile, LeftOut = container.LeftOut };
        }
        catch (DebugException e) when (e.StatusCode == 403)
        {
            await listener.Warning($"{container}: the container was added, but whether it starts cannot be seen: {e.Message}").ConfigureAwait(false);
            return container;
        }
    }

    /// <summary>Adds it, and does not wait. Whoever wants to follow the pod from there registers before.</summary>
    internal static async Task<AddedContainer> AddAsync(PodWatches watches, EphemeralContainerRequest request, DebugListener listener, CancellationToken cancellationToken)
    {
        KubernetesApi api = watches.Api;
        listener.Progress(request.Pod, "reading the pod");
        JsonObject pod = request.Known ?? await watches.InTurnAsync(() => api.GetPodAsync(request.Namespace, request.Pod, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (request.PodUid is { } uid && uid != (string?)pod["metadata"]?["uid"]) throw Failure.PodReplaced(request.Namespace, request.Pod);

        listener.Progress(request.Pod, "adding the container");
        (JsonObject after, EphemeralContainerPlan plan) = await watches.InTurnAsync(
            () => PatchAsync(api, request, pod, listener, cancellationToken), cancellationToken).ConfigureAwait(false);

        PodInfo row = api.RowOf(after);
        EphemeralContainer added = row.EphemeralContainers.FirstOrDefault(container => container.Name == plan.Name)
            ?? throw Failure.ContainerNotStored(request.Namespace, request.Pod, plan.Name);
        return new AddedContainer(added with { Profile = plan.Profile, LeftOut = [.. plan.LeftOut] }, after, row);
    }

    // With the profile Auto a refusal by admission is an answer to "how much does this namespace admit?": nothing was stored,
    // and the next profile asks for less. The request itself is the question, because the server's defaults and webhooks
    // cannot be read.
    private static async Task<(JsonObject, EphemeralContainerPlan)> PatchAsync(
        KubernetesApi api, EphemeralContainerRequest request, JsonObject pod, DebugListener listener, CancellationToken cancellationToken)
    {
        IReadOnlyList<DebugProfile> profiles = request.Options.Profile == DebugProfile.Auto
            ? EphemeralContainerSpec.AutoOrder(pod, request.Options)
            : [request.Options.Profile];
        for (int i = 0; ; i++)
        {
            EphemeralContainerPlan plan = EphemeralContainerSpec.Build(pod, request.Options, profiles[i], () => NameSuffix.Draw(Random.Shared));
            List<string> warnings = [.. plan.Warnings];
            try
            {
                JsonObject after = await SendAsync(api, request, plan, warnings.Add, cancellationToken).ConfigureAwait(false);
                warnings.AddRange(plan.LeftOut.Select(one => $"left out: {one}"));
                foreach (string warning in warnings) await listener.Warning($"{request.Namespace}/{request.Pod}: {warning}").ConfigureAwait(false);
                if (plan.Profile is { } taken) await listener.Verbose($"{request.Namespace}/{request.Pod}: profile {taken}.").ConfigureAwait(false);
                return (after, plan);
            }
            catch (DebugException e) when (i + 1 < profiles.Count && e.IsRefusedByAdmission)
            {
                await listener.Verbose($"{request.Namespace}/{request.Pod}: profile {profiles[i]} is refused, {profiles[i + 1]} is next: {e.Message}").ConfigureAwait(false);
            }
        }
    }

    private static async Task<JsonObject> SendAsync(
        KubernetesApi api, EphemeralContainerRequest request, EphemeralContainerPlan plan, Action<string> onWarning, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await api.PatchEphemeralContainersAsync(request.Namespace, request.Pod, plan.Patch, request.DryRun, onWarning, cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e) when (e.StatusCode == 409 && attempt < ConflictAttempts)
            {
                // The patch carries no resourceVersion, so a conflict is the server's own race with another writer, and asks for
                // nothing but another try.
            }
            catch (DebugException e) when (e.IsOutcomeUnknown && !request.DryRun)
            {
                // The answer was lost, the patch perhaps not; the pod tells.
                if (await ReadIfAddedAsync(api, request, plan.Name, cancellationToken).ConfigureAwait(false) is { } after) return after;
                throw;
            }
        }
    }

    private static async Task<JsonObject?> ReadIfAddedAsync(KubernetesApi api, EphemeralContainerRequest request, string name, CancellationToken cancellationToken)
    {
        try
        {
            JsonObject pod = await api.GetPodAsync(request.Namespace, request.Pod, cancellationToken).ConfigureAwait(false);
            return api.RowOf(pod).EphemeralContainers.Any(container => container.Name == name) ? pod : null;
        }
        catch (DebugException)
        {
            return null; // what stopped the patch is the better error
        }
    }
}
