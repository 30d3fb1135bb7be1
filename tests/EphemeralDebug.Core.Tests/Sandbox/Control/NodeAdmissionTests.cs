using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Pods that name their node, past the scheduler.</summary>
public sealed class NodeAdmissionTests
{
    [Fact]
    public async Task A_pod_of_a_node_that_is_not_there_stays_pending_until_it_is()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("early", ",\"nodeName\":\"three\""));
        // A later pod is proof that the kubelets have seen the one before.
        await cluster.RunAsync(LiveCluster.Pod("later"));
        Assert.Equal("Pending", cluster.Sandbox.Store.Get(ResourceType.Pods, "default", "early").Text("status", "phase"));
        cluster.Sandbox.AddNode("three");
        await cluster.UntilPodAsync("early", pod => pod.Text("status", "phase") == "Running");
    }

    [Theory]
    [InlineData(",\"os\":{\"name\":\"windows\"}", "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")]
    [InlineData(",\"nodeSelector\":{\"kubernetes.io/os\":\"windows\"}", "PodOSSelectorNodeLabelDoesNotMatch", "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label")]
    [InlineData(",\"nodeSelector\":{\"disk\":\"nvme\"}", "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")]
    public async Task A_pod_that_does_not_fit_its_node_fails(string spec, string reason, string message)
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("misfit", ",\"nodeName\":\"one\"" + spec));
        JsonObject pod = await cluster.UntilPodAsync("misfit", found => found.Text("status", "phase") == "Failed");
        Assert.Equal((reason, "Pod was rejected: " + message), (pod.Text("status", "reason"), pod.Text("status", "message")));
        JsonObject happened = await cluster.UntilAsync(ResourceType.Events, found => found.Text("involvedObject", "name") == "misfit");
        Assert.Equal((reason, message, "Warning"), (happened.Text("reason"), happened.Text("message"), happened.Text("type")));
    }

    [Fact]
    public async Task A_port_of_the_node_is_for_one_pod()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        await cluster.RunAsync(WithPort("first", "one"));
        await cluster.PostAsync(LiveCluster.Pods, WithPort("second", "one"));
        JsonObject pod = await cluster.UntilPodAsync("second", found => found.Text("status", "phase") == "Failed");
        Assert.Equal(("NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"), (pod.Text("status", "reason"), pod.Text("status", "message")));
        // The scheduler knows better, as long as there is another node.
        JsonObject elsewhere = await cluster.RunAsync(WithPort("third", null));
        Assert.Equal("two", elsewhere.Text("spec", "nodeName"));
        await cluster.PostAsync(LiveCluster.Pods, WithPort("fourth", null));
        JsonObject failed = await cluster.UntilAsync(ResourceType.Events, found => found.Text("reason") == "FailedScheduling");
        Assert.StartsWith("0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.", failed.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_process_pod_runs_on_windows()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        cluster.Sandbox.AddNode("sandbox-windows", windows: true);
        string Windows(string name, string command, string host = "true") => $$$"""
            {"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"sandbox-windows","os":{"name":"windows"},"hostNetwork":{{{host}}},"restartPolicy":"Never","tolerations":[{"operator":"Exists"}],
             "securityContext":{"windowsOptions":{"hostProcess":true,"runAsUserName":"NT AUTHORITY\\SYSTEM"} },
             "containers":[{"name":"debugger","image":"mcr.microsoft.com/oss/kubernetes/windows-host-process-containers-base-image:v1.0.0","command":[{{{command}}}]}]}}
            """;
        await cluster.PostAsync(LiveCluster.Pods, Windows("shell", "\"powershell.exe\",\"-NoLogo\",\"-Command\",\"hostname; exit 3\""));
        await cluster.PostAsync(LiveCluster.Pods, Windows("names", "\"powershell.exe\",\"-Command\",\"hostname\""));
        await cluster.PostAsync(LiveCluster.Pods, Windows("who", "\"cmd.exe\",\"/c\",\"whoami\""));
        await cluster.UntilPodAsync("names", pod => pod.Text("status", "phase") == "Succeeded");
        Assert.Equal("sandbox-windows\n", await cluster.LogAsync("names", "debugger"));
        await cluster.UntilPodAsync("who", pod => pod.Text("status", "phase") == "Succeeded");
        Assert.Equal("nt authority\\system\n", await cluster.LogAsync("who", "debugger"));
        JsonObject shell = await cluster.UntilPodAsync("shell", pod => pod.Text("status", "phase") == "Failed");
        Assert.Equal(3, shell.Objects("status", "containerStatuses").Single().Number("state", "terminated", "exitCode"));
        JsonObject refused = await cluster.PostAsync(LiveCluster.Pods, Windows("no-network", "\"cmd.exe\"", "false"), System.Net.HttpStatusCode.UnprocessableEntity);
        Assert.Equal("Pod \"no-network\" is invalid: spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers", refused.Text("message"));

        await cluster.PostAsync(LiveCluster.Pods, LiveCluster.Pod("linux", ",\"nodeName\":\"sandbox-windows\""));
        JsonObject failed = await cluster.UntilAsync(ResourceType.Events, found => found.Text("involvedObject", "name") == "linux" && found.Text("reason") == "Failed");
        Assert.EndsWith("no match for platform in manifest: not found", failed.Text("message"), StringComparison.Ordinal);
    }

    private static string WithPort(string name, string? node) => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{ {{{(node is null ? "" : $"\"nodeName\":\"{node}\",")}}}"containers":[{"name":"app","image":"nginx:alpine","ports":[{"containerPort":80,"hostPort":8080}]}]}}
        """;
}
