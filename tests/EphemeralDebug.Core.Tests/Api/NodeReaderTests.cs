using System.Text;
using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class NodeReaderTests
{
    private static NodeInfo Read(string json) => new NodeReader("lab", null).Read(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("True", false, "Ready")]
    [InlineData("False", false, "NotReady")]
    [InlineData("Unknown", false, "NotReady")]
    [InlineData("True", true, "Ready,SchedulingDisabled")]
    public void Shows_the_status_that_kubectl_shows(string ready, bool isCordoned, string expected)
    {
        var node = Read("""{"metadata":{"name":"n"},"spec":{"unschedulable":@1},"status":{"conditions":[{"type":"DiskPressure","status":"True"},{"type":"Ready","status":"@ready"}]}}""".Replace("@1", isCordoned ? "true" : "false").Replace("@ready", ready));
        Assert.Equal((expected, isCordoned), (node.Status, node.Unschedulable));
    }

    [Fact]
    public void A_node_without_a_condition_is_unknown() =>
        Assert.Equal("Unknown,SchedulingDisabled", Read("""{"metadata":{"name":"n"},"spec":{"unschedulable":true}}""").Status);

    [Fact]
    public void Roles_come_sorted_from_both_labels()
    {
        var node = Read("""{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"","kubernetes.io/role":"infra","node-role.kubernetes.io/control-plane":"","node-role.kubernetes.io/":"x"}}}""");
        Assert.Equal(["control-plane", "infra", "worker"], node.Roles);
    }

    [Fact]
    public async Task Lists_the_nodes_of_a_genuine_cluster()
    {
        var transport = new FakeTransport((_, _) => FakeTransport.Bytes(Data.Bytes("nodelist.json")));
        var nodes = await new KubernetesApi(transport).ListNodesAsync(new NodeQuery { LabelSelector = "kubernetes.io/os=linux" }, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        var node = Assert.Single(nodes);
        Assert.Equal(("realk8s-node", "Ready", "v1.36.2", "linux", "amd64", "10.244.0.1"), (node.Name, node.Status, node.Version, node.OS, node.Architecture, node.InternalIP));
        Assert.Equal(("Debian GNU/Linux 12 (bookworm)", "containerd://2.1.9+unknown", null, "lab"), (node.OSImage, node.ContainerRuntime, node.ExternalIP, node.Context));
        Assert.Empty(node.Roles);
        Assert.Equal(["GET api/v1/nodes?labelSelector=kubernetes.io/os=linux&limit=100"], transport.Requests);
    }
}
