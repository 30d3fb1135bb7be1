using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Attach and exec against recorded sessions, and what no record shows: many streams, slow readers, faults.</summary>
public sealed partial class StreamTests
{
    [Theory]
    [InlineData("exec-exit0")]
    [InlineData("exec-exit3")]
    [InlineData("exec-exit137")]
    [InlineData("exec-exit3-v4.channel.k8s.io")]
    [InlineData("exec-exit3-v4.base64.channel.k8s.io")]
    [InlineData("exec-exit3-channel.k8s.io")]
    [InlineData("exec-exit3-base64.channel.k8s.io")]
    [InlineData("exec-no-subprotocol-header")]
    [InlineData("exec-several-subprotocols-offered")]
    [InlineData("exec-command-not-found")]
    [InlineData("exec-stdin-close-v5")]
    [InlineData("exec-tty-resize")]
    public async Task Exec_is_as_recorded(string file)
    {
        JsonObject recorded = Transcript.Read($"websocket/{file}.json");
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync("sockets");
        await using StreamClient client = await StreamClient.ConnectAsync(Address(cluster, recorded), Offered(recorded));
        await client.ReplayAsync(recorded, Normal);
        Assert.Equal(Head(recorded, "response_head"), client.Protocol ?? "");
    }

    [Theory]
    [InlineData("attach-ephemeral-pipe-session", """{"name":"pipe","image":"busybox:latest","command":["sh","-c","cat; echo done >&2; exit 4"],"stdin":true}""", -1)]
    [InlineData("attach-stdin-closed-notonce-late", """{"name":"notonce-late","image":"busybox","command":["sh","-c","cat; sleep 1; echo late; exit 4"],"stdin":true}""", -1)]
    [InlineData("attach-ephemeral-stdinOnce-session", """{"name":"once","image":"busybox","command":["sh","-c","cat; exit 4"],"stdin":true,"stdinOnce":true}""", 4)]
    [InlineData("attach-stdin-closed-once-late", """{"name":"once-late","image":"busybox","command":["sh","-c","cat; sleep 0.1; echo late; exit 4"],"stdin":true,"stdinOnce":true}""", 4)]
    public async Task Attach_without_a_terminal_is_as_recorded(string file, string container, int exitCode)
    {
        JsonObject recorded = Transcript.Read($"websocket/{file}.json");
        string pod = PodName(recorded), name = (string)KubeletCluster.Json(container)["name"]!;
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync(pod);
        cluster.AddEphemeral(pod, container);
        await cluster.UntilRunningAsync(pod, name);
        await using StreamClient client = await StreamClient.ConnectAsync(Address(cluster, recorded));
        await client.ReplayAsync(recorded, Normal);
        JsonObject now = cluster.Store.Get(ResourceType.Pods, KubeletCluster.Namespace, pod)!;
        if (exitCode < 0) Assert.NotNull(KubeletCluster.Status(now, name)!["state"]!["running"]);
        else Assert.Equal(exitCode, (int?)KubeletCluster.Status(await cluster.UntilTerminatedAsync(pod, name), name)!["state"]!["terminated"]!["exitCode"]);
    }

    [Theory]
    [InlineData("attach-ephemeral-tty-session", "tty1", "app", 9)]
    [InlineData("attach-second-client-while-first-attached", "tty", null, 0)]
    [InlineData("attach-then-abandon", "tty2", null, -1)]
    public async Task Attach_to_a_terminal_is_as_recorded(string file, string name, string? target, int exitCode)
    {
        JsonObject recorded = Transcript.Read($"websocket/{file}.json");
        await using KubeletCluster cluster = await StartShellAsync(PodName(recorded), name, target);
        await using StreamClient client = await StreamClient.ConnectAsync(Address(cluster, recorded));
        await client.ReplayAsync(recorded, Normal);
        if (exitCode < 0) return;
        JsonObject pod = await cluster.UntilTerminatedAsync(PodName(recorded), name);
        Assert.Equal(exitCode, (int?)KubeletCluster.Status(pod, name)!["state"]!["terminated"]!["exitCode"]);
        // Attaching once more is too late.
        JsonObject late = Transcript.Read("websocket/error-attach-after-exit.json");
        (int status, string body, string? type) = await StreamClient.RefusedAsync(cluster.Http, Address(cluster, recorded));
        Assert.Equal((500, ((string)late["response_body"]!).Replace("tty1", name, StringComparison.Ordinal).Replace("sockets", PodName(recorded), StringComparison.Ordinal)), (status, body));
        Assert.Equal("text/plain; charset=utf-8", type);
    }

    [Fact]
    public async Task A_shell_is_found_again_as_it_was_left()
    {
        await using KubeletCluster cluster = await StartShellAsync("sockets", "tty2", null);
        JsonObject first = Transcript.Read("websocket/attach-then-abandon.json"), second = Transcript.Read("websocket/attach-again-same-shell.json");
        await using (StreamClient client = await StreamClient.ConnectAsync(Address(cluster, first))) await client.ReplayAsync(first, Normal);
        await using StreamClient again = await StreamClient.ConnectAsync(Address(cluster, second));
        await again.ReplayAsync(second, Normal);
    }

    [Fact]
    public async Task A_pod_deleted_underneath_ends_the_stream_as_recorded()
    {
        await using KubeletCluster cluster = await StartShellAsync("sockets", "longtty", null);
        JsonObject recorded = Transcript.Read("websocket/attach-pod-deleted-underneath.json");
        await using StreamClient client = await StreamClient.ConnectAsync(Address(cluster, recorded));
        Task replay = client.ReplayAsync(recorded, text =>
        {
            // The pod goes when the shell has answered: when its prompt comes again behind the answer, not with the first one.
            int answer = text.LastIndexOf("\nstill here", StringComparison.Ordinal);
            if (answer >= 0 && text.IndexOf("\u001b[6n", answer, StringComparison.Ordinal) >= 0) cluster.Agent.Terminate(KubeletCluster.Namespace, "sockets", 1);
            return Normal(text);
        });
        await cluster.UntilGoneAsync("sockets");
        await replay;
        Assert.True(client.Closed);
    }

    [Theory]
    [InlineData("error-attach-container-waiting", "fails", "nopull")]
    [InlineData("error-attach-no-streams-requested", "sockets", null)]
    [InlineData("error-attach-no-such-container", "sockets", null)]
    [InlineData("error-attach-unsupported-subprotocol", "sockets", null)]
    [InlineData("exec-exit3-v3.channel.k8s.io", "sockets", null)]
    public async Task Refusals_are_as_recorded(string file, string pod, string? waiting)
    {
        JsonObject recorded = Transcript.Read($"websocket/{file}.json");
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync(pod);
        if (waiting is not null)
        {
            cluster.AddEphemeral(pod, $$"""{"name":"{{waiting}}","image":"nosuchrepo/nosuchimage:1.0"}""");
            await cluster.UntilStateAsync(pod, waiting, _ => true);
        }
        (int status, string body, _) = await StreamClient.RefusedAsync(cluster.Http, Address(cluster, recorded), Offered(recorded));
        Assert.Equal(((string)recorded["response_head"]![0]!).Split(' ')[1], status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (recorded["response_body"] is JsonObject expected) Assert.Equal(expected.ToJsonString(), JsonNode.Parse(body)!.ToJsonString());
        else Assert.Equal((string?)recorded["response_body"], body);
    }

    [Fact]
    public async Task A_request_without_upgrade_is_refused()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        using HttpResponseMessage response = await cluster.Http.GetAsync(cluster.Path("web", "attach?container=app&stdout=true"), KubeletCluster.Stop);
        Assert.Equal("Upgrade request required", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(KubeletCluster.Stop))!["message"]);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public async Task Everyone_attached_sees_the_output()
    {
        await using KubeletCluster cluster = await StartShellAsync("web", "tty", null);
        Uri address = cluster.Path("web", "attach?container=tty&stdin=true&stdout=true&tty=true");
        await using StreamClient first = await StreamClient.ConnectAsync(address), second = await StreamClient.ConnectAsync(address);
        await second.SendAsync(0, "echo both\r");
        foreach (StreamClient client in (StreamClient[])[first, second]) await client.ReadUntilAsync(() => client.Text(1).Contains("\r\nboth\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Control_c_interrupts_and_control_d_ends()
    {
        await using KubeletCluster cluster = await StartShellAsync("web", "tty", null);
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", "attach?container=tty&stdin=true&stdout=true&tty=true"));
        await client.SendAsync(0, "sleep infinity\r");
        await client.ReadUntilAsync(() => client.Text(1).Contains("infinity\r\n", StringComparison.Ordinal));
        await client.SendAsync(0, "\u0003");
        await client.ReadUntilAsync(() => client.Text(1).Contains("^C\r\n/ # ", StringComparison.Ordinal));
        await client.SendAsync(0, "echo code $?\r");
        await client.ReadUntilAsync(() => client.Text(1).Contains("code 130\r\n/ # ", StringComparison.Ordinal));
        // A terminal's answer to the cursor question is no input.
        await client.SendAsync(0, "\u001b[24;5Rexit\b\b\b\b");
        await client.SendAsync(0, "\u0004");
        await client.ReadToEndAsync();
        Assert.Equal("""{"metadata":{},"status":"Success"}""", client.Text(3));
    }

    [Fact]
    public async Task Stdin_that_nobody_reads_makes_its_sender_wait()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", "exec?container=app&stdin=true&stdout=true&command=sh&command=-c&command=read+go%3B+wc+-c"));
        byte[] block = new byte[32 * 1024];
        const int Blocks = 512;
        await client.SendAsync(0, "go\n");
        for (int i = 0; i < Blocks; i++) await client.SendAsync(0, block);
        await client.HalfCloseAsync();
        await client.ReadToEndAsync();
        Assert.Equal($"{Blocks * block.Length}\n", client.Text(1));
    }

    [Fact]
    public async Task Two_hundred_idle_streams_need_few_threads()
    {
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        Uri address = cluster.Path("web", "exec?container=app&stdin=true&stdout=true&command=cat");
        int before = ThreadPool.ThreadCount;
        StreamClient[] clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => StreamClient.ConnectAsync(address)));
        foreach (StreamClient client in clients)
        {
            await client.SendAsync(0, "here");
            await client.ReadUntilAsync(() => client.Text(1) == "here");
        }
        Assert.True(ThreadPool.ThreadCount - before < 50, $"{before} -> {ThreadPool.ThreadCount} threads");
        foreach (StreamClient client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_can_be_cut_on_request()
    {
        KubeletOptions options = KubeletCluster.Fast with { StreamFault = container => container.Container == "app" ? new StreamFault { CutAfterBytes = 4 } : null };
        await using KubeletCluster cluster = await KubeletCluster.StartAsync(options);
        await cluster.CreateWebAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", "exec?container=app&stdout=true&command=echo&command=hello"));
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(client.ReadToEndAsync);
        Assert.Equal("", client.Text(3));
    }

    /// <summary>A pod with a shell on a terminal that has shown its prompt.</summary>
    private static async Task<KubeletCluster> StartShellAsync(string pod, string name, string? target)
    {
        KubeletCluster cluster = await KubeletCluster.StartAsync(KubeletCluster.Fast with { BackOffScale = 0.05 });
        await cluster.CreateWebAsync(pod);
        string targeting = target is null ? "" : $",\"targetContainerName\":\"{target}\"";
        cluster.AddEphemeral(pod, $$"""{"name":"{{name}}","image":"busybox:latest","command":["sh"],"stdin":true,"tty":true{{targeting}}}""");
        await cluster.UntilRunningAsync(pod, name);
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path(pod, $"attach?container={name}&stdin=true&stdout=true&tty=true"));
        await client.SendAsync(0, "echo re''ady\r");
        await client.ReadUntilAsync(() => client.Text(1).Contains("ready\r\n/ # \u001b[6n", StringComparison.Ordinal));
        return cluster;
    }

    private static Uri Address(KubeletCluster cluster, JsonObject recorded) => new(cluster.Address, ((string)recorded["request"]![0]!).Split(' ')[1]);

    private static string PodName(JsonObject recorded) => ((string)recorded["request"]![0]!).Split('/')[6];

    private static string Offered(JsonObject recorded) => Head(recorded, "request");

    private static string Head(JsonObject recorded, string part) => recorded[part]!.AsArray().Select(line => (string)line!)
        .FirstOrDefault(line => line.StartsWith("Sec-WebSocket-Protocol:", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "";

    /// <summary>Without what differs from machine to machine: ids, process numbers, the shell's version.</summary>
    private static string Normal(string text) => Pids().Replace(Version().Replace(Transcript.Normal(text), "BusyBox "), "PID ");

    [GeneratedRegex(@"BusyBox v\S+ \([^)]*\) ")]
    private static partial Regex Version();

    [GeneratedRegex(@"(?m)^ +\d+ (?=root|101)")]
    private static partial Regex Pids();
}
