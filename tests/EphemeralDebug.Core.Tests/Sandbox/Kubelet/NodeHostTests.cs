using System.Text.Json.Nodes;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>What a pod sees of its node, and what it may not.</summary>
public sealed class NodeHostTests
{
    private const string Host = ",\"volumes\":[{\"name\":\"host-root\",\"hostPath\":{\"path\":\"/\"}}]";
    private const string HostMount = ",\"volumeMounts\":[{\"name\":\"host-root\",\"mountPath\":\"/host\"}]";

    [Theory]
    [InlineData("nsenter -t 1 -m -u -i -n -p -- hostname", "realk8s-node\n")]
    [InlineData("nsenter -t 1 -m -u -i -n -p -- cat /etc/hostname", "realk8s-node\n")]
    [InlineData("nsenter -t 1 -m -u -i -n -p -- sh -c 'uname -n; systemctl is-active kubelet'", "realk8s-node\nactive\n")]
    [InlineData("nsenter --target 1 --mount --uts --ipc --net --pid -- bash -lc 'cat /etc/os-release | grep VARIANT'", "VARIANT_ID=node\n")]
    [InlineData("nsenter -t 1 -n hostname", "debugger\n")]
    [InlineData("chroot /host hostname", "debugger\n")]
    [InlineData("chroot /host cat /etc/hostname", "realk8s-node\n")]
    [InlineData("chroot /host bash -c 'ls /var/lib/kubelet'", "config.yaml\n")]
    [InlineData("cat /host/etc/hostname", "realk8s-node\n")]
    [InlineData("cat /host/etc/../etc/./hostname", "realk8s-node\n")]
    public async Task A_privileged_pod_of_the_node_is_at_home_there(string command, string output) =>
        Assert.Equal((0, output), await RunAsync(command, ",\"securityContext\":{\"privileged\":true}" + HostMount));

    [Theory]
    [InlineData("nsenter -t 1 -m -u -i -n -p -- hostname", "", 1, "nsenter: can't open '/proc/1/ns/ipc': Permission denied\n")]
    [InlineData("nsenter -t 1 -m -- hostname", ",\"securityContext\":{\"capabilities\":{\"add\":[\"SYS_PTRACE\"]}}", 1, "nsenter: setns(): can't reassociate to namespace 'mnt': Operation not permitted\n")]
    [InlineData("nsenter -t 4711 -m -- hostname", ",\"securityContext\":{\"privileged\":true}", 1, "nsenter: can't open '/proc/4711/ns/mnt': No such file or directory\n")]
    [InlineData("nsenter -t 1 -m -- nosuch", ",\"securityContext\":{\"privileged\":true}", 127, "nsenter: can't execute 'nosuch': No such file or directory\n")]
    [InlineData("chroot /host hostname", ",\"securityContext\":{\"capabilities\":{\"drop\":[\"ALL\"]}}", 1, "chroot: can't change root directory to '/host': Operation not permitted\n")]
    [InlineData("chroot /nowhere hostname", "", 1, "chroot: can't change root directory to '/nowhere': No such file or directory\n")]
    public async Task What_is_not_allowed_fails_in_the_words_of_the_programs(string command, string more, int code, string error) =>
        Assert.Equal((code, error), await RunAsync(command, more + HostMount));

    [Fact]
    public async Task The_node_keeps_what_is_written_to_it_and_a_read_only_mount_refuses_it()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await RunAsync(cluster, "writer", "echo note > /host/var/note; cp /host/var/note /host/var/copy; touch /host/var/empty", HostMount);
        (int code, string said) = await RunAsync(cluster, "reader", "(cat /host/var/copy; echo more > /host/var/note || cp /etc/os-release /host/var || rm /host/var/note || exit 9) 2>&1", HostMount.Replace("}]", ",\"readOnly\":true}]", StringComparison.Ordinal));
        Assert.Equal((9, "note\nsh: can't create /host/var/note: Read-only file system\ncp: can't create '/host/var/os-release': Read-only file system\nrm: can't remove '/host/var/note': Read-only file system\n"), (code, said));
    }

    [Fact]
    public async Task The_processes_of_the_node_are_seen_with_its_PID_namespace_only()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        (_, string alone) = await RunAsync(cluster, "alone", "ps; chroot /host systemctl status kubelet", HostMount, hostPid: false);
        Assert.DoesNotContain("kubelet --config", alone, StringComparison.Ordinal);
        Assert.Contains("System has not been booted with systemd as init system (PID 1). Can't operate.", alone, StringComparison.Ordinal);
        (_, string together) = await RunAsync(cluster, "together", "ps; chroot /host journalctl -u kubelet", HostMount);
        Assert.Contains("/usr/bin/kubelet --config", together, StringComparison.Ordinal);
        Assert.Contains("kubelet is running", together, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_shell_on_the_node_has_the_terminal_to_itself()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        cluster.CreatePod("debugger", """
            {"hostPID":true,"restartPolicy":"Never","containers":[{"name":"shell","image":"alpine","command":["nsenter","-t","1","-m","-u","-i","-n","-p","--","bash","-l"],
             "stdin":true,"tty":true,"securityContext":{"privileged":true}}]}
            """);
        await cluster.UntilRunningAsync("debugger", "shell");
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("debugger", "attach?container=shell&stdin=true&stdout=true&tty=true"));
        // The word is proof that the line runs: a key that comes before is for the prompt.
        await client.SendAsync(0, "echo go; sleep 1000\r");
        await client.ReadUntilAsync(() => client.Text(1).Contains("go\r\n", StringComparison.Ordinal));
        await client.SendAsync(0, "\u0003");
        await client.SendAsync(0, "echo still $(hostname)\r");
        await client.ReadUntilAsync(() => client.Text(1).Contains("still realk8s-node\r\n", StringComparison.Ordinal));
        Assert.Contains("root@realk8s-node:/# ", client.Text(1), StringComparison.Ordinal);
        await client.SendAsync(0, "exit 5\r");
        await client.ReadToEndAsync();
        JsonObject pod = await cluster.UntilTerminatedAsync("debugger", "shell");
        Assert.Equal(5, (int?)KubeletCluster.Status(pod, "shell")!["state"]!["terminated"]!["exitCode"]);
    }

    private static async Task<(int Code, string Output)> RunAsync(string command, string more)
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        return await RunAsync(cluster, "debugger", command, more);
    }

    private static async Task<(int Code, string Output)> RunAsync(KubeletCluster cluster, string pod, string command, string more, bool hostPid = true)
    {
        JsonArray line = ["sh", "-c", command];
        cluster.CreatePod(pod, $$$"""
            {"hostPID":{{{(hostPid ? "true" : "false")}}},"restartPolicy":"Never"{{{Host}}},"containers":[{"name":"shell","image":"busybox","command":{{{line.ToJsonString()}}}{{{more}}}}]}
            """);
        JsonObject ended = await cluster.UntilTerminatedAsync(pod, "shell");
        return ((int)KubeletCluster.Status(ended, "shell")!["state"]!["terminated"]!["exitCode"]!, await cluster.Http.GetStringAsync(cluster.Path(pod, "log?container=shell"), KubeletCluster.Stop));
    }
}
