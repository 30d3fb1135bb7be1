using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Removing what debugging left: which requests are sent, which questions asked, and what is refused.</summary>
public sealed class RemoveDebugArtifactTests(StaticCluster cluster) : ClusterTests(cluster), IClassFixture<StaticCluster>
{
    private readonly string _ns = "ns-" + Guid.NewGuid().ToString("n")[..8];

    private SandboxRequest[] Changes => [.. Cluster.Sandbox.Requests.Where(request => request.Method != "GET")];

    private string[] Sent => [.. Changes.Select(request => $"{request.Method} {request.Path.Replace($"/namespaces/{_ns}/", "/", StringComparison.Ordinal)}")];

    private void AddNamespace() => Cluster.AddNamespace(_ns);

    private JsonObject NodePod(string name = "node-debugger-node-1-x5k2p", string manager = "kubectl-debug", Action<JsonObject>? shape = null) => Cluster.StorePod(name, _ns, pod =>
    {
        pod["metadata"]!["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = manager };
        pod["metadata"]!["annotations"] = new JsonObject { ["ephemeraldebug/source"] = "node/node-1" };
        shape?.Invoke(pod);
    });

    private JsonObject Debugged(string name, string? owner, params string[] containers) => Cluster.StorePod(name, _ns, pod =>
    {
        if (owner?.Split('/') is [var kind, var named])
        {
            pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = kind, ["name"] = named, ["uid"] = "o-1", ["controller"] = true });
        }

        pod["spec"]!["ephemeralContainers"] = new JsonArray([.. containers.Select(container => new JsonObject { ["name"] = container, ["image"] = "busybox" })]);
    });

    private void Workload(ResourceType type, string name, string? owner = null) => Cluster.Store.Create(type, new JsonObject
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = type.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = _ns,
            ["uid"] = Guid.NewGuid().ToString(),
            ["ownerReferences"] = owner is null ? null : new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = owner, ["uid"] = "d-1", ["controller"] = true }),
        },
        ["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject() } },
    });

    // Without a kubelet a pod that was deleted is gone, or stays on its way out.
    private bool IsLeaving(string pod) => Cluster.Store.Get(ResourceType.Pods, _ns, pod) is not { } stored || stored["metadata"]!["deletionTimestamp"] is not null;

    private string Get => $"Get-DebugArtifact -n {_ns}";

    [Fact]
    public void Pods_of_tools_are_deleted_by_one_request_each_with_their_uid()
    {
        AddNamespace();
        JsonObject first = NodePod();
        NodePod("node-debugger-node-1-zzzzz");
        RunResult result = Succeed($"{Get} | Remove-DebugArtifact -Confirm:$false -Verbose");

        Assert.Empty(result.Output);
        Assert.Equal(["DELETE /api/v1/pods/node-debugger-node-1-x5k2p", "DELETE /api/v1/pods/node-debugger-node-1-zzzzz"], Sent.Order(StringComparer.Ordinal));
        Assert.Contains(Changes, request => request.Body.Contains((string)first["metadata"]!["uid"]!, StringComparison.Ordinal));
        Assert.Equal(3, Cluster.Sandbox.Requests.Count);
        Assert.Contains($"pod/{_ns}/node-debugger-node-1-x5k2p: deleted.", result.Verbose);
        Assert.True(IsLeaving("node-debugger-node-1-zzzzz"));
    }

    [Fact]
    public void PassThru_gives_what_was_removed()
    {
        AddNamespace();
        NodePod();
        Assert.Equal(["node-debugger-node-1-x5k2p"], Succeed($"{Get} | Remove-DebugArtifact -Confirm:$false -PassThru").Values("Pod"));
    }

    [Theory]
    [InlineData("$a | Remove-DebugArtifact -WhatIf", 1)]
    [InlineData("$a | Remove-DebugArtifact -Evict -Force -WhatIf", 2)]
    [InlineData("$a | Remove-DebugArtifact -RestartWorkload -WhatIf", 2)]
    [InlineData("Remove-DebugArtifact web-0 -Evict -WhatIf", 1)]
    [InlineData("$a | Where-Object Kind -eq NodePod | Remove-DebugArtifact -ExpireAfter 1h -WhatIf", 1)]
    public void WhatIf_sends_nothing_at_all(string script, int lines)
    {
        AddNamespace();
        NodePod();
        Debugged("web-0", "StatefulSet/web", "a", "b");
        RunResult found = Succeed(Get);
        Cluster.Sandbox.ClearRequests();
        RunResult result = Run(script, ("a", found.Output));

        Assert.Empty(Cluster.Sandbox.Requests);
        Assert.Equal(lines, result.Text.Split("What if:").Length - 1);
    }

    [Fact]
    public void What_others_made_is_asked_about_and_what_this_module_made_is_not()
    {
        AddNamespace();
        NodePod("ours", "EphemeralDebug");
        Succeed($"{Get} | Remove-DebugArtifact");
        Assert.Empty(Engine.UI.Asked);
        Assert.Equal(["DELETE /api/v1/pods/ours"], Sent);

        NodePod("theirs-1");
        NodePod("theirs-2");
        Engine.UI.Choices.Enqueue("No");
        Engine.UI.Choices.Enqueue("Yes");
        Succeed($"{Get} | Where-Object Tool -eq kubectl | Remove-DebugArtifact");
        Assert.Equal(2, Engine.UI.Asked.Count);
        Assert.Contains($"pod/{_ns}/theirs-1", Engine.UI.Asked[0].Message, StringComparison.Ordinal);
        Assert.Equal(["DELETE /api/v1/pods/ours", "DELETE /api/v1/pods/theirs-2"], Sent);
    }

    [Fact]
    public void An_eviction_is_asked_about_once_a_pod()
    {
        AddNamespace();
        Debugged("web-0", "StatefulSet/web", "a", "b", "c");
        Engine.UI.Choices.Enqueue("Yes");
        Succeed($"{Get} | Remove-DebugArtifact -Evict");
        Assert.Single(Engine.UI.Asked);
        Assert.Equal(["POST /api/v1/pods/web-0/eviction"], Sent);
        Assert.True(IsLeaving("web-0"));
    }

    [Fact]
    public void Where_nobody_can_be_asked_nothing_is_done()
    {
        AddNamespace();
        NodePod();
        RunResult result = Run($"{Get} | Remove-DebugArtifact");
        Assert.Equal(["ConfirmationRequired"], result.ErrorIds);
        Assert.Empty(Sent);
    }

    [Fact]
    public void An_ephemeral_container_says_both_ways_out()
    {
        AddNamespace();
        Debugged("web-0", "StatefulSet/web", "probe");
        NodePod();
        RunResult result = Run($"{Get} | Remove-DebugArtifact -Confirm:$false");

        Assert.Equal(["EphemeralContainerStays"], result.ErrorIds);
        Assert.Equal($"{_ns}/web-0/probe", result.Errors[0].TargetObject.ToString());
        string advice = result.Errors[0].ErrorDetails.RecommendedAction;
        foreach (string way in new[] { "-Evict", "-RestartWorkload", "Stop-EphemeralContainer web-0 probe" }) Assert.Contains(way, advice, StringComparison.Ordinal);
        Assert.Equal(["DELETE /api/v1/pods/node-debugger-node-1-x5k2p"], Sent);
    }

    [Fact]
    public void A_disruption_budget_that_refuses_is_told_and_stops_no_other()
    {
        AddNamespace();
        Debugged("web-0", "StatefulSet/web", "a", "b");
        Debugged("web-1", "StatefulSet/web", "a");
        Cluster.Sandbox.Faults.RefuseEviction(request => request.Path.Contains("/web-0/", StringComparison.Ordinal));
        RunResult result = Run($"{Get} | Remove-DebugArtifact -Evict -Confirm:$false -PassThru");

        Assert.Equal(["DisruptionBudget"], result.ErrorIds);
        Assert.Contains("disruption budget", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(["web-1"], result.Values("Pod"));
        Assert.False(IsLeaving("web-0"));
    }

    [Theory]
    [InlineData(null, "nothing would make it again")]
    [InlineData("Job/report", "count it as failed")]
    [InlineData("Rollout/web", "not known")]
    public void A_pod_that_would_not_come_back_needs_Force(string? owner, string why)
    {
        AddNamespace();
        Debugged("web-0", owner, "probe");
        RunResult refused = Run($"{Get} | Remove-DebugArtifact -Evict -Confirm:$false");
        Assert.Equal(["EvictionNeedsForce"], refused.ErrorIds);
        Assert.Contains(why, refused.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Empty(Sent);

        Succeed($"{Get} | Remove-DebugArtifact -Evict -Force -Confirm:$false");
        Assert.Equal(["POST /api/v1/pods/web-0/eviction"], Sent);
    }

    [Fact]
    public void The_Deployment_behind_the_pods_is_restarted_once()
    {
        AddNamespace();
        Workload(ResourceType.Deployments, "web");
        Workload(ResourceType.ReplicaSets, "web-6f9d", owner: "web");
        for (int i = 0; i < 3; i++) Debugged($"web-6f9d-{i}", "ReplicaSet/web-6f9d", "a", "b");
        Engine.UI.Choices.Enqueue("Yes");
        RunResult result = Succeed($"{Get} | Remove-DebugArtifact -RestartWorkload -Verbose");

        Assert.Contains("ReplicaSet/web-6f9d", Assert.Single(Engine.UI.Asked).Message, StringComparison.Ordinal);
        SandboxRequest patch = Assert.Single(Changes);
        Assert.Equal(($"/apis/apps/v1/namespaces/{_ns}/deployments/web", "PATCH"), (patch.Path, patch.Method));
        string? at = (string?)JsonNode.Parse(patch.Body)!["spec"]!["template"]!["metadata"]!["annotations"]!["kubectl.kubernetes.io/restartedAt"];
        Assert.Equal(at, (string?)Cluster.Store.Get(ResourceType.Deployments, _ns, "web")!["spec"]!["template"]!["metadata"]!["annotations"]!["kubectl.kubernetes.io/restartedAt"]);
        Assert.Contains(result.Verbose, line => line.StartsWith("deployment/web", StringComparison.Ordinal) && line.Contains("restarted", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pod_that_has_been_replaced_is_left_alone_whatever_the_way()
    {
        AddNamespace();
        NodePod();
        Workload(ResourceType.StatefulSets, "web");
        Debugged("web-0", "StatefulSet/web", "probe");
        RunResult found = Succeed(Get);
        foreach (string name in new[] { "node-debugger-node-1-x5k2p", "web-0" }) Cluster.Store.Remove(ResourceType.Pods, _ns, name);
        NodePod();
        Debugged("web-0", "StatefulSet/web", "probe");

        foreach (string way in new[] { "-Evict", "-RestartWorkload" })
        {
            RunResult result = Succeed($"$a | Remove-DebugArtifact {way} -Confirm:$false -Verbose -PassThru", ("a", found.Output));
            Assert.Empty(result.Output);
            Assert.Equal(2, result.Verbose.Count(line => line.EndsWith("it is gone already.", StringComparison.Ordinal)));
        }

        Assert.False(IsLeaving("node-debugger-node-1-x5k2p") || IsLeaving("web-0"));
        Assert.DoesNotContain(Sent, request => request.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_gone_is_no_error_and_a_name_that_never_was_is_one()
    {
        AddNamespace();
        NodePod();
        RunResult found = Succeed(Get);
        Cluster.Store.Remove(ResourceType.Pods, _ns, "node-debugger-node-1-x5k2p");
        Assert.Contains(Succeed("$a | Remove-DebugArtifact -Confirm:$false -Verbose", ("a", found.Output)).Verbose, line => line.EndsWith("it is gone already.", StringComparison.Ordinal));
        Assert.Equal(["PodNotFound"], Run($"Remove-DebugArtifact node-debugger-node-1-x5k2p -n {_ns} -Confirm:$false").ErrorIds);
    }

    [Theory]
    [InlineData("Remove-DebugArtifact node-debugger-node-1-x5k2p -Confirm:$false -n NS")]
    [InlineData("Remove-DebugArtifact -Pod pod/node-debugger-node-1-x5k2p -Confirm:$false -n NS")]
    [InlineData("'node-debugger-node-1-x5k2p' | Remove-DebugArtifact -Confirm:$false -n NS")]
    [InlineData("Get-Pod -n NS | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Get-DebugArtifact -n NS | ConvertTo-Json -Depth 3 | ConvertFrom-Json | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Get-DebugArtifact -n NS | Select-Object * | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Remove-DebugArtifact -InputObject (Get-DebugArtifact -n NS) -Confirm:$false")]
    [InlineData("[EphemeralDebug.DebugArtifact]@{ Kind = 'NodePod'; Tool = 'kubectl'; Namespace = 'NS'; Pod = 'node-debugger-node-1-x5k2p' } | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("[EphemeralDebug.DebugPod]@{ Name = 'node-debugger-node-1-x5k2p'; Namespace = 'NS' } | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("'{\"kind\":\"List\",\"metadata\":{},\"items\":[{\"kind\":\"Pod\",\"metadata\":{\"name\":\"node-debugger-node-1-x5k2p\",\"namespace\":\"NS\"}}]}' | ConvertFrom-Json | Remove-DebugArtifact -Confirm:$false")]
    public void A_pod_can_be_given_in_many_ways(string script)
    {
        AddNamespace();
        NodePod();
        Succeed(script.Replace("NS", _ns, StringComparison.Ordinal));
        Assert.Equal(["DELETE /api/v1/pods/node-debugger-node-1-x5k2p"], Sent);
    }

    [Theory]
    [InlineData("$json | ConvertFrom-Json | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Get-DebugArtifact -Kind Namespace | Where-Object Namespace -eq NS | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Get-DebugArtifact -Kind Namespace | Where-Object Namespace -eq NS | ConvertTo-Json | ConvertFrom-Json | Remove-DebugArtifact -Confirm:$false")]
    [InlineData("Get-DebugArtifact -Kind Namespace | Where-Object Namespace -eq NS | Remove-DebugArtifact")]
    public void A_temporary_namespace_is_deleted(string script)
    {
        string name = "node-debug-" + _ns[3..];
        JsonObject ns = FoundingWorld.Namespace(name, ("app.kubernetes.io/managed-by", "EphemeralDebug"));
        ns["metadata"]!["annotations"] = new JsonObject { ["ephemeraldebug/source"] = "node/node-1" };
        Cluster.Store.Create(ResourceType.Namespaces, ns);
        RunResult result = Succeed(script.Replace("NS", name, StringComparison.Ordinal),
            ("json", $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }"""));

        Assert.Empty(Engine.UI.Asked);
        Assert.Equal($"/api/v1/namespaces/{name}", Assert.Single(Changes).Path);
        Assert.Null(Cluster.Store.Get(ResourceType.Namespaces, null, name));
        Assert.Empty(result.Output);
    }

    [Fact]
    public void A_namespace_that_somebody_moved_into_needs_Force()
    {
        string name = "openshift-debug-" + System.Security.Cryptography.RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
        Cluster.AddNamespace(name, ("pod-security.kubernetes.io/enforce", "privileged"));
        Cluster.StorePod("web-0", name);
        string find = $"Get-DebugArtifact -Kind Namespace | Where-Object Namespace -eq {name}";
        Assert.Equal(["NamespaceHoldsOthers"], Run($"{find} | Remove-DebugArtifact -Confirm:$false").ErrorIds);
        Assert.Empty(Sent);
        Succeed($"{find} | Remove-DebugArtifact -Force -Confirm:$false");
        Assert.Equal($"/api/v1/namespaces/{name}", Assert.Single(Changes).Path);
    }

    [Fact]
    public void What_bears_no_mark_is_not_touched()
    {
        AddNamespace();
        Cluster.StorePod("web-debug-abcde", _ns);
        Assert.Equal(["NothingOfDebugging"], Run($"Remove-DebugArtifact web-debug-abcde -n {_ns} -Confirm:$false").ErrorIds);
        Assert.Equal(["NothingOfDebugging"], Run("$json | ConvertFrom-Json | Remove-DebugArtifact -Confirm:$false",
            ("json", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system"}}""")).ErrorIds);
        Assert.Equal(["NotAnArtifact"], Run("Get-Node | Select-Object -First 1 | Remove-DebugArtifact -Confirm:$false").ErrorIds);
        Assert.Empty(Sent);
    }

    [Fact]
    public void One_container_of_a_pod_can_be_named_by_its_object()
    {
        AddNamespace();
        Debugged("web-0", "StatefulSet/web", "a", "b");
        RunResult result = Succeed($"Get-EphemeralContainer web-0 b -n {_ns} | Remove-DebugArtifact -Evict -Confirm:$false -PassThru");
        Assert.Equal(["b"], result.Values("Container"));
        Assert.Equal(["POST /api/v1/pods/web-0/eviction"], Sent);
    }

    [Fact]
    public void A_deadline_is_set_on_somebody_elses_orphan()
    {
        AddNamespace();
        NodePod(shape: pod => pod["status"]!["startTime"] = (DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        RunResult result = Succeed($"{Get} | Remove-DebugArtifact -ExpireAfter 30m -Confirm:$false -PassThru");

        Assert.Equal(["PATCH /api/v1/pods/node-debugger-node-1-x5k2p"], Sent);
        Assert.InRange((int)Cluster.Store.Get(ResourceType.Pods, _ns, "node-debugger-node-1-x5k2p")!["spec"]!["activeDeadlineSeconds"]!, 2400, 2460);
        Assert.InRange((DateTimeOffset)Assert.Single(result.Output).Properties["Expires"].Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(31));
        Assert.False(IsLeaving("node-debugger-node-1-x5k2p"));
        // It can be lowered, never raised.
        Assert.Equal(["DeadlineNotRaised"], Run($"{Get} | Remove-DebugArtifact -ExpireAfter 2h -Confirm:$false").ErrorIds);
        Succeed($"{Get} | Remove-DebugArtifact -ExpireAfter 10 -Confirm:$false");
    }

    [Fact]
    public void A_deadline_would_end_the_pod_of_an_application()
    {
        AddNamespace();
        Debugged("web-0", "StatefulSet/web", "probe");
        Assert.Equal(["DeadlineForOthersPod"], Run($"{Get} | Remove-DebugArtifact -ExpireAfter 1h -Confirm:$false").ErrorIds);
        Assert.Equal(["DeadlineForOthersPod"], Run($"Remove-DebugArtifact web-0 -n {_ns} -ExpireAfter 1h -Confirm:$false").ErrorIds);
        Assert.Empty(Sent);
    }

    [Theory]
    [InlineData("Remove-DebugArtifact", "PodRequired")]
    [InlineData("Remove-DebugArtifact x -Evict -RestartWorkload", "ParametersExclude")]
    [InlineData("Remove-DebugArtifact x -Evict -ExpireAfter 1h", "ParametersExclude")]
    [InlineData("Remove-DebugArtifact x -ExpireAfter 0", "InvalidDeadline")]
    [InlineData("'x' | Remove-DebugArtifact y", "PodGivenTwice")]
    [InlineData("Remove-DebugArtifact Bad_Name -Confirm:$false", "InvalidPodName")]
    public void What_cannot_be_is_an_error(string script, string errorId)
    {
        Assert.Equal([errorId], Run(script).ErrorIds);
        Assert.Empty(Sent);
    }

    [Fact]
    public void Who_may_not_delete_is_told_the_right_and_the_others_go_on()
    {
        AddNamespace();
        NodePod();
        NodePod("node-debugger-node-1-zzzzz");
        Cluster.Sandbox.Faults.Respond(request => request.Method == "DELETE" && request.Path.EndsWith("x5k2p", StringComparison.Ordinal), 403,
            $$"""{"kind":"Status","status":"Failure","reason":"Forbidden","code":403,"message":"pods \"node-debugger-node-1-x5k2p\" is forbidden: User \"ops\" cannot delete resource \"pods\" in API group \"\" in the namespace \"{{_ns}}\""}""", "application/json");
        RunResult result = Run($"{Get} | Remove-DebugArtifact -Confirm:$false -PassThru");
        Assert.Equal(["Forbidden"], result.ErrorIds);
        Assert.Contains("delete", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["node-debugger-node-1-zzzzz"], result.Values("Pod"));
    }

    [Fact]
    public async Task Many_are_removed_at_once_and_no_more_than_sixteen()
    {
        AddNamespace();
        for (int i = 0; i < 20; i++) NodePod($"node-debugger-{i:00}");
        SandboxFault held = Cluster.Sandbox.Faults.Delay(request => request.Method == "DELETE");
        using RunningPipeline pipeline = Engine.Start($"{Get} | Remove-DebugArtifact -Confirm:$false -PassThru");
        for (int i = 0; i < 16; i++) await Cluster.Sandbox.RequestAsync(request => request.Method == "DELETE" && request.Path.EndsWith($"-{i:00}", StringComparison.Ordinal), Cancel);
        Assert.Empty(pipeline.Output.ToArray());
        Assert.Equal(16, Changes.Length);
        held.Release();
        Assert.Equal(20, (await pipeline.EndAsync(Cancel)).Output.Count);
    }
}
