using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class GetNodeTests : ClusterTests, IClassFixture<StaticCluster>
{
    public GetNodeTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Nodes, null, "node-2") is not null) return;
        JsonObject master = TestCluster.Node("master");
        master["metadata"]!["labels"]!["node-role.kubernetes.io/control-plane"] = "";
        master["status"]!["nodeInfo"] = new JsonObject { ["kubeletVersion"] = "v1.36.0", ["operatingSystem"] = "linux", ["architecture"] = "amd64" };
        Cluster.Store.Create(ResourceType.Nodes, master);
        JsonObject cordoned = TestCluster.Node("node-2");
        cordoned["spec"]!["unschedulable"] = true;
        cordoned["status"]!["conditions"]![0]!["status"] = "False";
        Cluster.Store.Create(ResourceType.Nodes, cordoned);
    }

    [Fact]
    public void It_lists_all_nodes()
    {
        RunResult result = Succeed("Get-Node");

        Assert.Equal(["master", "node-1", "node-2"], result.Values("Name"));
        Assert.Equal(["Ready", "Ready", "NotReady,SchedulingDisabled"], result.Values("Status"));
        Assert.Equal(["v1.36.0", null, null], result.Values("Version"));
        Assert.All(result.Values("Context"), context => Assert.Equal("sandbox", context));
        Assert.Equal(["control-plane"], Succeed("(Get-Node master).Roles").As<string>());
    }

    [Theory]
    [InlineData("Get-Node node-1", "node-1")]
    [InlineData("Get-Node -Name node-1, master", "node-1 master")]
    [InlineData("Get-Node node/node-1", "node-1")]
    [InlineData("Get-Node NODE-*", "node-1 node-2")]
    [InlineData("'master' | Get-Node", "master")]
    [InlineData("Get-Node node-2 | Get-Node", "node-2")]
    [InlineData("[pscustomobject]@{ Name = 'node-2' } | Get-Node", "node-2")]
    [InlineData("Get-Node -Label node-role.kubernetes.io/control-plane", "master")]
    [InlineData("Get-Node -l '!node-role.kubernetes.io/control-plane'", "node-1 node-2")]
    [InlineData("Get-Node -Selector kubernetes.io/os=windows", "")]
    [InlineData("Get-Node -Field metadata.name=node-2", "node-2")]
    [InlineData("Get-Node -FieldSelector metadata.name=node-2 -Context sandbox", "node-2")]
    public void It_selects(string script, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Succeed(script).Values("Name"));

    [Fact]
    public void A_node_that_is_missing_is_an_error_and_the_others_come()
    {
        RunResult result = Run("Get-Node nobody, node-1");

        Assert.Equal(["node-1"], result.Values("Name"));
        Assert.Equal(["NodeNotFound"], result.ErrorIds);
        Assert.Contains("Get-Node", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_leads_to_its_pods()
    {
        Cluster.StorePod("on-node-2", shape: pod => pod["spec"]!["nodeName"] = "node-2");
        Assert.Equal(["on-node-2"], Succeed("Get-Node node-2 | ForEach-Object { Get-Pod -Node $_.Name }").Values("Name"));
    }
}
