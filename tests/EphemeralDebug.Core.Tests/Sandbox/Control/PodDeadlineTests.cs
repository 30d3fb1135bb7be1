using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>How pods end: by a request, in their grace period, at their deadline.</summary>
public sealed class PodDeadlineTests
{
    private const string Message = "Pod was active on the node longer than the specified deadline";

    [Fact]
    public async Task A_dry_run_passes_admission_and_stores_nothing()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject pod = await cluster.PostAsync($"{LiveCluster.Pods}?dryRun=All", LiveCluster.Pod("ghost"));
        Assert.Equal("default", pod.Text("spec", "serviceAccountName"));
        Assert.NotNull(pod.Text("metadata", "uid"));
        await cluster.GetAsync($"{LiveCluster.Pods}/ghost", HttpStatusCode.NotFound);
        await cluster.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"strict","labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""");
        JsonObject refused = await cluster.PostAsync("/api/v1/namespaces/strict/pods?dryRun=All", LiveCluster.Pod("ghost"), HttpStatusCode.Forbidden);
        Assert.StartsWith("pods \"ghost\" is forbidden: violates PodSecurity \"restricted:latest\"", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_precondition_of_a_deletion_names_both_pods()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject pod = await cluster.RunAsync(LiveCluster.Pod("mine"));
        JsonObject conflict = await cluster.DeleteAsync($"{LiveCluster.Pods}/mine", """{"preconditions":{"uid":"other"}}""", HttpStatusCode.Conflict);
        Assert.Equal($"Operation cannot be fulfilled on Pod \"mine\": the UID in the precondition (other) does not match the UID in record ({pod.Text("metadata", "uid")}). "
            + "The object might have been deleted and then recreated", conflict.Text("message"));
        await cluster.DeleteAsync($"{LiveCluster.Pods}/mine", $$"""{"preconditions":{"uid":"{{pod.Text("metadata", "uid")}}"},"gracePeriodSeconds":0}""");
        await cluster.GetAsync($"{LiveCluster.Pods}/mine", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_running_pod_is_terminating_before_it_is_gone()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync(LiveCluster.Pod("leaves"));
        Task<JsonObject> marked = cluster.UntilPodAsync("leaves", pod => pod.At("metadata", "deletionTimestamp") is not null);
        JsonObject leaving = await cluster.DeleteAsync($"{LiveCluster.Pods}/leaves");
        Assert.Equal(1, leaving.Number("metadata", "deletionGracePeriodSeconds"));
        Assert.Equal(leaving.Text("metadata", "uid"), (await marked).Text("metadata", "uid"));
        await cluster.UntilNoneAsync(ResourceType.Pods, pod => pod.Name() == "leaves");
    }

    [Fact]
    public async Task A_deadline_that_is_added_to_a_running_pod_ends_it()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync(LiveCluster.Pod("limited"));
        JsonObject patched = await cluster.PatchAsync($"{LiveCluster.Pods}/limited", """{"spec":{"activeDeadlineSeconds":1}}""");
        Assert.Equal(1, patched.Number("spec", "activeDeadlineSeconds"));
        JsonObject pod = await cluster.UntilPodAsync("limited", found => found.Text("status", "phase") == "Failed");
        Assert.Equal(("DeadlineExceeded", Message), (pod.Text("status", "reason"), pod.Text("status", "message")));
        pod = await cluster.UntilPodAsync("limited", found => found.Objects("status", "containerStatuses").Single().At("state", "terminated") is not null);
        // sleep is process 1, which the kernel spares all but SIGKILL.
        Assert.Equal(137, pod.Objects("status", "containerStatuses").Single().Number("state", "terminated", "exitCode"));
    }

    [Fact]
    public async Task A_deadline_comes_nearer_and_never_moves_away()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync(LiveCluster.Pod("limited", ",\"activeDeadlineSeconds\":3600"));
        JsonObject raised = await cluster.PatchAsync($"{LiveCluster.Pods}/limited", """{"spec":{"activeDeadlineSeconds":7200}}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal("Pod \"limited\" is invalid: spec.activeDeadlineSeconds: Invalid value: 7200: must be less than or equal to previous value", raised.Text("message"));
        JsonObject removed = await cluster.PatchAsync($"{LiveCluster.Pods}/limited", """{"spec":{"activeDeadlineSeconds":null}}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal("Pod \"limited\" is invalid: spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value", removed.Text("message"));
        await cluster.PatchAsync($"{LiveCluster.Pods}/limited", """{"spec":{"activeDeadlineSeconds":1}}""");
        await cluster.UntilPodAsync("limited", found => found.Text("status", "reason") == "DeadlineExceeded");
        JsonObject zero = await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("never", ",\"activeDeadlineSeconds\":0"), HttpStatusCode.UnprocessableEntity);
        Assert.Equal("Pod \"never\" is invalid: spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive", zero.Text("message"));
    }
}
