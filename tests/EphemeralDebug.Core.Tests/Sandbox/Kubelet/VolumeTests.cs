using System.Text.Json.Nodes;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Volumes that the containers of a pod share, and programs that travel in them.</summary>
public sealed class VolumeTests
{
    private const string Tools = """ "volumes":[{"name":"tools","emptyDir":{}}],"initContainers":[{"name":"bring","image":"busybox:musl","command":["cp","/bin/busybox","/tools/busybox"],"volumeMounts":[{"name":"tools","mountPath":"/tools"}]}] """;

    [Fact]
    public async Task A_program_that_was_copied_runs_in_an_image_without_any()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("frozen", $$"""
            { {{Tools}},"containers":[{"name":"app","image":"sample-app-distroless:1.0","command":["/.ephemeraldebug/busybox","sleep","2147483647"],
              "volumeMounts":[{"name":"tools","mountPath":"/.ephemeraldebug","readOnly":true}]}]}
            """);
        await cluster.UntilRunningAsync("frozen", "app");
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("frozen", "exec?container=app&stdout=true&stderr=true&command=/.ephemeraldebug/busybox&command=echo&command=hello"));
        await client.ReadToEndAsync();
        Assert.Equal("hello\n", client.Text(1));
    }

    [Theory]
    [InlineData("\"sleep\",\"2147483647\"", "exec: \"sleep\": executable file not found in $PATH")]
    [InlineData("\"/.ephemeraldebug/busybox\",\"sleep\",\"1\"", "exec: \"/.ephemeraldebug/busybox\": stat /.ephemeraldebug/busybox: no such file or directory")]
    public async Task An_image_without_the_program_cannot_run_it(string command, string why)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("lacks", $$$"""
            {"restartPolicy":"Never","volumes":[{"name":"tools","emptyDir":{}}],"containers":[{"name":"app","image":"sample-app-distroless:1.0","command":[{{{command}}}],"volumeMounts":[{"name":"tools","mountPath":"/.ephemeraldebug"}]}]}
            """);
        JsonObject pod = await cluster.UntilStateAsync("lacks", "app", found => found["lastState"]!["terminated"] is not null || found["state"]!["terminated"] is not null);
        JsonNode status = KubeletCluster.Status(pod, "app")!;
        JsonNode ended = status["state"]!["terminated"] ?? status["lastState"]!["terminated"]!;
        Assert.Equal(("StartError", 128), ((string)ended["reason"]!, (int)ended["exitCode"]!));
        Assert.EndsWith("unable to start container process: " + why, (string?)ended["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_see_each_others_files_in_a_volume_and_nowhere_else()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("pair", """
            {"restartPolicy":"Never","volumes":[{"name":"shared","emptyDir":{}}],
             "initContainers":[{"name":"writes","image":"busybox","command":["sh","-c","mkdir /shared/folder; echo one > /shared/folder/file; echo two > /tmp/own"],"volumeMounts":[{"name":"shared","mountPath":"/shared"}]}],
             "containers":[{"name":"reads","image":"busybox","command":["sh","-c","(ls /data; cat /data/folder/file; cat /part/file; cat /tmp/own) 2>&1"],
              "volumeMounts":[{"name":"shared","mountPath":"/data"},{"name":"shared","mountPath":"/part","subPath":"folder"}]}]}
            """);
        await cluster.UntilTerminatedAsync("pair", "reads");
        Assert.Equal("folder\none\none\ncat: can't open '/tmp/own': No such file or directory\n", await cluster.Http.GetStringAsync(cluster.Path("pair", "log?container=reads"), KubeletCluster.Stop));
    }

    [Theory]
    [InlineData("Never", "Failed", "terminated", "Error")]
    [InlineData("Always", "Pending", "waiting", "CrashLoopBackOff")]
    public async Task An_init_container_that_fails_ends_the_pod_or_is_tried_again(string policy, string phase, string state, string reason)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("stuck", $$"""
            {"restartPolicy":"{{policy}}","initContainers":[{"name":"first","image":"busybox","command":["sh","-c","echo no; exit 4"]}],"containers":[{"name":"app","image":"sample-app:1.0"}]}
            """);
        JsonObject pod = await cluster.UntilStateAsync("stuck", "first", found => (string?)found["state"]![state]?["reason"] == reason);
        Assert.Equal(phase, (string?)pod["status"]!["phase"]);
        Assert.Equal("PodInitializing", (string?)KubeletCluster.Status(pod, "app")!["state"]!["waiting"]!["reason"]);
        Assert.Equal("no\n", await cluster.Http.GetStringAsync(cluster.Path("stuck", "log?container=first"), KubeletCluster.Stop));
    }

    [Theory]
    [InlineData("initContainers")]
    [InlineData("containers")]
    public async Task Ordinary_containers_are_attached_to_as_ephemeral_ones(string list)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        const string Asks = """{"name":"asks","image":"busybox","command":["sh","-c","read line; echo got $line"],"stdin":true,"stdinOnce":true}""";
        string app = list == "containers" ? "" : ",\"containers\":[{\"name\":\"app\",\"image\":\"sample-app:1.0\"}]";
        cluster.CreatePod("asks", $$$"""{"restartPolicy":"Never","{{{list}}}":[{{{Asks}}}]{{{app}}}}""");
        await cluster.UntilRunningAsync("asks", "asks");
        await using (StreamClient exec = await StreamClient.ConnectAsync(cluster.Path("asks", "exec?container=asks&stdout=true&command=hostname")))
        {
            await exec.ReadToEndAsync();
            Assert.Equal("asks\n", exec.Text(1));
        }
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("asks", "attach?container=asks&stdin=true&stdout=true&stderr=true"));
        await client.SendAsync(0, "this\n");
        await client.HalfCloseAsync();
        await client.ReadToEndAsync();
        Assert.Equal("got this\n", client.Text(1));
        await cluster.UntilTerminatedAsync("asks", "asks");
    }
}
