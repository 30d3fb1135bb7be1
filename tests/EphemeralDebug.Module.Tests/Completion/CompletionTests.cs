using System.Diagnostics;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Completion;

public sealed class CompletionTests(StaticCluster cluster) : ClusterTests(cluster), IClassFixture<StaticCluster>
{
    [Fact]
    public void Tab_knows_pods_and_their_containers()
    {
        StoreShop();
        Assert.Equal(["cart-0", "cart-1"], Complete("Get-Pod", "-Namespace shop car"));
        Assert.Equal(["cart-0"], Complete("New-EphemeralContainer", "-Namespace shop CART-0"));
        Assert.Equal(["app", "proxy"], Complete("New-EphemeralContainer", "cart-0 -Namespace shop -Target "));
        Assert.Equal(["probe"], Complete("Wait-EphemeralContainer", "cart-0 -Namespace shop -Name p"));
        Assert.Equal(["probe"], Complete("Stop-EphemeralContainer", "cart-0 -Namespace shop "));
        Assert.Equal(["probe"], Complete("Get-EphemeralContainerLog", "-Namespace shop cart-0 "));
    }

    [Fact]
    public void Tab_knows_nodes_namespaces_and_contexts()
    {
        Assert.Equal(["node-1"], Complete("Get-Node", "no"));
        Assert.Equal(["kube-node-lease", "kube-public", "kube-system"], Complete("Get-Pod", "-Namespace kube-"));
        Assert.Equal(["sandbox"], Complete("Get-Pod", "-Context s"));
    }

    [Fact]
    public void Tab_stays_quiet_where_no_server_answers()
    {
        // A port that nothing listens on.
        string file = Cluster.Write("down.kubeconfig", File.ReadAllText(Cluster.KubeConfig).Replace(Cluster.Sandbox.Server.Authority, "127.0.0.1:1", StringComparison.Ordinal));
        Stopwatch clock = Stopwatch.StartNew();

        Assert.Empty(Engine.Complete($"Get-Pod -KubeConfig '{file}' -Name web"));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Tab_does_not_wait_for_a_server_that_is_slow()
    {
        using var fault = Cluster.Sandbox.Faults.Delay(request => request.Path.EndsWith("/pods", StringComparison.Ordinal));
        Stopwatch clock = Stopwatch.StartNew();

        Assert.Empty(Complete("Get-Pod", "-Namespace default x"));
        await fault.Hit.WaitAsync(Cancel);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
    }

    // Completion does not see $PSDefaultParameterValues, so the kubeconfig stands in the line.
    private IReadOnlyList<string> Complete(string cmdlet, string rest) => Engine.Complete($"{cmdlet} -KubeConfig '{Cluster.KubeConfig}' {rest}");

    private void StoreShop()
    {
        Cluster.AddNamespace("shop");
        Cluster.StorePod("cart-0", "shop", pod =>
        {
            pod["spec"]!["containers"]!.AsArray().Add(TestCluster.Parse("""{"name":"proxy","image":"envoy"}"""));
            pod["spec"]!["ephemeralContainers"] = new System.Text.Json.Nodes.JsonArray(TestCluster.Parse("""{"name":"probe","image":"busybox"}"""));
        });
        Cluster.StorePod("cart-1", "shop");
        Assert.NotNull(Cluster.Store.Get(ResourceType.Pods, "shop", "cart-1"));
    }
}
