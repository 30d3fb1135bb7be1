using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class GetDebugArtifactTests : ClusterTests, IClassFixture<StaticCluster>
{
    public GetDebugArtifactTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "shop") is not null) return;
        Cluster.AddNamespace("shop");
        Cluster.AddNamespace("clean");
        Cluster.AddNamespace("openshift-debug-x5k2p", ("pod-security.kubernetes.io/enforce", "privileged"));
        Cluster.AddNamespace("openshift-debug-tools");
        Cluster.StorePod("plain");
        Cluster.StorePod("web-debug-abcde", "shop");
        Cluster.StorePod("web-0", "shop", pod =>
        {
            pod["metadata"]!["labels"] = new JsonObject { ["app"] = "web" };
            pod["metadata"]!["ownerReferences"] = TestCluster.Parse("""{"x":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"s","controller":true}]}""")["x"]!.DeepClone();
            pod["spec"]!["ephemeralContainers"] = TestCluster.Parse("""{"x":[{"name":"headlamp-debug-1","image":"busybox"},{"name":"debugger-x5k2p","image":"alpine"}]}""")["x"]!.DeepClone();
            pod["metadata"]!["managedFields"] = TestCluster.Parse("""
                {"x":[{"manager":"kubectl","operation":"Update","subresource":"ephemeralcontainers","time":"2026-01-05T08:00:00Z","fieldsV1":{"f:spec":{"f:ephemeralContainers":{"k:{\"name\":\"debugger-x5k2p\"}":{}} } } }]}
                """)["x"]!.DeepClone();
            pod["status"]!["ephemeralContainerStatuses"] = TestCluster.Parse("""{"x":[{"name":"debugger-x5k2p","state":{"running":{"startedAt":"2026-01-05T08:00:01Z"} } }]}""")["x"]!.DeepClone();
        });
        Cluster.StorePod("k9s-shell-12", "shop", pod =>
        {
            pod["spec"] = TestCluster.Parse("""{"nodeName":"node-1","hostPID":true,"containers":[{"name":"k9s-shell","image":"busybox:1.37"}]}""");
            pod["status"] = TestCluster.Parse("""{"phase":"Succeeded"}""");
        });
        Cluster.StorePod("web-0-debug-x5k2p", "shop", pod =>
        {
            pod["metadata"]!["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "EphemeralDebug" };
            pod["metadata"]!["annotations"] = new JsonObject { ["ephemeraldebug/source"] = "pod/shop/web-0" };
            pod["spec"]!["activeDeadlineSeconds"] = 7260;
        });
    }

    [Theory]
    [InlineData("Get-DebugArtifact", "")]
    [InlineData("Get-DebugArtifact -Namespace clean", "")]
    [InlineData("Get-DebugArtifact -Namespace shop", "k9s-shell-12 headlamp-debug-1 debugger-x5k2p web-0-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -A", "k9s-shell-12 headlamp-debug-1 debugger-x5k2p web-0-debug-x5k2p openshift-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -A -Kind EphemeralContainer", "headlamp-debug-1 debugger-x5k2p")]
    [InlineData("Get-DebugArtifact -A -Kind PodCopy, NodePod", "k9s-shell-12 web-0-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -Kind Namespace", "openshift-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -n shop -Kind Namespace, NodePod", "k9s-shell-12 openshift-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -A -Tool kube*", "debugger-x5k2p")]
    [InlineData("Get-DebugArtifact -A -Tool HEADLAMP, oc", "headlamp-debug-1 openshift-debug-x5k2p")]
    [InlineData("Get-DebugArtifact -A -l app=web", "headlamp-debug-1 debugger-x5k2p")]
    [InlineData("Get-DebugArtifact -A | Where-Object Age -gt '1.00:00'", "debugger-x5k2p")]
    public void It_lists_what_debugging_left(string script, string expected) => Assert.Equal(
        expected.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Succeed(script).Output.Select(one => Text(one, "Kind") switch
        {
            "EphemeralContainer" => Text(one, "Container"),
            "Namespace" => Text(one, "Namespace"),
            _ => Text(one, "Pod"),
        }));

    private static string? Text(PSObject one, string property) => one.Properties[property].Value?.ToString();

    [Fact]
    public void An_artifact_tells_whose_it_is()
    {
        RunResult found = Succeed("Get-DebugArtifact -n shop");
        Assert.Equal(["k9s", "Headlamp", "kubectl", "EphemeralDebug"], found.Values("Tool"));
        Assert.Equal(["Succeeded", "Unknown", "Running", "Pending"], found.Values("State"));
        Assert.Equal([null, null, "kubectl", null], found.Values("CreatedBy"));
        Assert.Equal([null, "StatefulSet/web", "StatefulSet/web", null], found.Values("Owner"));
        Assert.Equal(["node/node-1", null, null, "pod/shop/web-0"], found.Values("Source"));
        Assert.All(found.Values("Context"), context => Assert.Equal("sandbox", context));
    }

    [Fact]
    public void It_looks_like_a_table_of_kubectl()
    {
        Engine.UI.Width = 140;
        string[] lines = Engine.Print("Get-DebugArtifact -A").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["Kind", "Tool", "Namespace", "Pod", "Container", "State", "Age", "Expires"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^EphemeralContainer kubectl\s+shop\s+web-0\s+debugger-x5k2p\s+Running\s+\w+\s+<none>$"));
        Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^PodCopy\s+EphemeralDebug\s+shop\s+web-0-debug-x5k2p\s+app\s+Pending\s+\d+s\s+(120m|119m|2h)$"));
        Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^Namespace\s+oc\s+openshift-debu\s+<none>\s+<none>\s+Active"));
        Engine.UI.Width = 300;
        Assert.Matches(@"StatefulSet/web\s+node-1\s+<none>\s+alpine\s+kubectl", Engine.Print("Get-DebugArtifact -A | Format-Table -View Wide"));
    }

    [Fact]
    public void Who_may_not_list_namespaces_gets_the_pods_and_a_word()
    {
        Cluster.Sandbox.Faults.Respond(request => request.Path == "/api/v1/namespaces", 403,
            """{"kind":"Status","status":"Failure","message":"namespaces is forbidden","reason":"Forbidden","code":403}""", "application/json");
        RunResult result = Succeed("Get-DebugArtifact -AllNamespaces -Verbose");
        Assert.Equal(4, result.Output.Count);
        Assert.Contains(result.Verbose, line => line.Contains("left out", StringComparison.Ordinal) && line.Contains("namespaces is forbidden", StringComparison.Ordinal));
        // Who asks for namespaces alone would take silence for "there is none".
        Assert.Equal(["Forbidden"], Run("Get-DebugArtifact -Kind Namespace").ErrorIds);
    }

    [Theory]
    [InlineData("Get-DebugArtifact -Namespace nowhere", "NamespaceNotFound")]
    [InlineData("Get-DebugArtifact -Label 'app in'", "InvalidLabelSelector")]
    [InlineData("Get-DebugArtifact -Kind Nothing", "CannotConvertArgumentNoMessage")]
    public void What_cannot_be_is_an_error(string script, string errorId) => Assert.Equal([errorId], Run(script).ErrorIds);

    [Fact]
    public void A_user_without_the_right_is_told_which()
    {
        RunResult result = Run("Get-DebugArtifact -n shop -KubeConfig $file", ("file", Cluster.KubeConfigOf("developer")));
        Assert.Equal(["Forbidden"], result.ErrorIds);
        Assert.Contains("list", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-DebugArtifact -Tool ", "cdebug debug-agent dumpy EphemeralDebug Headlamp k9s kdashboard kpexec ksniff kubectl Lens node-shell oc")]
    [InlineData("Get-DebugArtifact -Tool k", "k9s kdashboard kpexec ksniff kubectl")]
    [InlineData("Get-DebugArtifact -Kind ", "DebugPod EphemeralContainer Namespace NodePod PodCopy")]
    [InlineData("Remove-DebugArtifact -", "-Evict -ExpireAfter -Force -RestartWorkload")]
    public void Tab_offers_what_there_is(string line, string expected)
    {
        IReadOnlyList<string> offered = Engine.Complete(line);
        Assert.All(expected.Split(' '), word => Assert.Contains(word, offered));
    }

    [Fact]
    public void What_comes_out_goes_into_other_cmdlets()
    {
        Assert.Equal(["shop/web-0/debugger-x5k2p"], Succeed("Get-DebugArtifact -A -Tool kubectl | Get-EphemeralContainer").Output.Select(one => one.ToString()));
        Assert.Equal(["web-0"], Succeed("Get-DebugArtifact -A -Tool kubectl | Get-Pod").Values("Name"));
        Assert.Equal(["shop/web-0/debugger-x5k2p"], Succeed("Get-DebugArtifact -A -Tool kubectl | Select-Object Namespace, Pod, Container | Get-EphemeralContainer").Output.Select(one => one.ToString()));
    }
}
