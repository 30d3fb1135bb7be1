using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class GetPodTests : ClusterTests, IClassFixture<StaticCluster>
{
    public GetPodTests(StaticCluster cluster) : base(cluster)
    {
        // The same world for every test: none of them changes it.
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "team") is not null) return;
        Cluster.AddNamespace("team");
        Cluster.AddNamespace("other");
        foreach (string name in new[] { "web-0", "web-1", "db-0" })
        {
            Cluster.StorePod(name, "team", pod =>
            {
                pod["metadata"]!["labels"]!["app"] = name[..^2];
                pod["metadata"]!["labels"]!["tier"] = name == "web-1" ? "test" : "live";
                pod["spec"]!["nodeName"] = name == "db-0" ? "node-2" : "node-1";
                pod["status"]!["phase"] = name == "web-1" ? "Failed" : "Running";
            });
        }

        Cluster.StorePod("web-0", "other");
        AddWorkloads();
    }

    private SandboxRequest TheRequest => Assert.Single(Cluster.Sandbox.Requests);

    private void AddWorkloads()
    {
        Cluster.AddNamespace("work");
        Cluster.Store.Create(ResourceType.Deployments, TestCluster.Parse("""
            { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "work", "uid": "d1" },
              "spec": { "selector": { "matchLabels": { "app": "web" } } } }
            """));
        Cluster.Store.Create(ResourceType.StatefulSets, TestCluster.Parse("""
            { "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "name": "db", "namespace": "work", "uid": "s1" },
              "spec": { "selector": { "matchLabels": { "app": "db" } } } }
            """));
        Cluster.Store.Create(ResourceType.CronJobs, TestCluster.Parse("""
            { "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "report", "namespace": "work", "uid": "c1" }, "spec": {} }
            """));
        Cluster.Store.Create(ResourceType.Jobs, TestCluster.Parse("""
            { "apiVersion": "batch/v1", "kind": "Job",
              "metadata": { "name": "report-1", "namespace": "work", "uid": "j1", "ownerReferences": [ { "kind": "CronJob", "name": "report", "uid": "c1", "controller": true } ] },
              "spec": { "selector": { "matchLabels": { "batch.kubernetes.io/controller-uid": "j1" } } } }
            """));
        Member("web-a", "app", "web", "ReplicaSet", "web-5d", "r1");
        Member("db-0", "app", "db", "StatefulSet", "db", "s1");
        Member("db-stranger", "app", "db", "ReplicaSet", "else", "r9");
        Member("report-1-x", "batch.kubernetes.io/controller-uid", "j1", "Job", "report-1", "j1");
    }

    private void Member(string name, string label, string value, string kind, string owner, string uid) => Cluster.StorePod(name, "work", pod =>
    {
        pod["metadata"]!["labels"] = new JsonObject { [label] = value };
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = owner, ["uid"] = uid, ["controller"] = true });
    });

    [Fact]
    public void Without_parameters_it_lists_the_pods_of_the_contexts_namespace()
    {
        Engine.UseKubeConfig(Cluster.KubeConfigOf("admin", "team"));
        RunResult result = Succeed("Get-Pod");

        Assert.Equal(["db-0", "web-0", "web-1"], result.Values("Name"));
        Assert.Equal("/api/v1/namespaces/team/pods", TheRequest.Path);
    }

    [Theory]
    [InlineData("-Namespace")]
    [InlineData("-Ns")]
    [InlineData("-n")]
    public void A_namespace_is_named(string parameter)
    {
        Assert.Equal(["web-0"], Succeed($"Get-Pod {parameter} other").Values("Name"));
        Assert.Equal("/api/v1/namespaces/other/pods", TheRequest.Path);
    }

    [Theory]
    [InlineData("-AllNamespaces")]
    [InlineData("-A")]
    public void All_namespaces_are_listed_in_one_request(string parameter)
    {
        RunResult result = Succeed($"Get-Pod {parameter} -Name web-0");

        Assert.Equal(["other", "team"], result.Values("Namespace"));
        Assert.All(result.Output, pod => Assert.Equal("EphemeralDebug.PodInfo#AllNamespaces", pod.TypeNames[0]));
        Assert.Equal("/api/v1/pods", TheRequest.Path);
    }

    [Theory]
    [InlineData("Get-Pod web-0 -n team")]
    [InlineData("Get-Pod -Name web-0 -n team")]
    [InlineData("Get-Pod pod/web-0 -n team")]
    [InlineData("'web-0' | Get-Pod -n team")]
    [InlineData("'pods/web-0' | Get-Pod -n team")]
    [InlineData("[pscustomobject]@{ Name = 'web-0'; Namespace = 'team' } | Get-Pod")]
    [InlineData("Get-Pod web-0 -n team | Get-Pod")]
    public void A_name_is_looked_for_by_the_server(string script)
    {
        RunResult result = Succeed(script);

        Assert.Equal(["web-0"], result.Values("Name"));
        Assert.Equal(["team"], result.Values("Namespace"));
        Assert.All(Cluster.Sandbox.Requests, request => Assert.Contains("fieldSelector=metadata.name%3Dweb-0", request.Query, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-Pod web-1, db-0 -n team")]
    [InlineData("'web-1', 'db-0' | Get-Pod -n team")]
    public void Several_names_come_in_their_order(string script) => Assert.Equal(["web-1", "db-0"], Succeed(script).Values("Name"));

    [Fact]
    public void A_name_that_is_missing_is_an_error_and_the_others_come()
    {
        RunResult result = Run("Get-Pod web-1, nobody, db-0 -n team");

        Assert.Equal(["web-1", "db-0"], result.Values("Name"));
        Assert.Equal(["PodNotFound"], result.ErrorIds);
        Assert.Equal("nobody", result.Errors[0].TargetObject);
        Assert.Contains("'nobody'", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("Get-Pod -Namespace team", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Pod web-* -n team", "web-0 web-1")]
    [InlineData("Get-Pod WEB-? -n team", "web-0 web-1")]
    [InlineData("Get-Pod *-[1-9] -n team", "web-1")]
    [InlineData("Get-Pod db-*, web-1 -n team", "db-0 web-1")]
    [InlineData("Get-Pod nothing* -n team", "")]
    public void Wildcards_take_one_list(string script, string expected)
    {
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Succeed(script).Values("Name"));
        Assert.Single(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("-Label app=web", "web-0 web-1")]
    [InlineData("-l app=web", "web-0 web-1")]
    [InlineData("-Selector app=web", "web-0 web-1")]
    [InlineData("-Label 'app in (web,db),tier!=test'", "db-0 web-0")]
    [InlineData("-Label '!nothing'", "db-0 web-0 web-1")]
    [InlineData("-Label app=web web-1", "web-1")]
    public void Labels_select(string parameters, string expected)
    {
        Assert.Equal(expected.Split(' '), Succeed($"Get-Pod -n team {parameters}").Values("Name"));
        Assert.Contains("labelSelector=", TheRequest.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Field status.phase=Running", "db-0 web-0")]
    [InlineData("-FieldSelector status.phase!=Running", "web-1")]
    [InlineData("-Field status.phase=Running web-0", "web-0")]
    [InlineData("-Node node-2", "db-0")]
    [InlineData("-NodeName node-1", "web-0 web-1")]
    [InlineData("-Node node-1 -Field status.phase=Running", "web-0")]
    public void Fields_and_the_node_select(string parameters, string expected)
    {
        Assert.Equal(expected.Split(' '), Succeed($"Get-Pod -n team {parameters}").Values("Name"));
        Assert.Contains("fieldSelector=", TheRequest.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deploy/web", "web-a")]
    [InlineData("deployments.apps/web", "web-a")]
    [InlineData("sts/db", "db-0")]
    [InlineData("cronjob/report", "report-1-x")]
    public void A_workload_selects_its_own_pods(string workload, string expected) =>
        Assert.Equal([expected], Succeed($"Get-Pod -n work -Workload {workload}").Values("Name"));

    [Theory]
    [InlineData("-Workload web", "InvalidWorkload")]
    [InlineData("-Workload pod/web", "UnknownWorkloadKind")]
    [InlineData("-Workload deploy/nothing", "WorkloadNotFound")]
    [InlineData("-Workload deploy/web -Label a=b", "WorkloadWithOtherSelection")]
    [InlineData("-Workload deploy/web -AllNamespaces", "WorkloadWithOtherSelection")]
    public void A_workload_that_cannot_be_is_an_error(string parameters, string errorId)
    {
        RunResult result = Run($"Get-Pod -n work {parameters}");

        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void The_object_says_what_the_next_cmdlet_needs()
    {
        RunResult result = Succeed("Get-Pod db-0 -n team");

        Assert.Equal(["EphemeralDebug.PodInfo"], result.Output.Select(pod => pod.BaseObject.GetType().FullName));
        Assert.Equal(["sandbox"], result.Values("Context"));
        Assert.Equal([Cluster.KubeConfig], result.Values("KubeConfig"));
        Assert.Equal(["node-2"], result.Values("Node"));
        Assert.Equal(["Running"], result.Values("Status"));
        Assert.Equal(["0/1"], result.Values("Ready"));
        Assert.Equal([Cluster.Store.Get(ResourceType.Pods, "team", "db-0").Text("metadata", "uid")], result.Values("Uid"));
        Assert.Equal(["app"], Succeed("(Get-Pod db-0 -n team).Containers").As<string>());
        Assert.Equal("db-0", result.Output[0].ToString());
    }

    [Theory]
    [InlineData("Get-Pod -n team -Context sandbox")]
    [InlineData("Get-Pod -n team -KubeConfig $file")]
    [InlineData("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); Get-Pod -n team -KubeConfig ./admin-team-False.kubeconfig")]
    public void The_cluster_is_named_by_context_or_file(string script)
    {
        Assert.Equal(3, Succeed(script, ("file", Cluster.KubeConfigOf("admin", "team")), ("folder", Cluster.Folder)).Output.Count);
    }

    [Fact]
    public void A_list_of_nothing_is_empty()
    {
        RunResult result = Succeed("Get-Pod -n kube-public");
        Assert.Empty(result.Output);
    }
}
