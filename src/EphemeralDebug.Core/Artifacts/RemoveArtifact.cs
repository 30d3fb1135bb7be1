using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>
/// Removes what debugging left in one cluster. Every request names the uid of what was found, so that a later object of the same name is
/// left alone; what is gone already is no failure. What several artifacts need is done once for all of them.
/// </summary>
public sealed class RemoveArtifact(KubernetesApi api, RemovalOptions options)
{
    private readonly SharedRequests _requests = new();

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where names without a namespace are.</summary>
    public string DefaultNamespace => api.Transport.DefaultNamespace;

    /// <summary>Removes an artifact as it was found.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="verbose">Takes what was done.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The artifact, with its new deadline where it got one; null where nothing was done.</returns>
    /// <exception cref="DebugException">It cannot be removed in this way, or the server refuses.</exception>
    public async Task<DebugArtifact?> RunAsync(DebugArtifact artifact, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        options.Check(artifact);
        if (options.ExpireAfter is { } after) return await ExpireAsync(artifact, after, verbose, cancellationToken).ConfigureAwait(false);
        bool isDone = artifact switch
        {
            { Kind: DebugArtifactKind.Namespace } => await DeleteNamespaceAsync(artifact, verbose, cancellationToken).ConfigureAwait(false),
            { Kind: not DebugArtifactKind.EphemeralContainer } or { InDebugPod: true } => await DeletePodAsync(artifact, verbose, cancellationToken).ConfigureAwait(false),
            _ when options.Evict => await EvictAsync(artifact, verbose, cancellationToken).ConfigureAwait(false),
            _ => await RestartAsync(artifact, verbose, cancellationToken).ConfigureAwait(false),
        };
        return isDone ? artifact : null;
    }

    /// <summary>Removes what debugging left of and in a pod, which is looked for anew.</summary>
    /// <param name="ns">The pod's namespace.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="uid">The uid that it must have; null for whichever there is.</param>
    /// <param name="container">Only this ephemeral container; null for all.</param>
    /// <param name="verbose">Takes what was done.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="DebugException">There is nothing of debugging in it, it cannot be removed in this way, or the server refuses.</exception>
    public async Task<IReadOnlyList<DebugArtifact>> RunAsync(
        string ns, string pod, string? uid, string? container, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        if (await ReadAsync(ns, pod, uid, verbose, cancellationToken).ConfigureAwait(false) is not { } json) return [];
        PodInfo row = api.RowOf(json);
        List<DebugArtifact> found = [.. ArtifactReader.Find(row, json)];
        if (found.Count == 0) throw Failure.NothingOfDebugging($"pod/{ns}/{pod}");
        List<DebugArtifact> removed = [];
        IEnumerable<DebugArtifact> wanted = found[0].Kind != DebugArtifactKind.EphemeralContainer ? found.Take(1)
            : container is null ? found
            : found.Where(one => one.Container == container).DefaultIfEmpty()
                .Select(one => one ?? throw Failure.EphemeralContainerNotFound(ns, pod, container, row.EphemeralContainers.Select(other => other.Name)));
        foreach (DebugArtifact artifact in wanted)
        {
            if (await RunAsync(artifact, verbose, cancellationToken).ConfigureAwait(false) is { } gone) removed.Add(gone);
        }

        return removed;
    }

    /// <summary>Removes a namespace that was made for debugging, which is looked at anew.</summary>
    /// <returns>What was removed; null where nothing was done.</returns>
    /// <exception cref="DebugException">It was not made for debugging, or the server refuses.</exception>
    public async Task<DebugArtifact?> RunNamespaceAsync(string name, string? uid, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        JsonObject json;
        try
        {
            json = await api.GetNamespaceAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (DebugException e) when (e.StatusCode == 404 && uid is not null)
        {
            await verbose($"namespace/{name}: it is gone already.").ConfigureAwait(false);
            return null;
        }

        DebugArtifact artifact = NamespaceMarks.Find(json, api.Transport.Context, api.Transport.KubeConfig) ?? throw Failure.NothingOfDebugging($"namespace/{name}");
        return await RunAsync(uid is null ? artifact : artifact with { NamespaceUid = uid }, verbose, cancellationToken).ConfigureAwait(false);
    }

    private Task<bool> DeleteNamespaceAsync(DebugArtifact artifact, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        string name = artifact.Namespace;
        return _requests.SendAsync($"namespace/{name}", async () =>
        {
            if (!options.Force) await CheckContentAsync(name, cancellationToken).ConfigureAwait(false);
            try
            {
                await api.DeleteNamespaceAsync(name, artifact.NamespaceUid, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (DebugException e) when (e.StatusCode is 404 or 409)
            {
                // 409: another has its name now, or its content is being removed.
                await verbose($"namespace/{name}: it is gone, or going, already: {e.Message}").ConfigureAwait(false);
                return false;
            }

            await verbose($"namespace/{name}: deleted, with all that is in it.").ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    // Everything goes with the namespace, and somebody may have moved in.
    private async Task CheckContentAsync(string name, CancellationToken cancellationToken)
    {
        await foreach (PodArtifacts pod in FindArtifacts.PodsAsync(api, name, labelSelector: null, cancellationToken).ConfigureAwait(false))
        {
            if (pod.Found is [] or [{ Kind: DebugArtifactKind.EphemeralContainer }, ..]) throw Failure.NamespaceHoldsOthers(name, pod.Name);
        }
    }

    private Task<bool> DeletePodAsync(DebugArtifact artifact, Func<string, ValueTask> verbose, CancellationToken cancellationToken) => OncePerPodAsync(artifact, "deleted.", verbose,
        () => api.DeletePodAsync(artifact.Namespace, artifact.Pod!, artifact.PodUid, cancellationToken: cancellationToken), cancellationToken);

    private Task<bool> EvictAsync(DebugArtifact artifact, Func<string, ValueTask> verbose, CancellationToken cancellationToken) => OncePerPodAsync(
        artifact, artifact.Owner is null ? "evicted; nothing makes it again." : $"evicted; {artifact.Owner} makes it again.", verbose,
        () => api.EvictPodAsync(artifact.Namespace, artifact.Pod!, artifact.PodUid, cancellationToken: cancellationToken), cancellationToken);

    private Task<bool> OncePerPodAsync(DebugArtifact artifact, string done, Func<string, ValueTask> verbose, Func<Task> request, CancellationToken cancellationToken)
    {
        string pod = $"pod/{artifact.Namespace}/{artifact.Pod}";
        return _requests.SendAsync($"{pod}/{artifact.PodUid}", async () =>
        {
            try
            {
                await request().ConfigureAwait(false);
            }
            catch (DebugException e) when (e.IsPodGone)
            {
                await verbose($"{pod}: it is gone already.").ConfigureAwait(false);
                return false;
            }

            await verbose($"{pod}: {done}").ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    // A restart has no precondition: for a pod that is gone already it would replace pods that nobody debugged.
    private async Task<bool> RestartAsync(DebugArtifact artifact, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        (string ns, string pod) = (artifact.Namespace, artifact.Pod!);
        if (await ReadAsync(ns, pod, artifact.PodUid, verbose, cancellationToken).ConfigureAwait(false) is not { } json) return false;
        string owner = api.RowOf(json).Owner ?? throw Failure.NoWorkload(ns, pod);
        string workload = await WorkloadOfAsync(ns, owner, cancellationToken).ConfigureAwait(false);
        return await _requests.SendAsync($"{workload}/{ns}", async () =>
        {
            JsonObject now = await api.GetWorkloadAsync(ns, workload, cancellationToken).ConfigureAwait(false);
            if (now.Object("spec").Bool("paused") == true) throw Failure.WorkloadNotReplacing(workload, ns, "it is paused");
            if (now.Object("spec").Object("updateStrategy").String("type") == "OnDelete") throw Failure.WorkloadNotReplacing(workload, ns, "it replaces pods only when somebody deletes them (OnDelete)");
            await api.RestartWorkloadAsync(ns, workload, Time.GetUtcNow(), cancellationToken: cancellationToken).ConfigureAwait(false);
            await verbose($"{workload} in the namespace {ns}: restarted; it replaces its pods one after the other.").ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is restarted for the pods of an owner: of a ReplicaSet, the Deployment behind it.</summary>
    private async Task<string> WorkloadOfAsync(string ns, string owner, CancellationToken cancellationToken)
    {
        string[] parts = owner.Split('/', 2);
        string workload = $"{parts[0].ToLowerInvariant()}/{parts[1]}";
        if (parts[0] is "StatefulSet" or "DaemonSet") return workload;
        if (parts[0] != "ReplicaSet") throw Failure.WorkloadWithoutRestart(workload);
        JsonObject set = await api.GetWorkloadAsync(ns, workload, cancellationToken).ConfigureAwait(false);
        JsonObject? behind = set.Object("metadata").Objects("ownerReferences").FirstOrDefault(one => one.Bool("controller") == true);
        return behind.String("kind") == "Deployment" && behind.String("name") is { } name ? $"deployment/{name}" : throw Failure.WorkloadWithoutRestart(workload);
    }

    private async Task<DebugArtifact?> ExpireAsync(DebugArtifact artifact, TimeSpan after, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        (string ns, string pod) = (artifact.Namespace, artifact.Pod!);
        DebugArtifact? given = null;
        await _requests.SendAsync($"deadline/{ns}/{pod}/{artifact.PodUid}", async () =>
        {
            if (await ReadAsync(ns, pod, artifact.PodUid, verbose, cancellationToken).ConfigureAwait(false) is not { } json) return false;
            PodInfo row = api.RowOf(json);
            if (row.Phase is "Succeeded" or "Failed") throw Failure.DeadlineOfFinishedPod(ns, pod, row.Phase);

            // The kubelet counts from when it first saw the pod; before that, from when it will.
            DateTimeOffset now = Time.GetUtcNow();
            DateTimeOffset start = ArtifactReader.StartTime(json) ?? now;
            long seconds = (long)Math.Ceiling((now + after - start).TotalSeconds);
            if (seconds > int.MaxValue) throw Failure.InvalidDeadline(after);
            if (json.Object("spec").Integer("activeDeadlineSeconds") is { } before && before < seconds) throw Failure.DeadlineNotRaised(ns, pod, start.AddSeconds(before));
            JsonObject patch = new()
            {
                ["metadata"] = new JsonObject { ["uid"] = row.Uid },
                ["spec"] = new JsonObject { ["activeDeadlineSeconds"] = Math.Max(1, seconds) },
            };
            await api.PatchPodAsync(ns, pod, patch, cancellationToken: cancellationToken).ConfigureAwait(false);
            given = artifact with { Expires = start.AddSeconds(seconds) };
            await verbose($"pod/{ns}/{pod}: the server ends it at {given.Expires.Value.UtcDateTime:u}.").ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return given;
    }

    /// <summary>The pod; null where it is gone. A name that somebody typed has no uid, and is then a mistake.</summary>
    private async Task<JsonObject?> ReadAsync(string ns, string pod, string? uid, Func<string, ValueTask> verbose, CancellationToken cancellationToken)
    {
        try
        {
            JsonObject json = await api.GetPodAsync(ns, pod, cancellationToken).ConfigureAwait(false);
            if (uid is null || uid == json.Object("metadata").String("uid")) return json;
        }
        catch (DebugException e) when (uid is not null && e.IsPodGone)
        {
        }

        await verbose($"pod/{ns}/{pod}: it is gone already.").ConfigureAwait(false);
        return null;
    }
}
