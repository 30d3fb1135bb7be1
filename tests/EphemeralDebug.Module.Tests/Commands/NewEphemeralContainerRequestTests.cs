using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>What each parameter does to the request that the server receives. With -DryRun, so that every test finds the pod as it was.</summary>
public sealed class NewEphemeralContainerRequestTests : ClusterTests, IClassFixture<StaticCluster>
{
    public NewEphemeralContainerRequestTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Pods, "default", "web") is not null) return;
        Cluster.StorePod("web", shape: pod =>
        {
            pod["spec"]!["volumes"] = new JsonArray(new JsonObject { ["name"] = "data", ["emptyDir"] = new JsonObject() }, new JsonObject { ["name"] = "config", ["emptyDir"] = new JsonObject() });
            JsonObject app = pod["spec"]!["containers"]![0]!.AsObject();
            app["env"] = new JsonArray(
                new JsonObject { ["name"] = "LEVEL", ["value"] = "info" },
                new JsonObject { ["name"] = "LIMIT", ["valueFrom"] = new JsonObject { ["resourceFieldRef"] = new JsonObject { ["resource"] = "limits.cpu" } } });
            app["envFrom"] = new JsonArray(new JsonObject { ["configMapRef"] = new JsonObject { ["name"] = "settings" } });
            app["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "data", ["mountPath"] = "/data" },
                new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/app.conf", ["subPath"] = "app.conf" });
            pod["spec"]!["containers"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "side", ["image"] = "nginx" });
            TestCluster.Runs(pod);
        });
        Cluster.StorePod("annotated", shape: pod =>
        {
            pod["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/default-container"] = "side" };
            pod["spec"]!["containers"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "side", ["image"] = "nginx" });
            TestCluster.Runs(pod);
        });
    }

    /// <summary>The container that New-EphemeralContainer with these parameters asks for.</summary>
    private JsonObject Container(string parameters, params (string Name, object? Value)[] variables)
    {
        Succeed($"New-EphemeralContainer -Pod web -DryRun {parameters}", variables);
        return ContainerOf(Assert.Single(Cluster.Patches));
    }

    [Fact]
    public void The_request_is_a_strategic_merge_patch_of_the_subresource()
    {
        Succeed("New-EphemeralContainer web -DryRun -Name probe");
        SandboxRequest patch = Assert.Single(Cluster.Patches);

        Assert.Equal("/api/v1/namespaces/default/pods/web/ephemeralcontainers", patch.Path);
        Assert.StartsWith("application/strategic-merge-patch+json", patch.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("fieldManager=EphemeralDebug", patch.Query, StringComparison.Ordinal);
        SameJson("""
            { "spec": { "ephemeralContainers": [ {
                "name": "probe", "image": "busybox", "terminationMessagePolicy": "File", "targetContainerName": "app",
                "securityContext": { "capabilities": { "add": ["SYS_PTRACE"] } } } ] } }
            """, JsonNode.Parse(patch.Body));
    }

    [Fact]
    public void A_dry_run_lets_the_server_judge_and_stores_nothing()
    {
        RunResult result = Succeed("New-EphemeralContainer web -DryRun -Name probe");

        Assert.Contains("dryRun=All", Assert.Single(Cluster.Patches).Query, StringComparison.Ordinal);
        Assert.Empty(Cluster.EphemeralContainers("web"));
        Assert.Equal(["probe"], result.Values("Name"));
        Assert.Equal(["DryRun"], result.Values("Reason"));
    }

    [Fact]
    public void What_a_dry_run_refuses_is_an_error()
    {
        RunResult result = Run("New-EphemeralContainer web -DryRun -Target nobody");
        Assert.Equal(["TargetNotFound"], result.ErrorIds);
    }

    [Theory]
    [InlineData("New-EphemeralContainer web -WhatIf")]
    [InlineData("New-EphemeralContainer web, annotated -WhatIf -Image alpine -- sh")]
    public void WhatIf_sends_nothing_at_all(string script)
    {
        RunResult result = Succeed(script);

        Assert.Empty(Cluster.Sandbox.Requests);
        Assert.Empty(result.Output);
        Assert.Contains("What if:", result.Text, StringComparison.Ordinal);
        Assert.Contains("pod/web", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_of_piped_pods_sends_only_the_list()
    {
        RunResult result = Succeed("Get-Pod | New-EphemeralContainer -WhatIf");

        Assert.Equal("GET", Assert.Single(Cluster.Sandbox.Requests).Method);
        Assert.Contains("pod/default/web", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Yes", 1)]
    [InlineData("No", 0)]
    public void Confirm_asks(string answer, int patches)
    {
        Engine.UI.Choices.Enqueue(answer);
        Succeed("New-EphemeralContainer web -DryRun -Confirm");

        Assert.Single(Engine.UI.Asked);
        Assert.Equal(patches, Cluster.Patches.Count);
    }

    [Fact]
    public void It_adds_without_a_question()
    {
        Succeed("New-EphemeralContainer web -DryRun");
        Assert.Empty(Engine.UI.Asked);
    }

    [Theory]
    [InlineData("New-EphemeralContainer web -DryRun -- echo a,b")]
    [InlineData("New-EphemeralContainer web -DryRun -- echo a,b c")]
    public void A_word_with_a_comma_outside_quotes_is_a_list_to_PowerShell_and_refused(string script)
    {
        RunResult result = Run(script);
        Assert.StartsWith("CannotConvertArgument", Assert.Single(result.ErrorIds), StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("", "image", "\"busybox\"")]
    [InlineData("-Image alpine:3.22", "image", "\"alpine:3.22\"")]
    [InlineData("-Name probe", "name", "\"probe\"")]
    [InlineData("-c probe", "name", "\"probe\"")]
    [InlineData("", "targetContainerName", "\"app\"")]
    [InlineData("-Target side", "targetContainerName", "\"side\"")]
    [InlineData("-NoTarget", "targetContainerName", null)]
    [InlineData("", "command", null)]
    [InlineData("-- sleep 600", "command", """["sleep","600"]""")]
    [InlineData("sleep 600", "command", """["sleep","600"]""")]
    [InlineData("-Command sleep, 600", "command", """["sleep","600"]""")]
    [InlineData("-Command sh, -c, 'ps aux'", "command", """["sh","-c","ps aux"]""")]
    [InlineData("-- sh -c 'echo $HOME; ps'", "command", """["sh","-c","echo $HOME; ps"]""")]
    [InlineData("-- ls -la --color=auto -n -Image x", "command", """["ls","-la","--color=auto","-n","-Image","x"]""")]
    [InlineData("-- chmod 0755 007 0x10 1e3 1kb 1.50", "command", """["chmod","0755","007","0x10","1e3","1kb","1.50"]""")]
    [InlineData("-- echo 'a,b'", "command", """["echo","a,b"]""")]
    [InlineData("-- echo '' \"a b\"", "command", """["echo","","a b"]""")]
    [InlineData("-ArgumentsOnly -- -v 3", "command", null)]
    [InlineData("-ArgumentsOnly -- -v 3", "args", """["-v","3"]""")]
    [InlineData("-ImagePullPolicy Never", "imagePullPolicy", "\"Never\"")]
    [InlineData("-ImagePullPolicy ifnotpresent", "imagePullPolicy", "\"IfNotPresent\"")]
    [InlineData("", "imagePullPolicy", null)]
    [InlineData("-Stdin", "stdin", "true")]
    [InlineData("-i", "stdin", "true")]
    [InlineData("-i -StdinOnce", "stdinOnce", "true")]
    [InlineData("-i -t", "tty", "true")]
    [InlineData("-Stdin -Tty", "tty", "true")]
    [InlineData("", "stdin", null)]
    [InlineData("-WorkingDirectory /tmp", "workingDir", "\"/tmp\"")]
    [InlineData("-Env @{ A = 1 }", "env", """[{"name":"A","value":"1"}]""")]
    [InlineData("-Env @{ EMPTY = $null }", "env", """[{"name":"EMPTY"}]""")]
    [InlineData("-Env ([ordered]@{ Z = 'one'; A = '$(Z)-two'; M = $true })", "env", """[{"name":"Z","value":"one"},{"name":"A","value":"$(Z)-two"},{"name":"M","value":"True"}]""")]
    [InlineData("-RunAsUser 1234", "securityContext.runAsUser", "1234")]
    [InlineData("-RunAsGroup 4321", "securityContext.runAsGroup", "4321")]
    [InlineData("-RunAsUser 0", "securityContext.runAsUser", "0")]
    public void A_parameter_sets_its_field(string parameters, string field, string? expected)
    {
        JsonNode? value = Container(parameters);
        foreach (string step in field.Split('.')) value = value?[step];
        if (expected is null) Assert.Null(value);
        else SameJson(expected, value);
    }

    [Theory]
    [InlineData("General", """{"capabilities":{"add":["SYS_PTRACE"]}}""")]
    [InlineData("Baseline", null)]
    [InlineData("Restricted", """{"runAsNonRoot":true,"capabilities":{"drop":["ALL"]},"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}}""")]
    [InlineData("Netadmin", """{"capabilities":{"add":["NET_ADMIN","NET_RAW"]}}""")]
    [InlineData("Sysadmin", """{"privileged":true}""")]
    [InlineData("Legacy", null)]
    [InlineData("restricted", """{"runAsNonRoot":true,"capabilities":{"drop":["ALL"]},"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}}""")]
    public void A_profile_sets_the_security_context(string profile, string? expected)
    {
        JsonNode? security = Container($"-Profile {profile}")["securityContext"];
        if (expected is null) Assert.Null(security);
        else SameJson(expected, security);
        Assert.Equal([profile], Succeed($"New-EphemeralContainer web -DryRun -Profile {profile}").Values("Profile"), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_profile_Legacy_warns() =>
        Assert.Contains("Legacy is deprecated", Assert.Single(Succeed("New-EphemeralContainer web -DryRun -Profile Legacy").Warnings), StringComparison.Ordinal);

    [Fact]
    public void The_name_is_drawn()
    {
        string name = (string)Container("")["name"]!;
        Assert.Matches("^debugger-[a-z0-9]{5}$", name);
        Assert.NotEqual([name], Succeed("New-EphemeralContainer web -DryRun").Values("Name"));
    }

    [Fact]
    public void The_default_target_is_what_the_annotation_says()
    {
        RunResult result = Succeed("New-EphemeralContainer annotated -DryRun");
        Assert.Equal("side", (string?)ContainerOf(Assert.Single(Cluster.Patches))["targetContainerName"]);
        Assert.Equal(["side"], result.Values("Target"));
    }

    [Theory]
    [InlineData("Get-Pod web | New-EphemeralContainer -DryRun -- sleep 600", """["sleep","600"]""")]
    [InlineData("Get-Pod web | New-EphemeralContainer -DryRun sleep 600", """["sleep","600"]""")]
    [InlineData("Get-Pod web | New-EphemeralContainer -DryRun -- /bin/ls -la", """["/bin/ls","-la"]""")]
    [InlineData("Get-Pod web | New-EphemeralContainer -DryRun -Image alpine -- sh -c 'echo $HOSTNAME'", """["sh","-c","echo $HOSTNAME"]""")]
    [InlineData("Get-Pod web | New-EphemeralContainer -DryRun -Command sleep, 600", """["sleep","600"]""")]
    [InlineData("'web' | New-EphemeralContainer -DryRun -- pod/x", """["pod/x"]""")]
    [InlineData("'web' | New-EphemeralContainer -DryRun -- ls", """["ls"]""")]
    [InlineData("'web' | New-EphemeralContainer -DryRun -- -h", """["-h"]""")]
    [InlineData("'web' | New-EphemeralContainer -DryRun -- head -c 007", """["head","-c","007"]""")]
    [InlineData("'web' | New-EphemeralContainer -DryRun", null)]
    public void What_follows_the_dashes_is_the_command_also_behind_a_pipeline(string script, string? expected)
    {
        Succeed(script);
        JsonNode? command = ContainerOf(Assert.Single(Cluster.Patches))["command"];
        if (expected is null) Assert.Null(command);
        else SameJson(expected, command);
    }

    public static TheoryData<string> Documents => new(
        "@{ securityContext = @{ runAsUser = 1234 } }",
        "([pscustomobject]@{ securityContext = [pscustomobject]@{ runAsUser = 1234 } })",
        "'{\"securityContext\":{\"runAsUser\":1234}}'",
        "('{\"securityContext\":{\"runAsUser\":1234}}' | ConvertFrom-Json)",
        "\"securityContext:`n  runAsUser: 1234`n\"",
        "'securityContext: { runAsUser: 1234 }'",
        "$json",
        "$yaml",
        "profile.yaml",
        "([System.IO.FileInfo]$json)");

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_custom_profile_may_be_a_hashtable_text_or_a_file(string document) => SameJson(
        """{"capabilities":{"add":["SYS_PTRACE"]},"runAsUser":1234}""",
        Container($"-CustomProfile {document}", Files())["securityContext"]);

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_specification_may_be_a_hashtable_text_or_a_file(string document)
    {
        JsonObject container = Container($"-Spec {document}", Files());
        SameJson("""{"runAsUser":1234}""", container["securityContext"]);
        Assert.Equal("busybox", (string?)container["image"]);
    }

    private (string, object?)[] Files()
    {
        string yaml = Cluster.Write("profile.yaml", "# comment\nsecurityContext:\n  runAsUser: 1234\n");
        Succeed("$null = $ExecutionContext.SessionState.Path.SetLocation($folder)", ("folder", Cluster.Folder));
        return [("yaml", yaml), ("json", Cluster.Write("profile.json", """{"securityContext":{"runAsUser":1234}}"""))];
    }

    [Fact]
    public void A_specification_keeps_what_the_parameters_do_not_set()
    {
        JsonObject container = Container("""
            -Image alpine -Spec @{ name = 'probe'; image = 'nginx'; command = 'a', 'b'; stdin = $true; env = @(@{ name = 'A'; value = '1' }) } -Env @{ B = '2' }
            """);

        Assert.Equal("probe", (string?)container["name"]);
        Assert.Equal("alpine", (string?)container["image"]);
        SameJson("""["a","b"]""", container["command"]);
        SameJson("true", container["stdin"]);
        SameJson("""[{"name":"A","value":"1"},{"name":"B","value":"2"}]""", container["env"]);
    }

    [Fact]
    public void A_specification_may_be_the_patch_that_holds_it() =>
        Assert.Equal("alpine", (string?)Container("-Spec '{\"spec\":{\"ephemeralContainers\":[{\"name\":\"x\",\"image\":\"alpine\"}]}}'")["image"]);

    [Fact]
    public void The_environment_of_the_target_is_copied()
    {
        JsonObject container = Container("-CopyEnv -Env @{ LEVEL = 'debug' }");

        SameJson("""[{"name":"LEVEL","value":"debug"},{"name":"LIMIT","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","containerName":"app"}}}]""", container["env"]);
        SameJson("""[{"configMapRef":{"name":"settings"}}]""", container["envFrom"]);
    }

    [Fact]
    public void The_volume_mounts_of_the_target_are_copied_and_what_is_left_out_is_said()
    {
        RunResult result = Succeed("New-EphemeralContainer web -DryRun -CopyVolumeMounts");

        SameJson("""[{"name":"data","mountPath":"/data"}]""", ContainerOf(Assert.Single(Cluster.Patches))["volumeMounts"]);
        Assert.Contains("/etc/app.conf", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("default/web", result.Warnings[0], StringComparison.Ordinal);
        string leftOut = Assert.Single((string[])result.Output[0].Properties["LeftOut"].Value);
        Assert.Contains("subPath", leftOut, StringComparison.Ordinal);
    }

    [Fact]
    public void The_object_says_what_was_asked_for()
    {
        RunResult result = Succeed("New-EphemeralContainer web -DryRun -Name probe -Image alpine -i -t -- sh -c ls");

        Assert.Equal(["EphemeralDebug.EphemeralContainer"], result.Output.Select(item => item.BaseObject.GetType().FullName));
        Assert.Equal(["web"], result.Values("Pod"));
        Assert.Equal(["default"], result.Values("Namespace"));
        Assert.Equal(["sandbox"], result.Values("Context"));
        Assert.Equal([Cluster.KubeConfig], result.Values("KubeConfig"));
        Assert.Equal(["alpine"], result.Values("Image"));
        Assert.Equal(["app"], result.Values("Target"));
        Assert.Equal(["General"], result.Values("Profile"));
        Assert.Equal(["True"], result.Values("Tty"));
        Assert.Equal(["sh", "-c", "ls"], (string[])result.Output[0].Properties["Command"].Value);
    }

    [Theory]
    [InlineData("-Namespace")]
    [InlineData("-n")]
    public void The_namespace_is_that_of_the_parameter(string parameter)
    {
        Cluster.AddNamespace("elsewhere");
        if (Cluster.Store.Get(ResourceType.Pods, "elsewhere", "web") is null) Cluster.StorePod("web", "elsewhere", TestCluster.Runs);
        Assert.Equal(["elsewhere"], Succeed($"New-EphemeralContainer web -DryRun {parameter} elsewhere").Values("Namespace"));
    }

    [Fact]
    public void Who_adds_a_second_one_names_the_first_as_it_is()
    {
        Cluster.StorePod("twice");
        Succeed("New-EphemeralContainer twice -NoWait -Name one; New-EphemeralContainer twice -NoWait -Name two");

        Assert.Equal(["one", "two"], Cluster.EphemeralContainers("twice").Select(container => (string?)container["name"]));
        SameJson("""[{"name":"one"},{"name":"two"}]""", JsonNode.Parse(Cluster.Patches[^1].Body)!["spec"]!["$setElementOrder/ephemeralContainers"]);
    }
}
