using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Formatting;

/// <summary>What a person sees at a prompt.</summary>
public sealed class ViewTests(StaticCluster cluster) : ClusterTests(cluster), IClassFixture<StaticCluster>
{
    [Fact]
    public void Pods_look_as_kubectl_shows_them()
    {
        Cluster.AddNamespace("look");
        Cluster.StorePod("worker", "look", pod =>
        {
            pod["metadata"]!["creationTimestamp"] = Ago(TimeSpan.FromDays(3));
            pod["status"] = TestCluster.Parse($$"""
                {"phase":"Running","podIP":"10.1.2.3","containerStatuses":[{"name":"app","ready":false,"restartCount":5,
                "state":{"waiting":{"reason":"CrashLoopBackOff"} },"lastState":{"terminated":{"exitCode":1,"finishedAt":"{{Ago(TimeSpan.FromMinutes(30))}}"} } }]}
                """);
        });

        string[] lines = Lines("Get-Pod -Namespace look");

        Assert.Equal(["Name", "Ready", "Status", "Restarts", "Age"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"^worker\s+0/1\s+CrashLoopBackOff\s+5 \(30m ago\)\s+3d\s*$", lines[2]);

        lines = Lines("Get-Pod -AllNamespaces | Where-Object Namespace -eq look");
        Assert.StartsWith("Namespace", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^look\s+worker\s+0/1\s+CrashLoopBackOff", lines[2]);
    }

    [Fact]
    public void A_pod_that_nobody_knows_the_age_of_is_shown_like_the_others()
    {
        Cluster.AddNamespace("ageless");
        Cluster.StorePod("worker", "ageless", pod => pod["metadata"]!.AsObject().Remove("creationTimestamp"));

        Assert.EndsWith("<unknown>", Lines("Get-Pod -Namespace ageless")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Ephemeral_containers_stand_under_their_namespace()
    {
        Cluster.AddNamespace("ephemeral");
        Cluster.StorePod("web-0", "ephemeral", pod =>
        {
            pod["spec"]!["ephemeralContainers"] = new JsonArray(
                TestCluster.Parse("""{"name":"a","image":"busybox","targetContainerName":"app"}"""),
                TestCluster.Parse("""{"name":"b","image":"busybox"}"""),
                TestCluster.Parse("""{"name":"c","image":"busybox"}"""),
                TestCluster.Parse("""{"name":"d","image":"busybox"}"""));
            pod["status"] = TestCluster.Parse($$"""
                {"phase":"Running","ephemeralContainerStatuses":[
                {"name":"a","state":{"running":{"startedAt":"{{Ago(TimeSpan.FromMinutes(5))}}"} } },
                {"name":"b","state":{"terminated":{"exitCode":3,"reason":"Error","startedAt":"2026-01-05T08:00:00Z","finishedAt":"2026-01-05T08:00:07Z"} } },
                {"name":"c","state":{"waiting":{"reason":"ErrImagePull","message":"no"} } }]}
                """);
        });

        string text = Engine.Print("Get-EphemeralContainer web-0 -Namespace ephemeral");

        Assert.Contains("Namespace: ephemeral", text, StringComparison.Ordinal);
        Assert.Matches(@"web-0\s+a\s+Running\s+busybox\s+app\s+5m", text);
        Assert.Matches(@"web-0\s+b\s+Error \(3\)\s+busybox\s+<none>\s+7s", text);
        Assert.Matches(@"web-0\s+c\s+ErrImagePull\s+busybox", text);
        Assert.Matches(@"web-0\s+d\s+Accepted\s+busybox", text);
    }

    [Fact]
    public void What_a_pod_says_cannot_act_on_the_terminal()
    {
        Cluster.AddNamespace("hostile");
        Cluster.StorePod("web-0", "hostile", pod =>
        {
            pod["spec"]!["ephemeralContainers"] = new JsonArray(TestCluster.Parse("""{"name":"a","image":"busybox"}"""));
            pod["status"] = TestCluster.Parse("""
                {"phase":"Running","reason":"Ev\u001b]0;owned\u0007icted","ephemeralContainerStatuses":[{"name":"a","state":{"waiting":{"reason":"Bad\u001b[2J","message":"clear\u001b[2J me\u009b31m"} } }]}
                """);
        });

        string text = Engine.Print("Get-Pod -Namespace hostile; Get-EphemeralContainer -Namespace hostile; Get-EphemeralContainer -Namespace hostile | Format-List");

        Assert.Contains("Evicted", text, StringComparison.Ordinal);
        Assert.Contains("clear me", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c is not ('\n' or '\r'));
    }

    private static string Ago(TimeSpan age) => (DateTimeOffset.UtcNow - age).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private string[] Lines(string command) => Engine.Print(command).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
