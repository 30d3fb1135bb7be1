using System.Management.Automation;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Debugging a node without a terminal: what is created, what comes back, and that nothing stays.</summary>
public sealed class EnterNodeDebugTests : ClusterTests, IClassFixture<TestCluster>, IDisposable
{
    public EnterNodeDebugTests(TestCluster cluster) : base(cluster) => cluster.StreamFault = null;

    private IReadOnlyList<JsonObject> NodePods => [.. Cluster.Store.List(ResourceType.Pods, null).Items.Where(pod => pod.Name().StartsWith("node-debugger-", StringComparison.Ordinal))];

    private IEnumerable<JsonObject> Sent => Cluster.Sandbox.Requests.Where(IsCreate).Select(request => JsonNode.Parse(request.Body)!.AsObject());

    private static string Row(PSObject pod, params string[] properties) => string.Join(' ', properties.Select(property => pod.Properties[property].Value));

    private static bool IsCreate(SandboxRequest request) => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal);

    private static bool IsDelete(SandboxRequest request) => request.Method == "DELETE" && request.Path.Contains("/pods/", StringComparison.Ordinal);

    // Each test begins without the pods that another wanted to stay.
    void IDisposable.Dispose()
    {
        foreach (JsonObject pod in NodePods) Cluster.Store.Remove(ResourceType.Pods, pod.Namespace(), pod.Name());
        Dispose();
    }

    [Fact]
    public void A_command_gives_its_output_as_lines_and_its_exit_code_and_leaves_no_pod()
    {
        RunResult result = Succeed("Enter-NodeDebug node-1 -PassThru -- sh -c 'echo one; echo; printf rest; exit 3'");

        Assert.Equal(["one", "", "rest"], result.Output.SkipLast(1).Select(line => line.BaseObject));
        Assert.Equal("3 node-1 node/node-1 General debugger", Row(result.Output[^1], "ExitCode", "Node", "Source", "Profile", "Container"));
        Assert.Empty(result.Warnings);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void The_pod_is_that_of_kubectl_with_a_deadline_limits_and_marks()
    {
        Succeed("Enter-NodeDebug node-1 -- true");
        JsonObject pod = Assert.Single(Sent);
        JsonNode spec = pod["spec"]!;

        Assert.Matches("^node-debugger-node-1-[b-z2-9]{5}$", pod.Name());
        Assert.Equal("EphemeralDebug", (string?)pod["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]);
        Assert.Equal("node/node-1", (string?)pod["metadata"]!["annotations"]!["ephemeraldebug/source"]);
        Assert.Equal(("node-1", "Never", 28800), ((string?)spec["nodeName"], (string?)spec["restartPolicy"], (long?)spec["activeDeadlineSeconds"]));
        Assert.True((bool)spec["hostNetwork"]! && (bool)spec["hostPID"]! && (bool)spec["hostIPC"]!);
        SameJson("""{ "requests": { "cpu": "100m", "memory": "256Mi" }, "limits": { "cpu": "100m", "memory": "256Mi" } }""", spec["containers"]![0]!["resources"]);
        Assert.Null(spec["containers"]![0]!["stdin"]);
        Assert.Null(spec["containers"]![0]!["tty"]);
    }

    [Fact]
    public void Every_option_reaches_the_pod()
    {
        Succeed("""
            Enter-NodeDebug node-1 -DryRun -Image alpine:3 -ImagePullPolicy IfNotPresent -ImagePullSecret pull -Env @{ LEVEL = 'debug' } -Profile Sysadmin -ReadOnlyHost `
                -Cpu 1 -Memory '' -ExpireAfter 90m -ArgumentsOnly -CustomProfile @{ securityContext = @{ runAsUser = 7 } } -- one two
            """);
        JsonNode spec = Assert.Single(Sent)["spec"]!;

        Assert.Equal(5400, (long?)spec["activeDeadlineSeconds"]);
        Assert.Equal("pull", (string?)spec["imagePullSecrets"]![0]!["name"]);
        SameJson("""
            {
              "name": "debugger", "image": "alpine:3", "imagePullPolicy": "IfNotPresent", "terminationMessagePolicy": "File", "args": ["one", "two"],
              "env": [ { "name": "LEVEL", "value": "debug" } ], "stdin": true, "tty": true,
              "resources": { "requests": { "cpu": "1" }, "limits": { "cpu": "1" } },
              "securityContext": { "privileged": true, "runAsUser": 7 },
              "volumeMounts": [ { "name": "host-root", "mountPath": "/host", "readOnly": true } ]
            }
            """, spec["containers"]![0]);
    }

    [Fact]
    public void HostShell_enters_the_namespaces_of_the_node()
    {
        Succeed("Enter-NodeDebug node-1 -HostShell -DryRun -ExpireAfter 0 -- uname -a");
        JsonNode spec = Assert.Single(Sent)["spec"]!;

        Assert.Equal("nsenter -t 1 -m -u -i -n -p -- uname -a", string.Join(' ', spec["containers"]![0]!["command"]!.AsArray().Select(word => (string?)word)));
        Assert.True((bool)spec["containers"]![0]!["securityContext"]!["privileged"]!);
        Assert.Null(spec["volumes"]);
        Assert.Null(spec["activeDeadlineSeconds"]);
    }

    [Theory]
    [InlineData("-HostShell -- sh -c 'hostname; systemctl is-active kubelet'", "node-1", "active")]
    [InlineData("-Profile Sysadmin -- chroot /host sh -c 'cat /etc/hostname; systemctl is-active kubelet'", "node-1", "active")]
    [InlineData("-- cat /host/etc/hostname", "node-1")]
    [InlineData("-ReadOnlyHost -- sh -c 'cat /host/etc/hostname; touch /host/var/x 2>/dev/null || echo refused'", "node-1", "refused")]
    [InlineData("-Profile Restricted -CustomProfile @{ securityContext = @{ runAsUser = 1000 } } -- sh -c 'id -u; ls -d /host 2>/dev/null || echo nothing'", "1000", "nothing")]
    public void The_node_is_there_as_the_profile_says(string parameters, params string[] output) =>
        Assert.Equal(output, Succeed($"Enter-NodeDebug node-1 {parameters}").As<string>());

    [Fact]
    public async Task The_server_ends_a_pod_at_its_deadline_and_a_session_with_it()
    {
        string name = Row(Assert.Single(Succeed("Enter-NodeDebug node-1 -NoEnter -ExpireAfter 1s").Output), "Name");
        Assert.Equal("DeadlineExceeded", (string?)(await Cluster.UntilPodAsync(name, pod => (string?)pod["status"]?["phase"] == "Failed"))["status"]!["reason"]);

        string code = Row(Run("Enter-NodeDebug node-1 -ExpireAfter 1s -PassThru -- sh -c 'sleep 600'").Output[^1], "ExitCode");
        Assert.InRange(int.Parse(code, System.Globalization.CultureInfo.InvariantCulture), 128, 255);
        Assert.Equal([name], NodePods.Select(pod => pod.Name()));
    }

    [Fact]
    public void A_script_is_the_input_of_a_shell()
    {
        RunResult result = Run("Enter-NodeDebug node-1 -StandardInput 'echo from the script', 'echo wrong >&2', 'exit 5' -PassThru");

        Assert.Equal("from the script", result.Output[0].BaseObject);
        Assert.Equal(["RemoteStandardError: wrong"], result.Errors.Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]}: {error}"));
        Assert.Equal("5", Row(result.Output[1], "ExitCode"));
        JsonNode container = Assert.Single(Sent)["spec"]!["containers"]![0]!;
        Assert.True((bool)container["stdin"]! && (bool)container["stdinOnce"]!);
        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task Bytes_come_exact_in_a_file_or_the_pipeline()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value), 0x0d, 0x0a, 0xff];
        string file = Path.Combine(Cluster.Folder, "node.bin");
        Succeed("Enter-NodeDebug node-1 -StandardInput $bytes -OutFile $file -- cat", ("bytes", bytes), ("file", file));

        Assert.Equal(bytes, await File.ReadAllBytesAsync(file, Cancel));
        Assert.Equal(bytes, Succeed("Enter-NodeDebug node-1 -StandardInput $bytes -AsByteStream -- cat", ("bytes", bytes)).As<byte>());
    }

    [Theory]
    [InlineData("'node-1' | Enter-NodeDebug -DryRun")]
    [InlineData("Get-Node node-1 | Enter-NodeDebug -DryRun")]
    [InlineData("Get-Node node-1 | Enter-NodeDebug -DryRun -- sleep 600")]
    [InlineData("Enter-NodeDebug -Name node/node-1 -DryRun")]
    [InlineData("Enter-NodeDebug -NodeName node-1 -DryRun")]
    [InlineData("Enter-NodeDebug (Get-Node node-1) -DryRun")]
    [InlineData("[pscustomobject]@{ NodeName = 'node-1' } | Enter-NodeDebug -DryRun")]
    [InlineData("[pscustomobject]@{ Node = 'node-1'; Name = 'web-0' } | Enter-NodeDebug -DryRun")]
    [InlineData("'{ \"kind\": \"Node\", \"metadata\": { \"name\": \"node-1\" } }' | ConvertFrom-Json | Enter-NodeDebug -DryRun")]
    [InlineData("'{ \"kind\": \"List\", \"metadata\": {}, \"items\": [ { \"kind\": \"Node\", \"metadata\": { \"name\": \"node-1\" } } ] }' | ConvertFrom-Json | Enter-NodeDebug -DryRun")]
    public void A_node_is_named_in_every_way(string script)
    {
        Assert.Equal("node/node-1 DryRun", Row(Assert.Single(Succeed(script).Output), "Source", "Status"));
        Assert.Equal("node-1", (string?)Assert.Single(Sent)["spec"]!["nodeName"]);
        Assert.Equal(script.Contains("sleep", StringComparison.Ordinal) ? ["sleep", "600"] : [], Sent.Single()["spec"]!["containers"]![0]!["command"]?.AsArray().Select(word => (string)word!) ?? []);
        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task A_pod_stands_for_the_node_that_it_is_on_and_not_for_its_namespace()
    {
        Cluster.AddNamespace("other");
        await Cluster.RunPodAsync("on-node", "other");

        Assert.Equal("node/node-1 default", Row(Assert.Single(Succeed("Get-Pod on-node -Namespace other | Enter-NodeDebug -DryRun").Output), "Source", "Namespace"));
    }

    [Theory]
    [InlineData("Enter-NodeDebug node-1", "TerminalRequired")]
    [InlineData("Enter-NodeDebug -NoEnter", "NodeRequired")]
    [InlineData("'node-1' | Enter-NodeDebug -Node node-2 -NoEnter", "NodeGivenTwice")]
    [InlineData("Enter-NodeDebug node-1 -NoEnter -PassThru", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -DryRun -OutFile x", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -TemporaryNamespace -NoEnter", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -TemporaryNamespace -KeepPod -- true", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -TemporaryNamespace -Namespace x -- true", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -HostShell -Profile General -- true", "HostShellNeedsSysadmin")]
    [InlineData("Enter-NodeDebug node-1 -HostShell -ReadOnlyHost -- true", "ParametersExclude")]
    [InlineData("Enter-NodeDebug node-1 -ReadOnlyHost -Profile Baseline -- true", "ReadOnlyHostWithoutMount")]
    [InlineData("Enter-NodeDebug node-1 -Cpu lots -- true", "InvalidQuantity")]
    [InlineData("Enter-NodeDebug node-1 -ExpireAfter 0.5 -- true", "InvalidDeadline")]
    [InlineData("Enter-NodeDebug node-1 -Image Busy! -- true", "InvalidImageReference")]
    [InlineData("Enter-NodeDebug node-1 -Namespace ../x -- true", "InvalidNamespaceName")]
    [InlineData("Enter-NodeDebug node-1 -DetachKeys foo -- true", "InvalidDetachKeys")]
    [InlineData("Enter-NodeDebug ../pods/x -- true", "InvalidObjectName")]
    [InlineData("@{ kind = 'Pod'; metadata = @{ name = 'x' } } | Enter-NodeDebug -NoEnter", "ParameterArgumentTransformationError")]
    public void What_cannot_be_is_refused_before_anything_is_sent(string script, string errorId)
    {
        RunResult result = Run(script);

        Assert.Equal([errorId], result.ErrorIds);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Fact]
    public void Without_a_terminal_the_form_that_works_is_told() =>
        Assert.Contains("Enter-NodeDebug NODE -HostShell -- uname -a", Run("Enter-NodeDebug node-1").Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);

    [Fact]
    public void A_node_that_is_not_there_gets_no_pod()
    {
        RunResult result = Run("Enter-NodeDebug nowhere, node-1 -- echo hi");

        Assert.Equal(["NodeNotFound"], result.ErrorIds);
        Assert.Equal(["hi"], result.As<string>());
        Assert.Single(Sent);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void WhatIf_sends_nothing_and_DryRun_stores_nothing()
    {
        RunResult result = Succeed("Enter-NodeDebug node-1 -WhatIf -HostShell -- true");
        Assert.Contains("Create a privileged pod on the node itself", result.Text, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);

        Assert.Equal(["DryRun"], Succeed("Enter-NodeDebug node-1 -DryRun").Values("Status"));
        Assert.Contains("dryRun=All", Assert.Single(Cluster.Sandbox.Requests, IsCreate).Query, StringComparison.Ordinal);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, IsDelete);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void NoEnter_gives_a_pod_that_stays_and_can_be_entered()
    {
        Assert.Equal("Running node-1 debugger", Row(Assert.Single(Succeed("$made = Enter-NodeDebug node-1 -NoEnter; $made").Output), "Status", "Node", "Container"));
        Assert.Equal([TimeSpan.FromHours(8)], Succeed("$made.Expires - $made.Created").As<TimeSpan>());
        Assert.Equal(["here"], Succeed("$made | Enter-EphemeralContainer -Shell sh -StandardInput 'echo here'").As<string>());
        JsonNode container = Assert.Single(NodePods)["spec"]!["containers"]![0]!;
        Assert.True((bool)container["stdin"]! && (bool)container["tty"]!);
    }

    [Fact]
    public async Task NoEnter_waits_for_many_nodes_at_once()
    {
        Cluster.Store.Create(ResourceType.Nodes, TestCluster.Node("many-1"));
        Cluster.Store.Create(ResourceType.Nodes, TestCluster.Node("many-2"));
        using KubeletHold hold = Cluster.Hold("*", expected: 2);
        using RunningPipeline pipeline = Engine.Start("Get-Node many-* | Enter-NodeDebug -NoEnter -TimeoutSec 0 -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        hold.Dispose();
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Empty(result.Errors);
        Assert.Equal(["many-1", "many-2"], result.Values("Node").Order());
        Assert.Equal(2, NodePods.Count);
    }

    [Fact]
    public void A_command_runs_on_several_nodes_one_after_the_other_and_each_pod_goes_before_the_next_comes()
    {
        Cluster.Store.Create(ResourceType.Nodes, TestCluster.Node("turn-1"));
        Cluster.Store.Create(ResourceType.Nodes, TestCluster.Node("turn-2"));
        RunResult result = Succeed("Get-Node turn-* | Enter-NodeDebug -- echo hi");

        Assert.Equal(["hi", "hi"], result.As<string>());
        Assert.Equal(["POST", "DELETE", "POST", "DELETE"], Cluster.Sandbox.Requests.Where(request => IsCreate(request) || IsDelete(request)).Select(request => request.Method));
        Assert.Empty(NodePods);
    }

    [Theory]
    [InlineData("-Image no-such-image -- true", "ImageNotFound")]
    [InlineData("-Image no-such-image -NoEnter", "ImageNotFound")]
    [InlineData("-Image no-such-image -KeepPod -- true", "ImageNotFound")]
    [InlineData("-- nosuch", "CommandNotFound")]
    public void A_pod_that_cannot_start_is_an_error_with_its_cause_and_goes(string parameters, string errorId)
    {
        RunResult result = Run($"Enter-NodeDebug node-1 {parameters}");

        Assert.Equal([errorId], result.ErrorIds);
        Assert.DoesNotContain("stays", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("Remove-DebugArtifact", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(Sent);
        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task A_node_that_is_full_is_told_with_what_it_would_take_and_the_pod_goes()
    {
        using KubeletHold hold = Cluster.Hold("*");
        using RunningPipeline pipeline = Engine.Start("Enter-NodeDebug node-1 -TimeoutSec 0 -- sleep 600");
        await hold.Reached.WaitAsync(Cancel);
        Cluster.Store.Update(ResourceType.Pods, "default", Assert.Single(NodePods).Name(), pod => pod["status"] = new JsonObject { ["phase"] = "Failed", ["reason"] = "OutOfcpu", ["message"] = "Node didn't have enough resource: cpu" });
        RunResult result = await pipeline.EndAsync(Cancel);

        Assert.Equal(["PodNotAdmitted"], result.ErrorIds);
        Assert.Contains("enough resource: cpu", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("-Cpu '' -Memory ''. The pod is deleted.", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void A_name_that_is_taken_is_drawn_anew()
    {
        Cluster.Sandbox.Faults.Respond(IsCreate, 409, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"x\" already exists","reason":"AlreadyExists","details":{"name":"x","kind":"pods"},"code":409}""", "application/json", times: 1);

        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -- echo hi").As<string>());
        Assert.Equal(2, Sent.Select(pod => pod.Name()).Distinct().Count());
    }

    [Fact]
    public void A_pod_that_does_not_start_in_time_goes()
    {
        using KubeletHold hold = Cluster.Hold("*");
        RunResult result = Run("Enter-NodeDebug node-1 -NoEnter -TimeoutSec 1");

        Assert.Contains(Assert.Single(result.ErrorIds), new[] { "ContainerStartTimedOut", "ContainerNotReported" });
        Assert.Contains("The pod is deleted.", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void KeepPod_leaves_it_until_its_deadline()
    {
        RunResult result = Succeed("Enter-NodeDebug node-1 -KeepPod -PassThru -Verbose -- true");

        Assert.Equal($"{Assert.Single(NodePods).Name()} 0", Row(Assert.Single(result.Output), "Name", "ExitCode"));
        Assert.Contains(result.Verbose, line => line.Contains("The pod stays", StringComparison.Ordinal) && line.Contains("Remove-DebugArtifact node-debugger-node-1-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Enter-NodeDebug node-1 -TimeoutSec 0 -- sleep 600")]
    [InlineData("Enter-NodeDebug node-1 -TimeoutSec 0 -NoEnter")]
    [InlineData("Enter-NodeDebug node-1 -TimeoutSec 0 -TemporaryNamespace -- sleep 600")]
    public async Task Ctrl_C_while_the_pod_starts_deletes_it(string script)
    {
        using KubeletHold hold = Cluster.Hold("*");
        using RunningPipeline pipeline = Engine.Start(script);
        await hold.Reached.WaitAsync(Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.Empty(result.Text);
        Assert.Empty(NodePods);
        Assert.Empty(TemporaryNamespaces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-TemporaryNamespace")]
    public async Task Ctrl_C_in_the_session_deletes_the_pod(string parameter)
    {
        using RunningPipeline pipeline = Engine.Start($"Enter-NodeDebug node-1 {parameter} -- sh -c 'echo up; sleep 600'");
        await pipeline.OutputReachesAsync(1, Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        Assert.Empty(NodePods);
        Assert.Empty(TemporaryNamespaces);
    }

    [Fact]
    public void Who_takes_only_the_beginning_leaves_no_pod()
    {
        Assert.Equal(["1"], Succeed("Enter-NodeDebug node-1 -- sh -c 'seq 1 5; sleep 600' | Select-Object -First 1").As<string>());
        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task Ctrl_C_before_the_server_has_answered_deletes_what_it_made_all_the_same()
    {
        using SandboxFault fault = Cluster.Sandbox.Faults.Delay(IsCreate);
        using RunningPipeline pipeline = Engine.Start("Enter-NodeDebug node-1 -- sleep 600");
        await fault.Hit.WaitAsync(Cancel);
        Task<RunResult> stopping = pipeline.StopAsync(Cancel);
        fault.Release();
        RunResult result = await stopping;

        Assert.Empty(result.Text);
        Assert.Equal(201, Assert.Single(Cluster.Sandbox.Requests, IsCreate).Status);
        Assert.Empty(NodePods);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_not_waited_for_without_end_and_what_may_be_left_is_told()
    {
        using SandboxFault fault = Cluster.Sandbox.Faults.Delay(IsCreate);
        using RunningPipeline pipeline = Engine.Start("Enter-NodeDebug node-1 -- sleep 600");
        SandboxRequest request = await fault.Hit.WaitAsync(Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Equal(PSInvocationState.Stopped, result.State);
        string name = JsonNode.Parse(request.Body)!.AsObject().Name();
        Assert.Contains($"The pod 'default/{name}' could not be deleted: The server did not answer within 10 s.", result.Text.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(await request.Ended.WaitAsync(Cancel));
        Assert.Empty(NodePods);
    }

    [Fact]
    public void An_answer_that_is_lost_loses_no_pod()
    {
        Cluster.Sandbox.Faults.CutBody(IsCreate, afterBytes: 40);

        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -- echo hi").As<string>());
        Assert.Single(Sent);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void A_pod_of_which_nobody_knows_whether_it_was_made_is_deleted_by_its_name()
    {
        Cluster.Sandbox.Faults.CutBody(IsCreate, afterBytes: 40);
        Cluster.Sandbox.Faults.Respond(request => request.Method == "GET" && request.Path.Contains("/pods/", StringComparison.Ordinal), 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"Forbidden","code":403}""", "application/json");
        RunResult result = Run("Enter-NodeDebug node-1 -- echo hi");

        Assert.Equal(["ResponseTruncated"], result.ErrorIds);
        Assert.Equal(200, Assert.Single(Cluster.Sandbox.Requests, IsDelete).Status);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void A_request_that_never_arrived_leaves_nothing_to_say_but_that()
    {
        Cluster.Sandbox.Faults.Cut(IsCreate, times: int.MaxValue);
        RunResult result = Run("Enter-NodeDebug node-1 -- echo hi");

        Assert.Equal(["ConnectionLost"], result.ErrorIds);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void A_connection_that_is_cut_is_told_and_the_pod_goes()
    {
        Cluster.StreamFault = _ => new StreamFault { CutAfterBytes = 4 };
        RunResult result = Run("Enter-NodeDebug node-1 -PassThru -StandardInput 'echo one; echo two; sleep 600' -- sh");

        Assert.Contains("SessionLost", result.ErrorIds);
        Assert.Equal("Begin again: its pod is deleted.", result.Errors[^1].ErrorDetails.RecommendedAction);
        Assert.Equal("", Row(result.Output[^1], "ExitCode"));
        Assert.Empty(NodePods);
    }

    [Fact]
    public void A_process_that_is_killed_is_an_error_and_the_pod_goes()
    {
        RunResult result = Run("Enter-NodeDebug node-1 -PassThru -- sh -c 'exit 137'");

        Assert.Equal(["ContainerKilled"], result.ErrorIds);
        Assert.Equal("137", Row(result.Output[^1], "ExitCode"));
        Assert.DoesNotContain("Get-EphemeralContainerLog", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void An_output_file_that_cannot_be_written_leaves_no_pod()
    {
        Assert.Equal(["OutFileUnwritable"], Run("Enter-NodeDebug node-1 -OutFile /no/such/folder/out -- echo hi").ErrorIds);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void What_cannot_be_deleted_is_told_with_the_line_that_removes_it()
    {
        Cluster.Sandbox.Faults.Respond(IsDelete, 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not today","reason":"Forbidden","code":403}""", "application/json");
        RunResult result = Run("Enter-NodeDebug node-1 -- echo hi");
        string name = Assert.Single(NodePods).Name();

        Assert.Equal(["hi"], result.As<string>());
        Assert.Equal(["LeftBehind"], result.ErrorIds);
        Assert.Contains("not today", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("The server ends it at", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal($"Remove it: Remove-DebugArtifact {name} -Namespace default", result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Fact]
    public async Task What_cannot_be_deleted_is_told_also_after_Ctrl_C()
    {
        Cluster.Sandbox.Faults.Respond(IsDelete, 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not today","reason":"Forbidden","code":403}""", "application/json");
        using RunningPipeline pipeline = Engine.Start("Enter-NodeDebug node-1 -- sh -c 'echo up; sleep 600'");
        await pipeline.OutputReachesAsync(1, Cancel);
        RunResult result = await pipeline.StopAsync(Cancel);

        Assert.Contains($"Remove it: Remove-DebugArtifact {Assert.Single(NodePods).Name()} -Namespace default", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_that_is_gone_already_is_no_failure()
    {
        Cluster.Sandbox.Faults.Respond(IsDelete, 404, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"x\" not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}""", "application/json");

        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -- echo hi").As<string>());
    }

    [Fact]
    public void A_node_that_may_not_be_read_is_taken_for_one_of_Linux()
    {
        Cluster.Sandbox.Grant(RoleBinding.ForUser("developer", "node-debugger", "default", new PolicyRule(["create", "delete"], ["pods"]), new PolicyRule(["get", "create"], ["pods/attach"])));
        Engine.UseKubeConfig(Cluster.KubeConfigOf("developer"));
        RunResult result = Succeed("Enter-NodeDebug node-1 -Verbose -- echo hi");

        Assert.Equal(["hi"], result.As<string>());
        Assert.Contains(result.Verbose, line => line.Contains("may not be read, so it is taken for one of Linux", StringComparison.Ordinal));
        Assert.Null(Assert.Single(Sent)["metadata"]!["annotations"]!["ephemeraldebug/source-uid"]);
        Assert.Empty(NodePods);
    }

    [Fact]
    public void Who_may_not_create_pods_hears_which_rule_is_missing()
    {
        Engine.UseKubeConfig(Cluster.KubeConfigOf("debugger"));
        RunResult result = Run("Enter-NodeDebug node-1 -- echo hi");

        Assert.Equal(["Forbidden"], result.ErrorIds);
        Assert.Contains("""resources: ["pods"], verbs: ["create"]""", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, IsDelete);
    }

    [Fact]
    public void A_node_in_trouble_is_told_of()
    {
        JsonObject node = TestCluster.Node("ill");
        node["status"]!["conditions"]![0]!["status"] = "Unknown";
        node["status"]!["conditions"]![0]!["reason"] = "NodeStatus\u001b[31mUnknown";
        Cluster.Store.Create(ResourceType.Nodes, node);

        Assert.Contains("The node 'ill' is not ready (NodeStatusUnknown)", Assert.Single(Succeed("Enter-NodeDebug ill -DryRun").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_of_Windows_gets_a_process_of_the_host_and_a_profile_of_Linux_is_refused()
    {
        JsonObject node = TestCluster.Node("win");
        node["metadata"]!["labels"]!["kubernetes.io/os"] = "windows";
        Cluster.Store.Create(ResourceType.Nodes, node);

        Assert.Equal(["ProfileNotForWindows"], Run("Enter-NodeDebug win -Profile Netadmin -TemporaryNamespace -- hostname").ErrorIds);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Method == "POST");

        Assert.Equal(["Sysadmin"], Succeed("Enter-NodeDebug win -DryRun").Values("Profile"));
        JsonNode spec = Assert.Single(Sent)["spec"]!;
        Assert.Equal(["powershell.exe", "-NoLogo"], spec["containers"]![0]!["command"]!.AsArray().Select(word => (string?)word));
        SameJson("""{ "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } }""", spec["securityContext"]);
        Assert.Equal(("windows", true), ((string?)spec["os"]!["name"], (bool)spec["hostNetwork"]!));
        Assert.Equal(["win"], Succeed("Enter-NodeDebug win -- hostname").As<string>());
    }

    [Fact]
    public void A_namespace_that_refuses_is_known_with_its_level_and_with_one_that_would_do()
    {
        Cluster.AddNamespace("strict", ("pod-security.kubernetes.io/enforce", "baseline"));
        Cluster.AddNamespace("node-work", ("pod-security.kubernetes.io/enforce", "privileged"));
        RunResult result = Run("Enter-NodeDebug node-1 -Namespace strict -- echo hi");

        Assert.Equal(["NamespaceRefusesNodePods"], result.ErrorIds);
        Assert.Contains("'strict' has the Pod Security level 'baseline', which refuses the pod of a node with the profile General. Nothing was created.", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("host namespaces", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Matches("^Use a namespace that would do: -Namespace node-work, or .*-TemporaryNamespace$", result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.DoesNotContain("strict", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(NodePods);
        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -Namespace strict -Profile Baseline -- echo hi").As<string>());
    }

    [Fact]
    public void Who_may_not_list_namespaces_hears_the_level_all_the_same()
    {
        Cluster.AddNamespace("closed", ("pod-security.kubernetes.io/enforce", "restricted"));
        Cluster.Sandbox.Grant(RoleBinding.ForUser("developer", "closed-debugger", "closed", new PolicyRule(["create"], ["pods"])));
        Engine.UseKubeConfig(Cluster.KubeConfigOf("developer"));
        RunResult result = Run("Enter-NodeDebug node-1 -Namespace closed -- echo hi");

        Assert.Contains("'closed' has the Pod Security level 'restricted'", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Use a namespace that admits it: -Namespace NAME", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temporary_namespace_admits_the_pod_says_what_it_is_and_goes_with_it()
    {
        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -TemporaryNamespace -ExpireAfter 1h -- echo hi").As<string>());

        JsonObject ns = JsonNode.Parse(Assert.Single(Cluster.Sandbox.Requests, IsNamespaceCreate).Body)!.AsObject();
        Assert.Matches("^node-debug-[b-z2-9]{5}$", ns.Name());
        Assert.All(["enforce", "audit", "warn"], mode => Assert.Equal("privileged", (string?)ns["metadata"]!["labels"]![$"pod-security.kubernetes.io/{mode}"]));
        Assert.Equal("EphemeralDebug", (string?)ns["metadata"]!["labels"]!["app.kubernetes.io/managed-by"]);
        Assert.Equal("node/node-1", (string?)ns["metadata"]!["annotations"]!["ephemeraldebug/source"]);
        DateTimeOffset expires = DateTimeOffset.Parse((string)ns["metadata"]!["annotations"]!["ephemeraldebug/expires"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
        Assert.Equal($"/api/v1/namespaces/{ns.Name()}/pods", Assert.Single(Cluster.Sandbox.Requests, IsCreate).Path);
        Assert.Empty(NodePods);
        Assert.Empty(TemporaryNamespaces);
    }

    [Fact]
    public void A_temporary_namespace_goes_also_where_the_pod_is_refused()
    {
        Cluster.Sandbox.Faults.Respond(IsCreate, 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"x\" is forbidden: exceeded quota: all","reason":"Forbidden","code":403}""", "application/json");

        Assert.Equal(["QuotaExceeded"], Run("Enter-NodeDebug node-1 -TemporaryNamespace -- echo hi").ErrorIds);
        Assert.Empty(TemporaryNamespaces);
    }

    [Fact]
    public void The_service_account_of_a_new_namespace_is_waited_for()
    {
        Cluster.Sandbox.Faults.Respond(IsCreate, 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"x\" is forbidden: error looking up service account x/default: serviceaccount \"default\" not found","reason":"Forbidden","code":403}""", "application/json", times: 2);

        Assert.Equal(["hi"], Succeed("Enter-NodeDebug node-1 -TemporaryNamespace -- echo hi").As<string>());
        Assert.Equal(3, Sent.Count());
        Assert.Empty(TemporaryNamespaces);
    }

    [Fact]
    public void A_namespace_whose_creation_was_refused_is_not_looked_for()
    {
        Engine.UseKubeConfig(Cluster.KubeConfigOf("debugger"));

        Assert.Equal(["Forbidden"], Run("Enter-NodeDebug node-1 -TemporaryNamespace -- echo hi").ErrorIds);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Method == "DELETE");
    }

    [Fact]
    public void A_temporary_namespace_that_cannot_be_deleted_is_told_with_the_line_that_removes_it()
    {
        using SandboxFault fault = Cluster.Sandbox.Faults.Respond(request => request.Method == "DELETE" && request.Path.StartsWith("/api/v1/namespaces/node-debug-", StringComparison.Ordinal) && !IsDelete(request), 403,
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not today","reason":"Forbidden","code":403}""", "application/json");
        RunResult result = Run("Enter-NodeDebug node-1 -TemporaryNamespace -- echo hi");
        string name = Assert.Single(TemporaryNamespaces);
        Cluster.Store.Remove(ResourceType.Namespaces, null, name);

        Assert.Equal(["NamespaceLeftBehind"], result.ErrorIds);
        Assert.Contains($"kubectl delete namespace {name}", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(NodePods);
    }

    // The server takes its time to empty a namespace that is deleted.
    private IReadOnlyList<string> TemporaryNamespaces => [.. Cluster.Store.List(ResourceType.Namespaces, null).Items
        .Where(ns => ns.Name().StartsWith("node-debug-", StringComparison.Ordinal) && ns["metadata"]!["deletionTimestamp"] is null).Select(ns => ns.Name())];

    private static bool IsNamespaceCreate(SandboxRequest request) => request.Method == "POST" && request.Path == "/api/v1/namespaces";
}
