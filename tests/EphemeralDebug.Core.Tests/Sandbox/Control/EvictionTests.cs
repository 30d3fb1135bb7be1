using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Evictions within and against disruption budgets.</summary>
public sealed class EvictionTests
{
    private const string Budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private const string Refused = "Cannot evict pod as it would violate the pod's disruption budget.";

    [Fact]
    public async Task A_budget_is_counted_and_spent()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await RunTwoAsync(cluster);
        await cluster.PostAsync(Budgets, Budget("keep-one", "\"minAvailable\":1"));
        JsonObject budget = await UntilAllowedAsync(cluster, "keep-one", 1);
        Assert.Equal((2L, 1L, 2L), (budget.Number("status", "currentHealthy"), budget.Number("status", "desiredHealthy"), budget.Number("status", "expectedPods")));
        Assert.Equal("SufficientPods", budget.Objects("status", "conditions").Single().Text("reason"));

        Task<JsonObject> leaving = cluster.UntilPodAsync("a", pod => pod.At("metadata", "deletionTimestamp") is not null);
        JsonObject done = await EvictAsync(cluster, "a", HttpStatusCode.Created);
        Assert.Equal("Success", done.Text("status"));
        JsonObject condition = (await leaving).Objects("status", "conditions").Single(each => each.Text("type") == "DisruptionTarget");
        Assert.Equal(("EvictionByEvictionAPI", "Eviction API: evicting"), (condition.Text("reason"), condition.Text("message")));
        JsonObject refused = await EvictAsync(cluster, "b", HttpStatusCode.TooManyRequests);
        Assert.Equal((Refused, "TooManyRequests"), (refused.Text("message"), refused.Text("reason")));
        JsonObject cause = refused.Objects("details", "causes").Single();
        Assert.Equal(("DisruptionBudget", "The disruption budget keep-one needs 1 healthy pods and has 1 currently"), (cause.Text("reason"), cause.Text("message")));
        await UntilAllowedAsync(cluster, "keep-one", 0);
    }

    [Fact]
    public async Task Of_evictions_at_once_only_as_many_succeed_as_the_budget_allows()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await RunTwoAsync(cluster);
        await cluster.PostAsync(Budgets, Budget("keep-one", "\"minAvailable\":1"));
        using HttpClient client = SandboxFixture.NewClient(cluster.Sandbox);
        HttpStatusCode[] answers = await Task.WhenAll(new[] { "a", "b" }.Select(async pod =>
        {
            using StringContent body = new("""{"kind":"Eviction","apiVersion":"policy/v1"}""", System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync(new Uri($"{LiveCluster.Pods}/{pod}/eviction", UriKind.Relative), body, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.TooManyRequests], answers.Order());
    }

    [Fact]
    public async Task A_dry_run_asks_the_budget_and_changes_nothing()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await RunTwoAsync(cluster);
        await EvictAsync(cluster, "a", HttpStatusCode.Created, "\"dryRun\":[\"All\"]");
        Assert.Null(cluster.Sandbox.Store.Get(ResourceType.Pods, "default", "a").At("metadata", "deletionTimestamp"));
        await EvictAsync(cluster, "a", HttpStatusCode.Conflict, "\"preconditions\":{\"uid\":\"other\"}");
        await cluster.PostAsync(Budgets, Budget("keep-all", "\"minAvailable\":\"100%\""));
        await cluster.PostAsync(Budgets, Budget("keep-two", "\"minAvailable\":2", "none"));
        await EvictAsync(cluster, "a", HttpStatusCode.TooManyRequests, "\"dryRun\":[\"All\"]");
    }

    [Fact]
    public async Task Two_budgets_for_one_pod_are_an_error()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await RunTwoAsync(cluster);
        await cluster.PostAsync(Budgets, Budget("first", "\"minAvailable\":1"));
        await cluster.PostAsync(Budgets, Budget("second", "\"maxUnavailable\":1"));
        JsonObject error = await EvictAsync(cluster, "a", HttpStatusCode.InternalServerError);
        Assert.Equal("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", error.Text("message"));
    }

    [Theory]
    [InlineData("", HttpStatusCode.TooManyRequests)]
    [InlineData(",\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\"", HttpStatusCode.Created)]
    public async Task A_pod_that_is_not_ready_goes_as_the_policy_says(string policy, HttpStatusCode expected)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync(LiveCluster.Pod("a"));
        await cluster.PostAsync(LiveCluster.Pods, """
            {"metadata":{"name":"ill","labels":{"app":"x"}},"spec":{"restartPolicy":"Never",
             "containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]},{"name":"ended","image":"busybox","command":["false"]}]}}
            """);
        await cluster.UntilPodAsync("ill", pod => pod.Text("status", "phase") == "Running" && pod.Objects("status", "containerStatuses").Any(status => status.At("state", "terminated") is not null));
        await cluster.PostAsync(Budgets, Budget("keep-two", "\"minAvailable\":2" + policy));
        await EvictAsync(cluster, "ill", expected);
    }

    [Fact]
    public async Task A_budget_of_what_may_be_missing_asks_the_owner_how_many_there_shall_be()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync("/apis/apps/v1/namespaces/default/deployments", WorkloadTests.Workload("Deployment", "x", 4));
        await cluster.UntilAsync(ResourceType.Deployments, found => found.Number("status", "availableReplicas") == 4);
        await cluster.PostAsync(Budgets, Budget("some", "\"maxUnavailable\":\"25%\""));
        JsonObject budget = await UntilAllowedAsync(cluster, "some", 1);
        Assert.Equal((4L, 3L), (budget.Number("status", "expectedPods"), budget.Number("status", "desiredHealthy")));
    }

    private static async Task RunTwoAsync(LiveCluster cluster)
    {
        await cluster.RunAsync(LiveCluster.Pod("a"));
        await cluster.RunAsync(LiveCluster.Pod("b"));
    }

    private static Task<JsonObject> UntilAllowedAsync(LiveCluster cluster, string budget, long allowed) =>
        cluster.UntilAsync(ResourceType.PodDisruptionBudgets, found => found.Name() == budget && found.Number("status", "disruptionsAllowed") == allowed);

    private static string Budget(string name, string rule, string app = "x") => $$$$$"""
        {"kind":"PodDisruptionBudget","apiVersion":"policy/v1","metadata":{"name":"{{{{{name}}}}}"},"spec":{ {{{{{rule}}}}},"selector":{"matchLabels":{"app":"{{{{{app}}}}}"}}}}
        """;

    private static Task<JsonObject> EvictAsync(LiveCluster cluster, string pod, HttpStatusCode status, string options = "") => cluster.PostAsync($"{LiveCluster.Pods}/{pod}/eviction",
        $$"""{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"{{pod}}"},"deleteOptions":{ {{options}} } }""", status);
}
