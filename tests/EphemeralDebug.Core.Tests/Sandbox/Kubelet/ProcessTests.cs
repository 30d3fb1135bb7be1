using System.Text.Json.Nodes;
using EphemeralDebug.Core.Debugging;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Processes, PID namespaces and signals of simulated containers, and the script that ends a container from inside.</summary>
public sealed class ProcessTests
{
    private const string Shared = ",\"targetContainerName\":\"app\"";

    [Theory]
    [InlineData("[\"sleep\",\"infinity\"]", "HUP", 129)]
    [InlineData("[\"sleep\",\"infinity\"]", "KILL", 137)]
    [InlineData("[\"sh\"],\"stdin\":true,\"tty\":true", "HUP", 129)]
    [InlineData("[\"sample-app\"]", "KILL", 137)]
    public async Task The_script_ends_a_container_that_shares_its_targets_processes(string command, string signal, int code)
    {
        await using KubeletCluster cluster = await StartAsync(command, Shared);
        (int exit, string output) = await StopAsync(cluster, signal);

        JsonObject pod = await cluster.UntilTerminatedAsync("web", "probe");
        Assert.Equal(code, (int?)KubeletCluster.Status(pod, "probe")!["state"]!["terminated"]!["exitCode"]);
        // The script may be ended with its container; nginx has two processes before it.
        if (exit == 0) Assert.Equal($"{signal} 3\n", output);
        else Assert.Equal(137, exit);
        Assert.NotNull(KubeletCluster.Status(pod, "app")!["state"]!["running"]);
        Assert.Equal("1\n", (await ExecAsync(cluster, "app", "sh", "-c", "[ /proc/1/ns/mnt -ef /proc/self/ns/mnt ] && echo 1")).Output);
    }

    [Theory]
    [InlineData("[\"sh\",\"-c\",\"trap '' HUP; echo ready; sleep infinity\"]", Shared, "HUP 3\n", 0, null)]
    [InlineData("[\"sh\",\"-c\",\"echo ready; sleep infinity\"]", "", "", StopScript.Deaf, null)]
    [InlineData("[\"sh\",\"-c\",\"trap 'exit 4' TERM; echo ready; sleep infinity\"]", "", "TERM 1\n", 0, 4)]
    [InlineData("[\"sh\",\"-c\",\"trap 'exit 5' HUP; echo ready; sleep infinity\"]", "", "HUP 1\n", 0, 5)]
    public async Task The_script_says_what_it_did(string command, string more, string said, int exit, int? ended)
    {
        await using KubeletCluster cluster = await StartAsync(command, more);
        await cluster.UntilLoggedAsync("web", "probe", "ready");
        (int code, string output) = await StopAsync(cluster, "HUP", more.Length > 0);

        if (ended is null) Assert.Equal((exit, said), (code, output));
        else Assert.Equal(ended, (int?)KubeletCluster.Status(await cluster.UntilTerminatedAsync("web", "probe"), "probe")!["state"]!["terminated"]!["exitCode"]);
    }

    [Fact]
    public async Task The_script_leaves_alone_what_it_may_not_see()
    {
        await using KubeletCluster cluster = await StartAsync("[\"sleep\",\"infinity\"]", Shared + ",\"securityContext\":{\"runAsUser\":1000}");
        // Said to be shared, and PID 1 is ours: the answer of /proc cannot be trusted.
        Assert.Equal((StopScript.NotFound, ""), await ExecAsync(cluster, "app", [.. StopScript.Command(kill: true, shared: true)]));
        (int code, string output) = await ExecAsync(cluster, "probe", "sh", "-c", "kill -HUP 1; echo $?; readlink /proc/1/ns/mnt; readlink /proc/1/ns/pid; echo $?; kill -0 3; echo $?");
        Assert.Equal((0, "1\n1\n0\n"), (code, output));
    }

    [Fact]
    public async Task A_shared_process_namespace_of_the_pod_is_understood()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync(more: ",\"shareProcessNamespace\":true");
        cluster.AddEphemeral("web", """{"name":"probe","image":"busybox:latest","command":["sleep","infinity"]}""");
        await cluster.UntilRunningAsync("web", "probe");
        string seen = (await ExecAsync(cluster, "probe", "sh", "-c", "for p in /proc/[0-9]*; do read -r name < $p/comm; echo $name; done")).Output;
        Assert.Equal("pause\nnginx\nnginx\nsleep\nsh\n", seen);

        await StopAsync(cluster, "HUP");
        await cluster.UntilTerminatedAsync("web", "probe");
        Assert.NotNull(KubeletCluster.Status(await cluster.UntilRunningAsync("web", "app"), "app")!["state"]!["running"]);
    }

    [Fact]
    public async Task What_exec_started_ends_with_its_container()
    {
        await using KubeletCluster cluster = await StartAsync("[\"sleep\",\"infinity\"]", Shared);
        await using StreamClient other = await StreamClient.ConnectAsync(cluster.Path("web", "exec?container=probe&stdout=true&command=sh&command=-c&command=echo+on%3B+sleep+infinity"));
        await other.ReadUntilAsync(() => other.Text(1) == "on\n");
        await StopAsync(cluster, "KILL");
        await other.ReadToEndAsync();
        Assert.Equal(137, ExitCode(other));
    }

    [Fact]
    public async Task Proc_tells_of_processes()
    {
        await using KubeletCluster cluster = await StartAsync("[\"sh\",\"-c\",\"trap '' HUP; trap 'exit' TERM; echo ready; sleep infinity\"]", "");
        await cluster.UntilLoggedAsync("web", "probe", "ready");
        string text = (await ExecAsync(cluster, "probe", "sh", "-c", "cat /proc/1/status /proc/1/comm; ls /proc/1; head -c 14 /proc/1/stat; echo; readlink /proc/self")).Output;
        Assert.Contains("Name:\tsh\n", text, StringComparison.Ordinal);
        Assert.Contains("SigIgn:\t0000000000000001\nSigCgt:\t0000000000004000\n", text, StringComparison.Ordinal);
        Assert.EndsWith("sh\ncmdline\ncomm\nns\nstat\nstatus\n1 (sh) S 0 1 1\n" + text[(text.LastIndexOf('\n', text.Length - 2) + 1)..], text, StringComparison.Ordinal);
    }

    private static async Task<KubeletCluster> StartAsync(string command, string more)
    {
        KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        string image = command.Contains("sample-app", StringComparison.Ordinal) ? "sample-app" : "busybox";
        cluster.AddEphemeral("web", $$"""{"name":"probe","image":"{{image}}:latest","command":{{command}}{{more}}}""");
        await cluster.UntilRunningAsync("web", "probe");
        return cluster;
    }

    private static Task<(int Exit, string Output)> StopAsync(KubeletCluster cluster, string signal, bool shared = true) =>
        ExecAsync(cluster, "probe", [.. StopScript.Command(kill: signal == "KILL", shared)]);

    private static async Task<(int Exit, string Output)> ExecAsync(KubeletCluster cluster, string container, params string[] command)
    {
        string words = string.Concat(command.Select(word => "&command=" + Uri.EscapeDataString(word)));
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", $"exec?container={container}&stdout=true{words}"));
        await client.ReadToEndAsync();
        return (ExitCode(client), client.Text(1));
    }

    private static int ExitCode(StreamClient ended)
    {
        JsonNode status = JsonNode.Parse(ended.Text(3))!;
        return (string?)status["status"] == "Success" ? 0 : int.Parse((string)status["details"]!["causes"]![0]!["message"]!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
