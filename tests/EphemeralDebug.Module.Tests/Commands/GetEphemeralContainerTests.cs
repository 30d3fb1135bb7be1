using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class GetEphemeralContainerTests : ClusterTests, IClassFixture<StaticCluster>
{
    public GetEphemeralContainerTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "other") is not null) return;
        Cluster.AddNamespace("other");
        Add("api-0", "default");
        Add("web-0", "default");
        Add("web-0", "other");
        Cluster.StorePod("plain");
    }

    private void Add(string pod, string ns) => Cluster.StorePod(pod, ns, stored =>
    {
        stored["metadata"]!["labels"] = new JsonObject { ["app"] = pod[..^2] };
        stored["spec"]!["ephemeralContainers"] = TestCluster.Parse("""
            { "x": [ { "name": "done", "image": "busybox", "targetContainerName": "app", "command": ["sh"], "args": ["-c", "ls"], "stdin": true, "tty": true },
                     { "name": "pulls", "image": "nothing" }, { "name": "runs", "image": "alpine" }, { "name": "new", "image": "busybox" } ] }
            """)["x"]!.DeepClone();
        stored["status"]!["ephemeralContainerStatuses"] = TestCluster.Parse("""
            { "x": [ { "name": "done", "state": { "terminated": { "exitCode": 137, "reason": "Error", "signal": 9, "startedAt": "2026-01-05T08:00:00Z", "finishedAt": "2026-01-05T08:01:30Z" } } },
                     { "name": "pulls", "state": { "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling image" } } },
                     { "name": "runs", "state": { "running": { "startedAt": "2026-01-05T08:00:00Z" } } } ] }
            """)["x"]!.DeepClone();
    });

    [Theory]
    [InlineData("Get-EphemeralContainer", "default/api-0 default/web-0")]
    [InlineData("Get-EphemeralContainer -Namespace other", "other/web-0")]
    [InlineData("Get-EphemeralContainer -n other", "other/web-0")]
    [InlineData("Get-EphemeralContainer -AllNamespaces", "default/api-0 default/web-0 other/web-0")]
    [InlineData("Get-EphemeralContainer -A -Label app=web", "default/web-0 other/web-0")]
    [InlineData("Get-EphemeralContainer -l app=api", "default/api-0")]
    [InlineData("Get-EphemeralContainer web-0", "default/web-0")]
    [InlineData("Get-EphemeralContainer web-0, api-0", "default/web-0 default/api-0")]
    [InlineData("Get-EphemeralContainer pod/web-0 -n other", "other/web-0")]
    [InlineData("Get-Pod web-0 -A | Get-EphemeralContainer", "default/web-0 other/web-0")]
    public void It_lists_the_containers_of_pods_in_their_order(string script, string pods)
    {
        RunResult result = Succeed(script);
        Assert.Equal(
            pods.Split(' ').SelectMany(pod => new[] { "done", "pulls", "runs", "new" }.Select(name => $"{pod}/{name}")),
            result.Output.Select(item => item.ToString()));
    }

    [Theory]
    [InlineData("-State Running", "runs")]
    [InlineData("-State Waiting", "pulls")]
    [InlineData("-State Terminated", "done")]
    [InlineData("-State Running, Waiting", "pulls runs")]
    [InlineData("-Name runs", "runs")]
    [InlineData("-c d*, p*", "done pulls")]
    [InlineData("-Name *n* -State Terminated, Running", "done runs")]
    [InlineData("-Name nothing", "")]
    public void It_selects(string parameters, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Succeed($"Get-EphemeralContainer web-0 {parameters}").Values("Name"));

    [Fact]
    public void The_object_holds_the_specification_and_the_state()
    {
        RunResult result = Succeed("Get-EphemeralContainer web-0 done");

        Assert.Equal(["Terminated"], result.Values("State"));
        Assert.Equal(["Error"], result.Values("Reason"));
        Assert.Equal(["137"], result.Values("ExitCode"));
        Assert.Equal(["9"], result.Values("Signal"));
        Assert.Equal(["00:01:30"], result.Values("Age"));
        Assert.Equal(["app"], result.Values("Target"));
        Assert.Equal(["True"], result.Values("Stdin"));
        Assert.Equal(["True"], result.Values("Tty"));
        Assert.Equal(["sh"], (string[])result.Output[0].Properties["Command"].Value);
        Assert.Equal(["-c", "ls"], (string[])result.Output[0].Properties["Arguments"].Value);
        Assert.Equal(["sandbox"], result.Values("Context"));
        Assert.Equal(["ImagePullBackOff"], Succeed("Get-EphemeralContainer web-0 pulls").Values("Reason"));
        Assert.Equal(["Unknown"], Succeed("Get-EphemeralContainer web-0 new").Values("State"));
    }

    [Fact]
    public void The_pods_object_holds_them_too() =>
        Assert.Equal(["done", "pulls", "runs", "new"], Succeed("(Get-Pod web-0).EphemeralContainers").Values("Name"));

    [Fact]
    public void A_pod_without_any_gives_nothing() => Assert.Empty(Succeed("Get-EphemeralContainer plain").Output);

    [Fact]
    public async Task A_pod_that_is_missing_is_an_error_and_the_others_come_in_their_order()
    {
        using SandboxFault slow = Cluster.Sandbox.Faults.Delay(request => request.Path.EndsWith("/pods/web-0", StringComparison.Ordinal));
        using RunningPipeline pipeline = Engine.Start("Get-EphemeralContainer web-0, nobody, api-0 -Name runs");
        await slow.Hit.WaitAsync(Cancel);
        // Takes as long as the other two, and longer.
        using ModuleEngine other = new();
        other.UseKubeConfig(Cluster.KubeConfigOf("admin"));
        Assert.Equal(["api-0"], other.Run("Get-EphemeralContainer nobody, api-0 -Name runs").Values("Pod"));
        int early = pipeline.Output.Count;
        slow.Release();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(0, early);
        Assert.Equal(["web-0", "api-0"], result.Values("Pod"));
        Assert.Equal(["PodNotFound"], result.ErrorIds);
    }

    [Fact]
    public void A_container_from_the_pipeline_is_read_anew()
    {
        RunResult result = Succeed("Get-EphemeralContainer web-0 runs | Get-EphemeralContainer");
        Assert.Equal(["default/web-0/runs"], result.Output.Select(item => item.ToString()));
    }
}
