using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Sessions without a terminal: what goes in comes from the pipeline or a file, what comes out goes to the pipeline or a file.</summary>
public sealed class EnterEphemeralContainerTests : ClusterTests, IClassFixture<TestCluster>
{
    public EnterEphemeralContainerTests(TestCluster cluster) : base(cluster)
    {
    }

    [Fact]
    public async Task The_pipeline_is_stdin_where_pod_and_container_are_given()
    {
        await Cluster.RunPodAsync("db-0");
        Succeed("New-EphemeralContainer db-0 -Name probe -Stdin -StdinOnce -- cat");
        RunResult result = Succeed("'select 1', 'grüße' | Enter-EphemeralContainer -Pod db-0 -Name probe");

        Assert.Equal(["select 1", "grüße"], result.As<string>());
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task By_position_too()
    {
        await Cluster.RunPodAsync("db-1");
        Succeed("New-EphemeralContainer db-1 -Name probe -Stdin -StdinOnce -- cat");

        Assert.Equal(["select 1"], Succeed("'select 1' | Enter-EphemeralContainer db-1 probe").As<string>());
    }

    [Fact]
    public async Task Output_comes_while_input_still_comes()
    {
        await Cluster.RunPodAsync("live");
        Succeed("New-EphemeralContainer live -Name probe -Stdin -StdinOnce -- cat");
        // The input goes on until something has come back.
        IReadOnlyList<string> lines = Succeed("& { 'first'; while ($seen.Count -eq 0) { 'more' }; 'last' } | Enter-EphemeralContainer live probe | ForEach-Object { $seen.Add($_); $_ }", ("seen", new List<object>())).As<string>();

        Assert.Equal(("first", "last"), (lines[0], lines[^1]));
        Assert.All(lines.Skip(1).SkipLast(1), line => Assert.Equal("more", line));
    }

    [Fact]
    public async Task Everything_that_is_piped_arrives_in_order()
    {
        await Cluster.RunPodAsync("order");
        Succeed("New-EphemeralContainer order -Name probe -Stdin -StdinOnce -- cat; New-EphemeralContainer order -Name bytes -Stdin -StdinOnce -- cat");
        string file = Cluster.Write("order.txt", "of a file\n");

        Assert.Equal(
            [.. Enumerable.Range(1, 3000).Select(number => $"{number}"), "", "of a file", "end"],
            Succeed("& { 1..3000; ''; [IO.FileInfo]::new($file); 'end' } | Enter-EphemeralContainer order probe", ("file", file)).As<string>());
        Assert.Equal(
            Enumerable.Range(0, 256 * 3).Select(number => (byte)number),
            Succeed("& { 1..3 | ForEach-Object { [byte[]](0..255) } } | Enter-EphemeralContainer order bytes -AsByteStream").As<byte>());
    }

    [Fact]
    public async Task Ctrl_C_ends_a_pipeline_whose_input_nobody_takes_yet()
    {
        await Cluster.RunPodAsync("stuck");
        using KubeletHold hold = Cluster.Hold("stuck");
        Succeed("New-EphemeralContainer stuck -Name probe -Stdin -StdinOnce -NoWait -- cat");
        using ManualResetEventSlim full = new();
        // The container does not run, so that the input stays where it is, and the pipeline waits.
        using RunningPipeline pipeline = Engine.Start("& { $i = 0; while ($true) { if (++$i -eq 257) { $full.Set() }; 'x' } } | Enter-EphemeralContainer stuck probe", ("full", full));
        await Task.Run(() => full.Wait(Cancel), Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, result.State);
        Assert.Empty(result.Errors);
        Assert.InRange(pipeline.StopTime, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Input_waits_for_its_reader()
    {
        System.Reflection.Assembly module = Assert.Single(Run("(Get-Command Enter-EphemeralContainer).ImplementingType.Assembly").As<System.Reflection.Assembly>());
        Type type = module.GetType("EphemeralDebug.Pipeline.PipedInput", throwOnError: true)!;
        await using Stream input = (Stream)Activator.CreateInstance(type, nonPublic: true)!;
        Func<object, Task> add = type.GetMethod("AddAsync", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.CreateDelegate<Func<object, Task>>(input);
        for (int i = 0; i < 256; i++) Assert.True(add("x").IsCompletedSuccessfully);
        Task waits = add("y");
        Assert.False(waits.IsCompleted);
        Assert.Equal(2 * 256, await input.ReadAsync(new byte[2 * 256], Cancel)); // each a line
        await waits.WaitAsync(Cancel);
        Task next = waits;
        while (next.IsCompleted) next = add("z");
        await input.DisposeAsync();
        await next.WaitAsync(Cancel);
        Assert.True(add("dropped").IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_error_before_it_in_the_pipeline_ends_the_session()
    {
        await Cluster.RunPodAsync("upstream");
        Succeed("New-EphemeralContainer upstream -Name probe -Stdin -StdinOnce -- cat");
        RunResult result = Run("& { 'one'; while ($seen.Count -eq 0) { 'more' }; throw 'broken' } | Enter-EphemeralContainer upstream probe | ForEach-Object { $seen.Add($_) }", ("seen", new List<object>()));

        Assert.Contains("broken", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        // The process hears that its input is over, and ends.
        Succeed("Wait-EphemeralContainer upstream probe -For Terminated");
    }

    [Fact]
    public async Task What_is_piped_to_a_process_that_has_ended_goes_nowhere()
    {
        await Cluster.RunPodAsync("early");
        Succeed("New-EphemeralContainer early -Name probe -Stdin -StdinOnce -- sh -c 'read x; echo got $x; exit 3'");
        RunResult result = Succeed("1..5000 | Enter-EphemeralContainer early probe -PassThru");

        Assert.Equal("got 1", result.Output[0].BaseObject);
        Assert.Equal("3", result.Output[1].Properties["ExitCode"].Value.ToString());
    }

    [Fact]
    public async Task A_file_that_is_gone_is_an_error_and_ends_the_session()
    {
        await Cluster.RunPodAsync("gone");
        Succeed("New-EphemeralContainer gone -Name probe -Stdin -StdinOnce -- cat");
        Assert.Equal(["InputFileUnreadable"], Run("$item | Enter-EphemeralContainer gone probe", ("item", new FileInfo(Path.Combine(Cluster.Folder, "gone.txt")))).ErrorIds);
    }

    [Fact]
    public async Task Piped_containers_are_entered_and_the_exit_code_is_on_what_PassThru_gives()
    {
        await Cluster.RunPodAsync("sample-app-1");
        Succeed("New-EphemeralContainer sample-app-1 -Name probe -Stdin -StdinOnce -- sh");
        RunResult result = Succeed("Get-Pod sample-app* | Get-EphemeralContainer -State Running | Enter-EphemeralContainer -StandardInput 'echo one', 'exit 7' -PassThru");

        Assert.Equal("one", result.Output[0].BaseObject);
        Assert.Equal(("Terminated", "7"), (result.Output[1].Properties["State"].Value.ToString(), result.Output[1].Properties["ExitCode"].Value.ToString()));
    }

    [Fact]
    public async Task Shell_starts_a_process_of_its_own_and_keeps_out_of_the_log()
    {
        await Cluster.RunPodAsync("shell");
        Succeed("New-EphemeralContainer shell -Name probe -- sleep 600");
        RunResult result = Succeed("'echo secret; echo oops >&2; exit 3' | Enter-EphemeralContainer shell probe -Shell sh -PassThru 2>$null");

        Assert.Equal("secret", result.Output[0].BaseObject);
        Assert.Equal("3", result.Output[1].Properties["ExitCode"].Value.ToString());
        Assert.Empty(Succeed("Get-EphemeralContainerLog shell probe").Output);
    }

    [Fact]
    public async Task A_shell_without_input_and_without_a_terminal_is_refused_with_the_form_that_works()
    {
        await Cluster.RunPodAsync("noterm");
        RunResult result = Run("Enter-EphemeralContainer noterm -Shell sh");

        Assert.Equal(["TerminalRequired"], result.ErrorIds);
        Assert.Contains("-Shell sh", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Fact]
    public async Task A_command_that_the_image_does_not_have_is_an_error_of_its_own()
    {
        await Cluster.RunPodAsync("nocommand");
        Succeed("New-EphemeralContainer nocommand -Name probe -- sleep 600");

        Assert.Equal(["CommandNotFound"], Run("'x' | Enter-EphemeralContainer nocommand probe -Shell fish").ErrorIds);
    }

    [Fact]
    public async Task A_container_that_has_ended_gives_its_log_its_exit_code_and_how_to_make_a_new_one()
    {
        await Cluster.RunPodAsync("ended");
        Succeed("New-EphemeralContainer ended -Name probe -- sh -c 'echo last words; exit 4' | Wait-EphemeralContainer -For Terminated");
        RunResult result = Succeed("Enter-EphemeralContainer ended probe -PassThru");

        Assert.Equal("last words", result.Output[0].BaseObject);
        Assert.Equal("4", result.Output[1].Properties["ExitCode"].Value.ToString());
        string warning = Assert.Single(result.Warnings);
        Assert.Contains("exit code 4", warning, StringComparison.Ordinal);
        Assert.Contains("New-EphemeralContainer ended -Namespace default", warning, StringComparison.Ordinal);
        Assert.Equal(["ContainerHasEnded"], Run("'x' | Enter-EphemeralContainer ended probe").ErrorIds);
    }

    [Fact]
    public async Task A_container_that_waits_is_waited_for()
    {
        await Cluster.RunPodAsync("waits");
        using KubeletHold hold = Cluster.Hold("waits");
        Succeed("New-EphemeralContainer waits -Name probe -NoWait -- sh -c 'echo up; exit 2'");
        await hold.Reached.WaitAsync(Cancel);
        using RunningPipeline pipeline = Engine.Start("Enter-EphemeralContainer waits probe -PassThru");
        await pipeline.UntilAsync(pipeline.Streams.Progress, record => record.StatusDescription.StartsWith("waits:", StringComparison.Ordinal), Cancel);
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Empty(result.Errors);
        Assert.Equal("up", result.Output[0].BaseObject);
        Assert.Equal("2", result.Output[1].Properties["ExitCode"].Value.ToString());
    }

    [Fact]
    public async Task A_pod_with_several_running_containers_asks_which()
    {
        await Cluster.RunPodAsync("several");
        Succeed("'one', 'two' | ForEach-Object { New-EphemeralContainer several -Name $_ -- sh -c \"echo I am $_; sleep 600\" }");
        Engine.UI.Choices.Enqueue("2 default/several/two");
        using RunningPipeline pipeline = Engine.Start("Enter-EphemeralContainer several");
        await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/attach", StringComparison.Ordinal), Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(["1 default/several/one", "2 default/several/two"], Assert.Single(Engine.UI.Asked).Labels);
        Assert.Contains(Cluster.Sandbox.Requests, request => request.Path.EndsWith("/attach", StringComparison.Ordinal) && request.Query.Contains("container=two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_nobody_answers_the_several_are_listed()
    {
        await Cluster.RunPodAsync("unasked");
        Succeed("'one', 'two' | ForEach-Object { New-EphemeralContainer unasked -Name $_ -- sleep 600 }");
        RunResult result = Run("Enter-EphemeralContainer unasked");

        Assert.Equal(["SeveralContainers"], result.ErrorIds);
        Assert.Contains("default/unasked/one, default/unasked/two", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_stdinOnce_the_input_is_served_with_a_warning()
    {
        await Cluster.RunPodAsync("notonce");
        Succeed("New-EphemeralContainer notonce -Name probe -Stdin -- cat");
        RunResult result = Succeed("'one', 'two' | Enter-EphemeralContainer notonce probe");

        Assert.Equal(["one", "two"], result.As<string>());
        Assert.Contains("without -StdinOnce", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(["Running"], Succeed("Get-EphemeralContainer notonce").Values("State"));
    }

    [Fact]
    public async Task A_container_without_stdin_takes_no_input()
    {
        await Cluster.RunPodAsync("nostdin");
        Succeed("New-EphemeralContainer nostdin -Name probe -- sleep 600");

        Assert.Equal(["NoStandardInput"], Run("'x' | Enter-EphemeralContainer nostdin probe").ErrorIds);
        Assert.Equal(["NoStandardInput"], Run("1..5000 | Enter-EphemeralContainer nostdin probe").ErrorIds);
    }

    [Fact]
    public async Task Who_may_not_attach_hears_which_right_is_missing()
    {
        await Cluster.RunPodAsync("forbidden");
        Succeed("New-EphemeralContainer forbidden -Name probe -- sleep 600");
        Engine.UseKubeConfig(Cluster.KubeConfigOf("developer"));
        RunResult result = Run("Enter-EphemeralContainer forbidden probe");

        Assert.Equal(["Forbidden"], result.ErrorIds);
        Assert.Contains("pods/attach", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_silent_session_and_closes_its_connection()
    {
        await Cluster.RunPodAsync("silent");
        Succeed("New-EphemeralContainer silent -Name probe -- sleep 600");
        using RunningPipeline pipeline = Engine.Start("Enter-EphemeralContainer silent probe");
        await Cluster.Sandbox.RequestAsync(request => request.Path.EndsWith("/attach", StringComparison.Ordinal), Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, result.State);
        Assert.Empty(result.Errors);
    }
}
