using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>GET pods/NAME/log.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task The_options_choose_lines_and_bytes()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"printer","image":"busybox","command":["sh","-c","for i in 1 2 3 4 5 6; do echo n$i; done; printf end"]}""");
        await cluster.UntilTerminatedAsync("web", "printer");
        Assert.Equal("n1\nn2\nn3\nn4\nn5\nn6\nend", await GetAsync(""));
        Assert.Equal("n6\nend", await GetAsync("&tailLines=2"));
        Assert.Equal("", await GetAsync("&tailLines=0"));
        Assert.Equal("n1\nn", await GetAsync("&limitBytes=4"));
        Assert.Equal("", await GetAsync("&sinceTime=2999-01-01T00:00:00Z"));
        Assert.Equal("n1\nn2\nn3\nn4\nn5\nn6\nend", await GetAsync("&sinceSeconds=3600&follow=true"));
        string[] lines = (await GetAsync("&timestamps=true")).Split('\n');
        Assert.Matches(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z n1$", lines[0]);

        Task<string> GetAsync(string more) => cluster.Http.GetStringAsync(cluster.Path("web", "log?container=printer" + more), KubeletCluster.Stop);
    }

    [Fact]
    public async Task A_followed_log_goes_on_until_the_container_ends()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"logger","image":"busybox","stdin":true,"stdinOnce":true,"command":["sh","-c","while read line; do echo got $line; done"]}""");
        await cluster.UntilRunningAsync("web", "logger");
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", "attach?container=logger&stdin=true"));
        using HttpResponseMessage response = await cluster.Http.GetAsync(cluster.Path("web", "log?container=logger&follow=true"), HttpCompletionOption.ResponseHeadersRead, KubeletCluster.Stop);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.ToString());
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(KubeletCluster.Stop));
        foreach (string line in (string[])["one", "two"])
        {
            await client.SendAsync(0, line + "\n");
            Assert.Equal("got " + line, await reader.ReadLineAsync(KubeletCluster.Stop));
        }
        await client.HalfCloseAsync();
        Assert.Null(await reader.ReadLineAsync(KubeletCluster.Stop));
    }

    [Fact]
    public async Task What_has_no_log_is_said()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync("fails");
        cluster.AddEphemeral("fails", """{"name":"nopull","image":"nosuchrepo/nosuchimage:1.0"}""");
        await cluster.UntilStateAsync("fails", "nopull", status => (string?)status["state"]!["waiting"]!["reason"] == "ErrImagePull");
        Assert.Equal("container nosuch is not valid for pod fails", await MessageAsync("fails", "log?container=nosuch"));
        Assert.Matches("^container \"nopull\" in pod \"fails\" is waiting to start: (image can't be pulled|trying and failing to pull image)$", await MessageAsync("fails", "log?container=nopull"));
        Assert.Equal("previous terminated container \"app\" in pod \"fails\" not found", await MessageAsync("fails", "log?previous=true"));
        cluster.CreatePod("two", """{"containers":[{"name":"a","image":"nginx:alpine"},{"name":"b","image":"nginx:alpine"}],"initContainers":[{"name":"i","image":"busybox","command":["true"]}]}""");
        Assert.Equal("a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [i]", await MessageAsync("two", "log"));

        async Task<string?> MessageAsync(string pod, string path)
        {
            using HttpResponseMessage response = await cluster.Http.GetAsync(cluster.Path(pod, path), KubeletCluster.Stop);
            Assert.Equal(400, (int)response.StatusCode);
            JsonObject status = JsonNode.Parse(await response.Content.ReadAsStringAsync(KubeletCluster.Stop))!.AsObject();
            Assert.Equal(("Failure", "BadRequest"), ((string)status["status"]!, (string)status["reason"]!));
            return (string?)status["message"];
        }
    }

    [Fact]
    public async Task A_log_of_a_terminal_has_plain_line_ends()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"tty","image":"busybox","command":["echo","hi"],"tty":true}""");
        await cluster.UntilTerminatedAsync("web", "tty");
        Assert.Equal("hi\n", await cluster.Http.GetStringAsync(cluster.Path("web", "log?container=tty"), KubeletCluster.Stop));
        Assert.NotNull(cluster.Store.Get(ResourceType.Pods, KubeletCluster.Namespace, "web"));
    }
}
