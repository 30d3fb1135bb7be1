using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Formatting;

/// <summary>The wide views, those of nodes, and what a hostile server says in errors and warnings.</summary>
public sealed class WideViewTests : ClusterTests, IClassFixture<StaticCluster>
{
    public WideViewTests(StaticCluster cluster) : base(cluster)
    {
        Engine.UI.Width = 240;
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "wide") is not null) return;
        Cluster.AddNamespace("wide");
        Cluster.StorePod("worker", "wide", pod =>
        {
            TestCluster.Runs(pod);
            pod["status"]!["podIP"] = "10.1.2.3";
        });
        JsonObject node = TestCluster.Node("zone-a");
        node["metadata"]!["creationTimestamp"] = (DateTimeOffset.UtcNow - TimeSpan.FromDays(20)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        node["metadata"]!["labels"]!["node-role.kubernetes.io/control-plane"] = "";
        node["metadata"]!["labels"]!["node-role.kubernetes.io/etcd"] = "";
        node["spec"]!["unschedulable"] = true;
        node["status"]!["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "192.0.2.7" });
        node["status"]!["nodeInfo"] = TestCluster.Parse("""
            { "kubeletVersion": "v1.36.0", "operatingSystem": "linux", "osImage": "Debian GNU/Linux 13", "kernelVersion": "6.12.9", "containerRuntimeVersion": "containerd://2.1.0" }
            """);
        Cluster.Store.Create(ResourceType.Nodes, node);
    }

    private string[] Lines(string command) => Engine.Print(command).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string[] Columns(string line) => System.Text.RegularExpressions.Regex.Split(line, " {2,}| (?=[A-Z<1-9])");

    [Fact]
    public void Pods_have_a_wide_view()
    {
        string[] lines = Lines("Get-Pod -n wide | Format-Table -View Wide");
        foreach (string column in new[] { "Name", "IP", "Node", "Nominated Node", "Readiness Gates" }) Assert.Contains(column, lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^worker\s+1/1\s+Running\s+0\s+\d+s\s+10\.1\.2\.3\s+node-1\s+<none>\s+<none>$", lines[2]);
        Assert.DoesNotContain("Namespace", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Pods_of_all_namespaces_have_a_wide_view()
    {
        string[] lines = Lines("Get-Pod worker -A | Format-Table -View Wide");
        Assert.StartsWith("Namespace", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^wide\s+worker\s+1/1\s+Running\s+0\s+\d+s\s+10\.1\.2\.3\s+node-1", lines[2]);
    }

    [Fact]
    public void Nodes_look_as_kubectl_shows_them()
    {
        string[] lines = Lines("Get-Node zone-a");
        Assert.Equal(["Name", "Status", "Roles", "Age", "Version", "OS"], Columns(lines[0]));
        Assert.Matches(@"^zone-a\s+Ready,SchedulingDisabled\s+control-plane,etcd\s+20d\s+v1\.36\.0\s+linux$", lines[2]);
        Assert.Matches(@"^node-1\s+Ready\s+<none>\s+", Lines("Get-Node node-1")[2]);
    }

    [Fact]
    public void Nodes_have_a_wide_view() => Assert.Matches(
        @"^zone-a\s+Ready,SchedulingDisabled\s+control-plane,etcd\s+20d\s+v1\.36\.0\s+linux\s+192\.0\.2\.7\s+<none>\s+Debian GNU/Linux 13\s+6\.12\.9\s+containerd://2\.1\.0$",
        Lines("Get-Node zone-a | Format-Table -View Wide")[2]);

    [Fact]
    public void Containers_of_two_namespaces_stand_under_two_headings()
    {
        Cluster.AddNamespace("one");
        Cluster.AddNamespace("two");
        foreach (string ns in new[] { "one", "two" })
            Cluster.StorePod("debugged", ns, pod => pod["spec"]!["ephemeralContainers"] = new JsonArray(new JsonObject { ["name"] = "probe", ["image"] = "busybox" }));
        string text = Engine.Print("Get-Pod debugged -A | Get-EphemeralContainer");

        Assert.Equal(["one", "two"], System.Text.RegularExpressions.Regex.Matches(text, @"Namespace: (\w+)").Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void What_a_server_says_in_an_error_cannot_act_on_the_terminal()
    {
        Cluster.Sandbox.Faults.Respond(_ => true, 400,
            """{"kind":"Status","status":"Failure","message":"bad \u001b[2J\u001b]0;owned\u0007news\u202E","reason":"BadRequest","code":400}""", "application/json");
        string text = Engine.Print("Get-Pod; Get-Node; New-EphemeralContainer worker -n wide; Get-EphemeralContainerLog worker probe -n wide");

        Assert.Contains("bad news", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, static c => (char.IsControl(c) && c is not ('\n' or '\r')) || c == '\u202e');
    }

    [Fact]
    public void What_a_user_gives_cannot_act_on_the_terminal_either()
    {
        string text = Engine.Print("Get-Pod \"a`e[2Jb\"; New-EphemeralContainer \"a`e[2Jb\"; New-EphemeralContainer x -Image \"a`e[2Jb\"; Get-Pod -Namespace \"a`e[2Jb\"; Get-Pod -Context \"a`e[2Jb\"; Get-Pod -Label \"a`e[2J b\"");
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public void A_list_of_a_hostile_server_is_shown_as_text()
    {
        Cluster.Sandbox.Faults.Respond(_ => true, 200, """
            {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"we\u001b[31mb","namespace":"de\u0007fault","creationTimestamp":"2026-01-05T08:00:00Z"},
            "spec":{"nodeName":"no\u009b2Jde","containers":[{"name":"a\u001b[2J","image":"x"}]},"status":{"phase":"Run\u001b[2Jning","podIP":"10.0.0.1\u001b[A"}}]}
            """, "application/json");
        string text = Engine.Print("Get-Pod -A; Get-Pod -A | Format-Table -View Wide; Get-Pod -A | Format-List");

        Assert.Contains("Running", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c is not ('\n' or '\r'));
    }
}
