using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>What a pod can be in a pipeline: an object of this module, of kubectl's JSON, of the user's own, a name.</summary>
public sealed class PipelineTests : ClusterTests, IClassFixture<StaticCluster>
{
    public PipelineTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "team") is not null) return;
        Cluster.AddNamespace("team");
        Cluster.StorePod("web", "team", WithContainer);
        Cluster.StorePod("db", "team", WithContainer);
        Cluster.StorePod("web", "default", WithContainer);
    }

    // With the server's defaults: it takes a container without them for one that a patch changes.
    private static JsonObject Complete(string name, string image) => new()
    {
        ["name"] = name,
        ["image"] = image,
        ["resources"] = new JsonObject(),
        ["terminationMessagePath"] = "/dev/termination-log",
        ["terminationMessagePolicy"] = "File",
        ["imagePullPolicy"] = "Always",
    };

    private static void WithContainer(JsonObject pod)
    {
        pod["spec"]!["ephemeralContainers"] = new JsonArray(
            Complete("first", "busybox"),
            Complete("last", "alpine"));
        pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["ephemeralContainerStatuses"] = new JsonArray(
                new JsonObject { ["name"] = "first", ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 3, ["reason"] = "Error" } } },
                new JsonObject { ["name"] = "last", ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = "2026-01-05T08:00:00Z" } } }),
        };
    }

    private string Json(params string[] pods)
    {
        JsonNode[] found = [.. pods.Select(pod => Cluster.Store.Get(ResourceType.Pods, "team", pod)!.DeepClone())];
        return found is [JsonNode only] ? only.ToJsonString() : new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["metadata"] = new JsonObject { ["resourceVersion"] = "" }, ["items"] = new JsonArray(found) }.ToJsonString();
    }

    public static TheoryData<string, string> Pods => new()
    {
        { "Get-Pod -Namespace team", "team/db team/web" },
        { "Get-Pod web -Namespace team", "team/web" },
        { "'web', 'pod/web'", "default/web default/web" },
        { "'Pods/web'", "default/web" },
        { "@{ Name = 'web'; Namespace = 'team' }", "team/web" },
        { "[pscustomobject]@{ Pod = 'web'; Namespace = 'team' }", "team/web" },
        { "[pscustomobject]@{ Name = 'web'; Namespace = 'team' }", "team/web" },
        { "[pscustomobject]@{ Name = 'web' }", "default/web" },
        { "$one | ConvertFrom-Json", "team/web" },
        { "$many | ConvertFrom-Json", "team/web team/db" },
        { "($many | ConvertFrom-Json).items", "team/web team/db" },
        { "Get-Pod web -Namespace team | Select-Object Name, Namespace", "team/web" },
    };

    [Theory]
    [MemberData(nameof(Pods))]
    public void Pods_are_taken_in_every_form(string pods, string expected)
    {
        RunResult result = Succeed($"{pods} | New-EphemeralContainer -DryRun", ("one", Json("web")), ("many", Json("web", "db")));

        // Several at once, so in no order.
        Assert.Equal(expected.Split(' ').Order(), result.Output.Select(container => $"{container.Properties["Namespace"].Value}/{container.Properties["Pod"].Value}").Order());
    }

    [Theory]
    [InlineData("New-EphemeralContainer web -n team -DryRun", 1)]
    [InlineData("New-EphemeralContainer -Pod web, db -n team -DryRun", 2)]
    [InlineData("New-EphemeralContainer -Pod pod/web -n team -DryRun", 1)]
    [InlineData("New-EphemeralContainer -Pod (Get-Pod -n team) -DryRun", 2)]
    [InlineData("New-EphemeralContainer -InputObject (Get-Pod -n team) -DryRun", 0)]
    [InlineData("New-EphemeralContainer (Get-Pod web -n team) -DryRun -- sleep 1", 1)]
    public void Pods_are_taken_by_parameter(string script, int patches)
    {
        RunResult result = Run(script);
        Assert.Equal(patches, Cluster.Patches.Count);
        if (patches == 0) Assert.Equal(["PodRequired"], result.ErrorIds);
    }

    [Theory]
    [InlineData("Get-EphemeralContainer first")]
    [InlineData("Get-EphemeralContainer -Name first")]
    [InlineData("Get-EphemeralContainer -c first")]
    [InlineData("Get-EphemeralContainer f*")]
    [InlineData("Get-EphemeralContainer | Where-Object Name -eq first | Get-EphemeralContainer")]
    [InlineData("Get-EphemeralContainer -State Terminated")]
    public void A_container_is_found_in_piped_pods(string command)
    {
        RunResult result = Succeed($"Get-Pod -n team | {command}");
        Assert.Equal(["db", "web"], result.Values("Pod"));
        Assert.Equal(["first", "first"], result.Values("Name"));
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Pod = 'web'; Namespace = 'team'; Name = 'first' } | Wait-EphemeralContainer -For Terminated")]
    [InlineData("Get-EphemeralContainer web first -n team | Wait-EphemeralContainer -For Terminated")]
    [InlineData("Get-Pod web -n team | Wait-EphemeralContainer first -For Terminated")]
    [InlineData("Get-Pod web -n team | Wait-EphemeralContainer -Name first -For Terminated")]
    [InlineData("Wait-EphemeralContainer web first -n team -For Terminated")]
    [InlineData("Wait-EphemeralContainer -Pod web -c first -n team")]
    public void A_container_is_waited_for_in_every_form(string script)
    {
        RunResult result = Succeed(script);
        Assert.Equal(["first"], result.Values("Name"));
        Assert.Equal(["3"], result.Values("ExitCode"));
    }

    [Theory]
    [InlineData("Get-Node | New-EphemeralContainer -DryRun")]
    [InlineData("Get-Node | Get-EphemeralContainer")]
    [InlineData("Get-Node | Wait-EphemeralContainer")]
    [InlineData("Get-Node | Get-EphemeralContainerLog")]
    [InlineData("'{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"}}' | ConvertFrom-Json | New-EphemeralContainer -DryRun")]
    public void What_is_no_pod_is_refused_and_nothing_is_sent(string script)
    {
        RunResult result = Run(script);

        Assert.Contains("names no pod", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Cluster.Sandbox.Requests, request => request.Path.Contains("/pods", StringComparison.Ordinal));
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("New-EphemeralContainer")]
    [InlineData("Wait-EphemeralContainer")]
    [InlineData("Get-EphemeralContainerLog")]
    public void Without_a_pod_there_is_an_error(string cmdlet)
    {
        RunResult result = Run(cmdlet);

        Assert.Equal(["PodRequired"], result.ErrorIds);
        Assert.Contains(cmdlet, result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("New-EphemeralContainer -Pod web -DryRun")]
    [InlineData("Wait-EphemeralContainer -Pod web")]
    [InlineData("Get-EphemeralContainer -Pod web")]
    [InlineData("Get-EphemeralContainerLog -Pod web")]
    public void Pods_are_given_once(string command)
    {
        RunResult result = Run($"Get-Pod -n team | {command}");

        Assert.Equal(["PodGivenTwice"], result.ErrorIds);
        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public void A_pipeline_without_pods_does_nothing()
    {
        RunResult result = Succeed("Get-Pod nothing* | New-EphemeralContainer; Get-Pod nothing* | Get-EphemeralContainer; Get-Pod nothing* | Wait-EphemeralContainer");
        Assert.Empty(result.Output);
        Assert.All(Cluster.Sandbox.Requests, request => Assert.Equal("/api/v1/namespaces/default/pods", request.Path));
    }

    [Fact]
    public void A_pod_that_another_has_replaced_is_not_taken_for_it()
    {
        Cluster.StorePod("short-lived");
        PSVariables(out object? pod);
        Cluster.Store.Remove(ResourceType.Pods, "default", "short-lived");
        Cluster.StorePod("short-lived");

        RunResult result = Run("$pod | New-EphemeralContainer -NoWait", ("pod", pod));
        Assert.Equal(["PodReplaced"], result.ErrorIds);
        Assert.Empty(Cluster.Patches);
    }

    private void PSVariables(out object? pod) => pod = Assert.Single(Succeed("Get-Pod short-lived").Output);

    [Fact]
    public async Task Pods_of_two_clusters_go_through_one_pipeline()
    {
        TestCluster other = new StaticCluster();
        await other.InitializeAsync();
        try
        {
            other.StorePod("web");
            RunResult result = Succeed(
                "@(Get-Pod web -n team) + @(Get-Pod web -KubeConfig $other) | New-EphemeralContainer -DryRun -Name probe ; " +
                "@(Get-Pod web -n team) + @(Get-Pod web -KubeConfig $other) | New-EphemeralContainer -NoWait -Name probe",
                ("other", other.KubeConfig));

            Assert.Equal(new[] { Cluster.KubeConfig, other.KubeConfig }.Order(), result.Values("KubeConfig").TakeLast(2).Order());
            Assert.Equal("/api/v1/namespaces/team/pods/web/ephemeralcontainers", Cluster.Patches[^1].Path);
            Assert.Equal("/api/v1/namespaces/default/pods/web/ephemeralcontainers", other.Patches[^1].Path);
            Assert.Equal(2, Cluster.Patches.Count);
            Assert.Equal(2, other.Patches.Count);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_contexts_of_one_file_lead_to_two_clusters()
    {
        TestCluster other = new StaticCluster();
        await other.InitializeAsync();
        try
        {
            other.StorePod("far");
            JsonObject both = TestCluster.Parse(await File.ReadAllTextAsync(Cluster.KubeConfig, Cancel));
            JsonObject second = TestCluster.Parse(await File.ReadAllTextAsync(other.KubeConfig, Cancel));
            foreach ((string list, string part) in new[] { ("clusters", "cluster"), ("users", "user"), ("contexts", "context") })
            {
                JsonObject entry = second[list]![0]!.DeepClone().AsObject();
                entry["name"] = "Other";
                if (list == "contexts") (entry[part]!["cluster"], entry[part]!["user"]) = ("Other", "Other");
                both[list]!.AsArray().Add((JsonNode)entry);
            }

            string file = Cluster.Write("both.kubeconfig", both.ToJsonString());
            RunResult result = Succeed("Get-Pod far -KubeConfig $file -Context Other; Get-Pod web -KubeConfig $file", ("file", file));
            Assert.Equal(["Other", "sandbox"], result.Values("Context"));

            result = Succeed("@(Get-Pod far -KubeConfig $file -Context Other) + @(Get-Pod web -KubeConfig $file) | Get-EphemeralContainer | Select-Object -ExpandProperty Context", ("file", file));
            Assert.Equal(["sandbox", "sandbox"], result.As<string>());
            Assert.Equal(["UnknownContext"], Run("Get-Pod -KubeConfig $file -Context other", ("file", file)).ErrorIds);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }
}
