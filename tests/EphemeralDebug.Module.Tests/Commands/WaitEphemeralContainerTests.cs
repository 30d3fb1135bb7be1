using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

public sealed class WaitEphemeralContainerTests : ClusterTests, IClassFixture<StaticCluster>
{
    private const string Waiting = """{ "waiting": { "reason": "ContainerCreating" } }""";
    private const string Running = """{ "running": { "startedAt": "2026-01-05T08:00:00Z" } }""";
    private const string Ended = """{ "terminated": { "exitCode": 7, "reason": "Error", "startedAt": "2026-01-05T08:00:00Z", "finishedAt": "2026-01-05T08:01:00Z" } }""";

    public WaitEphemeralContainerTests(StaticCluster cluster) : base(cluster)
    {
    }

    private static bool IsWatch(SandboxRequest request) => request.Query.Contains("watch=", StringComparison.Ordinal) && request.Path.EndsWith("/pods", StringComparison.Ordinal);

    private void Store(string pod, params string[] containers) => Cluster.StorePod(pod, shape: stored =>
    {
        stored["spec"]!["ephemeralContainers"] = new JsonArray([.. containers.Select(name => new JsonObject { ["name"] = name, ["image"] = "busybox" })]);
        stored["status"]!["phase"] = "Running";
    });

    private void Report(string pod, string container, string state) => Cluster.Store.Update(ResourceType.Pods, "default", pod, stored =>
    {
        JsonArray statuses = new([.. stored.Objects("status", "ephemeralContainerStatuses").Where(status => (string?)status["name"] != container).Select(status => status.DeepClone())]);
        statuses.Add((JsonNode)new JsonObject { ["name"] = container, ["state"] = JsonNode.Parse(state) });
        stored["status"]!["ephemeralContainerStatuses"] = statuses;
    });

    [Theory]
    [InlineData("", Running, "Running")]
    [InlineData("", Ended, "Terminated")]
    [InlineData("-For Running", Running, "Running")]
    [InlineData("-For Terminated", Ended, "Terminated")]
    [InlineData("-For terminated -TimeoutSec 0", Ended, "Terminated")]
    public async Task It_returns_when_the_container_is_so(string parameters, string state, string expected)
    {
        string pod = "pod-" + Guid.NewGuid().ToString("n")[..8];
        Store(pod, "probe");
        Report(pod, "probe", Waiting);
        using RunningPipeline pipeline = Engine.Start($"Wait-EphemeralContainer {pod} probe {parameters}");
        await Cluster.Sandbox.RequestAsync(IsWatch, Cancel);
        Assert.Empty(pipeline.Output.ToArray());

        Report(pod, "probe", state);
        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Empty(result.Errors);
        Assert.Equal([expected], result.Values("State"));
    }

    [Fact]
    public async Task Running_is_not_enough_for_Terminated()
    {
        Store("patient", "probe");
        Report("patient", "probe", Running);
        using RunningPipeline pipeline = Engine.Start("Wait-EphemeralContainer patient -For Terminated");
        await Cluster.Sandbox.RequestAsync(IsWatch, Cancel);
        Assert.Empty(pipeline.Output.ToArray());
        Report("patient", "probe", Ended);

        Assert.Equal(["7"], (await pipeline.EndAsync(Cancel)).Values("ExitCode"));
    }

    [Fact]
    public void Without_a_name_the_last_one_is_waited_for()
    {
        Store("two", "older", "newer");
        Report("two", "older", Ended);
        Report("two", "newer", Running);
        Assert.Equal(["newer"], Succeed("Wait-EphemeralContainer two").Values("Name"));
    }

    [Fact]
    public async Task Many_are_waited_for_at_once()
    {
        for (int i = 0; i < 6; i++)
        {
            Store($"both-{i}", "probe");
            Report($"both-{i}", "probe", Waiting);
        }

        using RunningPipeline pipeline = Engine.Start("Get-Pod both-* | Get-EphemeralContainer | Wait-EphemeralContainer -TimeoutSec 300");
        await Cluster.Sandbox.RequestAsync(request => IsWatch(request) && !request.Query.Contains("fieldSelector", StringComparison.Ordinal), Cancel);
        for (int i = 5; i >= 0; i--)
        {
            Report($"both-{i}", "probe", Running);
            await pipeline.OutputReachesAsync(6 - i, Cancel);
        }

        RunResult result = await pipeline.EndAsync(Cancel);
        Assert.Equal(["both-5", "both-4", "both-3", "both-2", "both-1", "both-0"], result.Values("Pod"));
        Assert.InRange(Cluster.Sandbox.Requests.Count(IsWatch), 1, 4);
    }

    [Theory]
    [InlineData("Wait-EphemeralContainer runs-on -For Terminated -TimeoutSec 1", "WaitTimeout")]
    [InlineData("Wait-EphemeralContainer runs-on nobody", "EphemeralContainerNotFound")]
    [InlineData("Wait-EphemeralContainer nothing-in-it", "NoEphemeralContainer")]
    [InlineData("Wait-EphemeralContainer no-such-pod", "PodNotFound")]
    [InlineData("Wait-EphemeralContainer Bad_Name", "InvalidPodName")]
    public void What_cannot_be_waited_for_is_an_error(string script, string errorId)
    {
        if (Cluster.Store.Get(ResourceType.Pods, "default", "runs-on") is null)
        {
            Store("runs-on", "probe");
            Report("runs-on", "probe", Running);
            Store("nothing-in-it");
        }

        RunResult result = Run(script);
        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("-For Waiting")]
    [InlineData("-TimeoutSec -1")]
    public void What_makes_no_sense_is_refused(string parameters)
    {
        Assert.StartsWith("ParameterArgumentValidationError", Assert.Single(Run($"Wait-EphemeralContainer x {parameters}").ErrorIds), StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }
}
