using System.Globalization;
using System.Text.Json.Nodes;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>A cluster of the user's own: gets pods, and loses them again in whichever way this ends.</summary>
internal sealed class OwnCluster : ComparedCluster
{
    private const string RunLabel = "ephemeraldebug/bench";
    private const int Lifetime = 3600;

    private readonly Cleanup _cleanup;

    private OwnCluster(KubernetesApi api, string ns, IReadOnlyList<string> pods, Cleanup cleanup) : base(api, ns, pods) => _cleanup = cleanup;

    internal static async Task<OwnCluster> StartAsync(CompareArguments arguments, CancellationToken cancellationToken)
    {
        KubernetesApi api = await ConnectAsync(arguments.KubeConfig, arguments.Context, cancellationToken);
        string ns = arguments.Namespace ?? api.Transport.DefaultNamespace;
        await api.GetNamespaceAsync(ns, cancellationToken);
        string run = Random.Shared.Next(0x10000).ToString("x4", CultureInfo.InvariantCulture);
        string[] pods = [.. Enumerable.Range(0, arguments.Pods ?? 30).Select(i => $"ephemeraldebug-bench-{run}-{i}")];
        Console.WriteLine($"This makes {pods.Length} pods of image {arguments.Image} in namespace {ns} of context {api.Transport.Context} ({pods[0]} and so on, labelled {DebugMarks.ManagedByLabel}={DebugMarks.Manager}),");
        Console.WriteLine($"adds ephemeral containers to them, some with an image that does not exist, and deletes them at the end, or when Ctrl+C ends it; by themselves they end after {Lifetime / 60} minutes.");
        Cleanup cleanup = new(token => Task.WhenAll(pods.Select(pod => DeleteAsync(api, ns, pod, token))));
        OwnCluster cluster = new(api, ns, pods, cleanup);
        try
        {
            await Parallel.ForEachAsync(pods, cancellationToken, async (pod, token) => await api.CreatePodAsync(ns, Pod(pod, run, arguments.Image), cancellationToken: token));
            await RunningAsync(api, ns, run, pods, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (await _cleanup.RunAsync() is { } failure) Console.WriteLine($"Not all pods were deleted: {failure.Message} Find them with: kubectl get pods --namespace {Namespace} --selector {RunLabel}");
        _cleanup.Dispose();
    }

    private static async Task DeleteAsync(KubernetesApi api, string ns, string pod, CancellationToken cancellationToken)
    {
        try
        {
            await api.DeletePodAsync(ns, pod, uid: null, TimeSpan.Zero, cancellationToken: cancellationToken);
        }
        catch (DebugException e) when (e.ErrorId == "PodNotFound")
        {
            // It had not come so far.
        }
    }

    private static async Task RunningAsync(KubernetesApi api, string ns, string run, string[] pods, CancellationToken cancellationToken)
    {
        HashSet<string> missing = [.. pods];
        await foreach (PodEvent change in api.WatchPodsAsync(ns, labelSelector: $"{RunLabel}={run}", cancellationToken: cancellationToken))
        {
            if (change.Pod is { Phase: "Running" } pod && missing.Remove(pod.Name) && missing.Count == 0) return;
            if (change.Pod is { Phase: "Failed" } failed) throw new InvalidOperationException($"The pod {failed.Name} does not run: {change.Detail!.Message}");
        }
    }

    private static JsonObject Pod(string name, string run, string image) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [DebugMarks.ManagedByLabel] = DebugMarks.Manager, [RunLabel] = run } },
        ["spec"] = new JsonObject
        {
            ["activeDeadlineSeconds"] = Lifetime,
            ["terminationGracePeriodSeconds"] = 0,
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image, ["imagePullPolicy"] = "IfNotPresent", ["command"] = new JsonArray("sleep", "3600") }),
        },
    };
}
