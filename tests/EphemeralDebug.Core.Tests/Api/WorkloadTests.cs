using System.Text.Json.Nodes;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class WorkloadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string s_labels = """{"metadata":{"uid":"u1"},"spec":{"selector":{"matchLabels":{"app":"web","tier":"front"}}}}""";

    [Theory]
    [InlineData("deploy/web", "apis/apps/v1/namespaces/ns/deployments/web", "Deployment", false)]
    [InlineData("Deployment/web", "apis/apps/v1/namespaces/ns/deployments/web", "Deployment", false)]
    [InlineData("deployments.apps/web", "apis/apps/v1/namespaces/ns/deployments/web", "Deployment", false)]
    [InlineData("deployment.v1.apps/web", "apis/apps/v1/namespaces/ns/deployments/web", "Deployment", false)]
    [InlineData("sts/db", "apis/apps/v1/namespaces/ns/statefulsets/db", "StatefulSet", true)]
    [InlineData("daemonset/log", "apis/apps/v1/namespaces/ns/daemonsets/log", "DaemonSet", true)]
    [InlineData("rs/web-1", "apis/apps/v1/namespaces/ns/replicasets/web-1", "ReplicaSet", true)]
    [InlineData("jobs.batch/j.1", "apis/batch/v1/namespaces/ns/jobs/j.1", "Job", true)]
    public async Task Asks_for_the_workload_and_takes_its_selector(string workload, string path, string kind, bool isExact)
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Json(s_labels));
        var pods = await new KubernetesApi(transport).ResolveWorkloadAsync("ns", workload, Token);
        Assert.Equal(["GET " + path], transport.Requests);
        Assert.Equal((kind, "app=web,tier=front"), (pods.Kind, pods.LabelSelector));
        Assert.Equal(isExact ? ["u1"] : null, pods.OwnerUids);
    }

    [Theory]
    [InlineData("rc/old")]
    [InlineData("svc/old")]
    [InlineData("services.v1/old")]
    public async Task Plain_maps_select_too(string workload)
    {
        var pods = await new KubernetesApi(new FakeTransport((_, _) => FakeTransport.Json("""{"spec":{"selector":{"app":"old"}}}"""))).ResolveWorkloadAsync("ns", workload, Token);
        Assert.Equal("app=old", pods.LabelSelector);
    }

    [Fact]
    public void Expressions_become_the_text_of_a_selector()
    {
        var selector = JsonNode.Parse("""
            {"matchLabels":{"app":"web"},"matchExpressions":[{"key":"env","operator":"In","values":["a","b"]},{"key":"x","operator":"NotIn","values":["c"]},{"key":"y","operator":"Exists"},{"key":"z","operator":"DoesNotExist"}]}
            """);
        Assert.Equal("app=web,env in (a,b),x notin (c),y,!z", Workload.Selector(selector));
    }

    private static string Job(string name, string uid, string owner, string key) =>
        """{"metadata":{"name":"@name","uid":"@uid","ownerReferences":[{"kind":"CronJob","name":"report","uid":"@owner","controller":true}]},"spec":{"selector":{"matchLabels":{"@key":"@uid"}}}}"""
            .Replace("@name", name).Replace("@uid", uid).Replace("@owner", owner).Replace("@key", key);

    private static async Task<(WorkloadPods Pods, FakeTransport Transport)> CronJob(params string[] jobs)
    {
        var transport = new FakeTransport((request, _) => FakeTransport.Json(request.RequestUri!.OriginalString.Contains("/cronjobs/")
            ? """{"metadata":{"uid":"cron"},"spec":{}}""" : """{"metadata":{},"items":[@jobs]}""".Replace("@jobs", string.Join(',', jobs))));
        return (await new KubernetesApi(transport).ResolveWorkloadAsync("ns", "cj/report", Token), transport);
    }

    [Fact]
    public async Task The_pods_of_a_CronJob_are_those_of_the_jobs_that_it_owns()
    {
        const string Key = "batch.kubernetes.io/controller-uid";
        var (pods, transport) = await CronJob(Job("report-1", "j1", "cron", Key), Job("other-1", "j2", "another", Key), Job("report-2", "j3", "cron", Key));
        Assert.Equal(("CronJob", $"{Key} in (j1,j3)"), (pods.Kind, pods.LabelSelector));
        Assert.Equal(["j1", "j3"], pods.OwnerUids);
        Assert.Equal(["GET apis/batch/v1/namespaces/ns/cronjobs/report", "GET apis/batch/v1/namespaces/ns/jobs?limit=100"], transport.Requests);
    }

    [Fact]
    public async Task Jobs_from_before_and_after_an_upgrade_are_selected_by_the_label_that_both_have()
    {
        var (pods, _) = await CronJob(Job("a", "j1", "cron", "controller-uid"), Job("b", "j2", "cron", "batch.kubernetes.io/controller-uid"));
        Assert.Equal("controller-uid in (j1,j2)", pods.LabelSelector);
    }

    [Fact]
    public async Task A_CronJob_without_jobs_has_no_pods()
    {
        var (pods, _) = await CronJob();
        Assert.Empty(pods.OwnerUids!);
        Assert.Null(pods.LabelSelector);
    }

    [Fact]
    public async Task A_CronJob_with_very_many_jobs_is_told_by_owner_alone()
    {
        var (pods, _) = await CronJob([.. Enumerable.Range(0, 60).Select(i => Job($"j{i}", $"u{i}", "cron", "controller-uid"))]);
        Assert.Equal((null, 60), (pods.LabelSelector, pods.OwnerUids!.Count));
    }

    [Theory]
    [InlineData("web", "InvalidWorkload")]
    [InlineData("deploy/", "InvalidWorkload")]
    [InlineData("/web", "InvalidWorkload")]
    [InlineData("pods/web", "UnknownWorkloadKind")]
    [InlineData("deployments.batch/web", "UnknownWorkloadKind")]
    [InlineData("deployment.v2.apps/web", "UnknownWorkloadKind")]
    [InlineData("deployment./web", "UnknownWorkloadKind")]
    [InlineData("deploy/Web", "InvalidObjectName")]
    [InlineData("deploy/a/b", "InvalidObjectName")]
    public async Task What_names_no_workload_is_refused_before_anything_is_asked(string workload, string errorId)
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Json("{}"));
        Assert.Equal(errorId, (await Assert.ThrowsAsync<DebugException>(() => new KubernetesApi(transport).ResolveWorkloadAsync("ns", workload, Token))).ErrorId);
        Assert.Empty(transport.Requests);
    }

    [Fact]
    public async Task A_workload_that_does_not_exist_or_selects_nothing_is_an_error_of_its_own()
    {
        var missing = await Assert.ThrowsAsync<DebugException>(() => new KubernetesApi(new FakeTransport((_, _) => FakeTransport.Status(404, "NotFound", "deployments.apps not found")))
            .ResolveWorkloadAsync("ns", "deploy/web", Token));
        Assert.Equal(("WorkloadNotFound", 404), (missing.ErrorId, missing.StatusCode));

        var external = await Assert.ThrowsAsync<DebugException>(() => new KubernetesApi(new FakeTransport((_, _) => FakeTransport.Json("""{"spec":{"type":"ExternalName"}}""")))
            .ResolveWorkloadAsync("ns", "svc/web", Token));
        Assert.Equal("WorkloadWithoutSelector", external.ErrorId);
    }
}
