using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Adding a container and entering it, without a terminal.</summary>
public sealed class NewEphemeralContainerInteractiveTests : ClusterTests, IClassFixture<TestCluster>
{
    public NewEphemeralContainerInteractiveTests(TestCluster cluster) : base(cluster)
    {
        cluster.StreamFault = null;
    }

    [Fact]
    public async Task The_output_of_a_command_comes_whole_as_lines()
    {
        await Cluster.RunPodAsync("lines");
        RunResult result = Succeed("New-EphemeralContainer lines -Interactive -- sh -c 'echo one; echo; echo three; printf rest'");

        Assert.Equal(["one", "", "three", "rest"], result.As<string>());
        Assert.Empty(result.Warnings);
        JsonObject container = ContainerOf(Assert.Single(Cluster.Patches));
        Assert.Null(container["stdin"]);
        Assert.Null(container["tty"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Short_commands_lose_nothing(int run)
    {
        await Cluster.RunPodAsync($"short-{run}");

        Assert.Equal(["hi"], Succeed($"New-EphemeralContainer short-{run} -Interactive -- echo hi").As<string>());
    }

    [Fact]
    public async Task A_script_file_goes_to_a_shell_whose_input_ends()
    {
        await Cluster.RunPodAsync("script");
        string file = Cluster.Write("probe.sh", "echo from the script\necho wrong >&2\necho last\nexit 5\n");
        RunResult result = Run("New-EphemeralContainer script -Image busybox -Interactive -StandardInput ([IO.FileInfo]$file) -PassThru -- sh", ("file", file));

        Assert.Equal(["from the script", "last"], result.Output.SkipLast(1).Select(line => line.BaseObject));
        Assert.Equal("5", result.Output[^1].Properties["ExitCode"].Value.ToString());
        Assert.Equal(["RemoteStandardError"], result.ErrorIds);
        Assert.Equal("wrong", result.Errors[0].ToString());
        JsonObject container = ContainerOf(Assert.Single(Cluster.Patches));
        Assert.True((bool)container["stdin"]! && (bool)container["stdinOnce"]!);
        Assert.Null(container["tty"]);
    }

    [Theory]
    [InlineData("'grüße'", "grüße\n")]
    [InlineData("'one', 'two'", "one\ntwo\n")]
    [InlineData("\"one`ntwo`n\"", "one\ntwo\n")]
    [InlineData("([byte[]](0x61, 0x0a))", "a\n")]
    [InlineData("1.5", "1.5\n")]
    public async Task StandardInput_takes_text_lines_and_bytes(string input, string expected)
    {
        string pod = $"input-{Guid.NewGuid():n}";
        await Cluster.RunPodAsync(pod);
        RunResult result = Succeed($"New-EphemeralContainer {pod} -Interactive -StandardInput {input} -- cat");

        Assert.Equal(expected, string.Concat(result.As<string>().Select(line => line + "\n")));
    }

    [Fact]
    public async Task Bytes_are_exact()
    {
        await Cluster.RunPodAsync("bytes");
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value), 0x0d, 0x0a, 0xff];
        RunResult result = Succeed("New-EphemeralContainer bytes -Interactive -StandardInput $bytes -AsByteStream -- cat", ("bytes", bytes));

        Assert.Equal(bytes, result.As<byte>());
    }

    [Fact]
    public async Task OutFile_takes_the_bytes_as_they_are()
    {
        await Cluster.RunPodAsync("file");
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(value => (byte)(value * 7))];
        string file = Path.Combine(Cluster.Folder, "out.bin");
        RunResult result = Succeed("New-EphemeralContainer file -Interactive -StandardInput $bytes -OutFile $file -PassThru -- cat", ("bytes", bytes), ("file", file));

        Assert.Equal(["Terminated"], result.Values("State"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file, Cancel));
    }

    [Fact]
    public async Task An_OutFile_that_cannot_be_written_is_an_error_of_its_own()
    {
        await Cluster.RunPodAsync("nofile");

        Assert.Equal(["OutFileUnwritable"], Run("New-EphemeralContainer nofile -Interactive -OutFile /no/such/folder/out -- echo hi").ErrorIds);
    }

    [Fact]
    public async Task Two_pods_are_refused_before_anything_is_created()
    {
        await Cluster.RunPodAsync("two-a");
        await Cluster.RunPodAsync("two-b");
        RunResult result = Run("Get-Pod two-* | New-EphemeralContainer -Image busybox -Interactive -- sh");

        Assert.Equal(["OnePodOnly"], result.ErrorIds);
        Assert.Contains("two-a, two-b", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Empty(Cluster.Patches);
    }

    [Theory]
    [InlineData("-Interactive -Stdin -Tty -- sh", "TerminalRequired")]
    [InlineData("-Interactive -NoWait", "InteractiveExcludes")]
    [InlineData("-Interactive -DryRun", "InteractiveExcludes")]
    [InlineData("-StandardInput x", "InteractiveRequired")]
    [InlineData("-PassThru", "InteractiveRequired")]
    [InlineData("-Interactive -DetachKeys foo", "InvalidDetachKeys")]
    public void What_cannot_be_is_refused_before_anything_is_sent(string parameters, string errorId)
    {
        RunResult result = Run($"New-EphemeralContainer web-0 {parameters}");

        Assert.Equal([errorId], result.ErrorIds);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Fact]
    public async Task WhatIf_sends_nothing()
    {
        await Cluster.RunPodAsync("whatif");
        Succeed("New-EphemeralContainer whatif -Interactive -WhatIf -- sh");

        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public async Task A_file_of_input_that_is_not_there_is_an_error()
    {
        await Cluster.RunPodAsync("nofile2");

        Assert.Equal(["InputFileUnreadable"], Run("New-EphemeralContainer nofile2 -Interactive -StandardInput ([IO.FileInfo]'/no/such/file') -- sh").ErrorIds);
    }

    [Fact]
    public async Task A_container_that_cannot_start_is_the_error_that_it_always_is()
    {
        await Cluster.RunPodAsync("cannot");

        Assert.Equal(["CommandNotFound"], Run("New-EphemeralContainer cannot -Interactive -- nosuch").ErrorIds);
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_no_exit_code()
    {
        await Cluster.RunPodAsync("lost");
        Cluster.StreamFault = _ => new StreamFault { CutAfterBytes = 4 };
        RunResult result = Run("New-EphemeralContainer lost -Name probe -Interactive -StandardInput 'echo one; echo two; sleep 600' -PassThru -- sh");

        Assert.Contains("SessionLost", result.ErrorIds);
        Assert.Contains("Enter-EphemeralContainer lost probe -Namespace default", result.Errors[^1].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Null(result.Output[^1].Properties["ExitCode"].Value);
    }

    [Fact]
    public async Task A_pod_that_is_deleted_underneath_is_an_end_of_its_own()
    {
        await Cluster.RunPodAsync("deleted");
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer deleted -Interactive -StandardInput 'echo up; sleep 600' -- sh");
        await pipeline.OutputReachesAsync(1, Cancel);
        Cluster.Store.Remove(ResourceType.Pods, "default", "deleted");
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(["SessionPodDeleted"], result.ErrorIds);
    }

    [Fact]
    public async Task A_process_that_is_killed_is_an_error_and_has_its_code()
    {
        await Cluster.RunPodAsync("killed");
        RunResult result = Run("New-EphemeralContainer killed -NoTarget -Interactive -PassThru -- sh -c 'kill -9 $$; exit 137'");

        Assert.Equal(["ContainerKilled"], result.ErrorIds);
        Assert.Equal("137", result.Output[^1].Properties["ExitCode"].Value.ToString());
    }

    [Fact]
    public async Task Ctrl_C_ends_it()
    {
        await Cluster.RunPodAsync("stopped");
        using RunningPipeline pipeline = Engine.Start("New-EphemeralContainer stopped -Interactive -StandardInput 'echo up; sleep 600' -- sh");
        await pipeline.OutputReachesAsync(1, Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, result.State);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task Who_may_not_attach_hears_it_with_the_container_added()
    {
        await Cluster.RunPodAsync("noattach");
        Engine.UseKubeConfig(Cluster.KubeConfigOf("patcher"));
        RunResult result = Run("New-EphemeralContainer noattach -Interactive -- echo hi");

        Assert.Equal(["Forbidden"], result.ErrorIds);
        Assert.Contains("pods/attach", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }
}
