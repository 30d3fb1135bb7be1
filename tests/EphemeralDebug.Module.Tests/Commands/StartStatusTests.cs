using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Where no event tells why a container cannot start, its status does.</summary>
public sealed class StartStatusTests : ClusterTests, IClassFixture<StaticCluster>
{
    private const string Waits = """{ "waiting": { "reason": "REASON", "message": "MESSAGE" } }""";

    public StartStatusTests(StaticCluster cluster) : base(cluster)
    {
    }

    [Theory]
    [InlineData("ErrImagePull", "failed to resolve image: docker.io/library/nothing:latest: not found", "ImageNotFound")]
    [InlineData("ErrImagePull", "pull access denied, repository does not exist or may require authorization", "ImagePullUnauthorized")]
    [InlineData("ErrImagePull", "toomanyrequests: You have reached your pull rate limit", "ImageRateLimited")]
    [InlineData("ErrImagePull", "dial tcp: lookup registry.example.com: no such host", "RegistryUnreachable")]
    [InlineData("ImagePullBackOff", "Back-off pulling image \"x\": ErrImagePull: x: not found", "ImageNotFound")]
    [InlineData("ErrImageNeverPull", "Container image \"x\" is not present with pull policy of Never", "ImageNeverPulled")]
    [InlineData("InvalidImageName", "Failed to apply default image tag", "ImageNameRefused")]
    [InlineData("CreateContainerConfigError", "container has runAsNonRoot and image will run as root", "ImageRunsAsRoot")]
    [InlineData("CreateContainerConfigError", "configmap \"settings\" not found", "ConfigurationNotFound")]
    [InlineData("CreateContainerConfigError", "something else", "ContainerConfigurationRefused")]
    [InlineData("CreateContainerError", "no command specified", "ContainerCreateFailed")]
    [InlineData("RunContainerError", "exec: \"x\": executable file not found in $PATH", "CommandNotFound")]
    public async Task A_waiting_state_that_cannot_end_well_is_an_error(string reason, string message, string errorId)
    {
        RunResult result = await ReportAsync(Waits.Replace("REASON", reason, StringComparison.Ordinal).Replace("MESSAGE", message.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal));

        Assert.Equal([errorId], result.ErrorIds);
        Assert.Contains(message, result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Fact]
    public async Task A_container_whose_process_could_not_run_is_an_error()
    {
        RunResult result = await ReportAsync("""{ "terminated": { "exitCode": 128, "reason": "StartError", "message": "exec format error" } }""");
        Assert.Equal(["ImageWrongPlatform"], result.ErrorIds);
    }

    [Fact]
    public async Task A_container_that_has_failed_is_no_error()
    {
        RunResult result = await ReportAsync("""{ "terminated": { "exitCode": 1, "reason": "Error", "startedAt": "2026-01-05T08:00:00Z", "finishedAt": "2026-01-05T08:00:01Z" } }""");
        Assert.Empty(result.Errors);
        Assert.Equal(["Terminated"], result.Values("State"));
        Assert.Equal(["1"], result.Values("ExitCode"));
    }

    /// <summary>Adds a container, lets the kubelet report this state of it, and gives what the cmdlet made of it.</summary>
    private async Task<RunResult> ReportAsync(string state)
    {
        string pod = "web-" + Guid.NewGuid().ToString("n")[..8];
        Cluster.StorePod(pod, shape: stored => stored["status"]!["phase"] = "Running");
        using RunningPipeline pipeline = Engine.Start($"New-EphemeralContainer {pod} -Name probe -TimeoutSec 300");
        SandboxRequest patch = await Cluster.Sandbox.RequestAsync(TestCluster.IsPatch, Cancel);
        await patch.Ended.WaitAsync(Cancel);
        Cluster.Store.Update(ResourceType.Pods, "default", pod, stored => stored["status"]!["ephemeralContainerStatuses"] =
            new JsonArray(new JsonObject { ["name"] = "probe", ["image"] = "busybox", ["state"] = JsonNode.Parse(state) }));
        return await pipeline.EndAsync(Cancel);
    }
}
