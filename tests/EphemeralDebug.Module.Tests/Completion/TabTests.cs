using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Completion;

/// <summary>What Tab offers. Each test names its own kubeconfig, because what was found is kept for some seconds.</summary>
public sealed class TabTests : ClusterTests, IClassFixture<StaticCluster>
{
    public TabTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "team") is not null) return;
        Cluster.AddNamespace("team");
        Cluster.StorePod("web-0", shape: pod =>
        {
            pod["spec"]!["containers"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "side", ["image"] = "nginx" });
            pod["spec"]!["initContainers"] = new JsonArray(new JsonObject { ["name"] = "setup", ["image"] = "busybox" });
            pod["spec"]!["ephemeralContainers"] = new JsonArray(new JsonObject { ["name"] = "probe", ["image"] = "busybox" }, new JsonObject { ["name"] = "second", ["image"] = "busybox" });
        });
        Cluster.StorePod("web-1");
        Cluster.StorePod("db-0");
        Cluster.StorePod("far", "team");
    }

    private IReadOnlyList<string> Complete(string line)
    {
        string file = Cluster.Write(Guid.NewGuid().ToString("n"), File.ReadAllText(Cluster.KubeConfig));
        return Engine.Complete(line.Replace("KC", $"-KubeConfig '{file}'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-Pod KC ", "db-0 web-0 web-1")]
    [InlineData("Get-Pod KC w", "web-0 web-1")]
    [InlineData("Get-Pod KC -Name WEB-", "web-0 web-1")]
    [InlineData("Get-Pod KC -Namespace team ", "far")]
    [InlineData("New-EphemeralContainer KC web", "web-0 web-1")]
    [InlineData("New-EphemeralContainer KC -Pod db", "db-0")]
    [InlineData("New-EphemeralContainer KC -Pod web-0 -Target ", "app setup side")]
    [InlineData("New-EphemeralContainer web-0 KC -Target s", "setup side")]
    [InlineData("Get-EphemeralContainer KC -Pod web-0 -Name ", "probe second")]
    [InlineData("Wait-EphemeralContainer KC web-0 p", "probe")]
    [InlineData("Get-EphemeralContainerLog KC web-0 ", "probe second")]
    [InlineData("Get-EphemeralContainerLog KC -Pod pod/web-0 -c s", "second")]
    [InlineData("Get-Node KC n", "node-1")]
    [InlineData("Get-Pod KC -Node ", "node-1")]
    [InlineData("Enter-NodeDebug KC n", "node-1")]
    [InlineData("Enter-NodeDebug KC -NodeName n", "node-1")]
    [InlineData("Get-Pod KC -Namespace te", "team")]
    [InlineData("Get-Pod KC -n kube-p", "kube-public")]
    [InlineData("Get-Pod KC -Context ", "sandbox")]
    [InlineData("New-EphemeralContainer KC -Context sa", "sandbox")]
    [InlineData("New-EphemeralContainer -Profile N", "Netadmin")]
    [InlineData("New-EphemeralContainer -ImagePullPolicy ", "Always IfNotPresent Never")]
    [InlineData("Wait-EphemeralContainer -For ", "Running Terminated")]
    [InlineData("Get-EphemeralContainer -State ", "Running Terminated Unknown Waiting")]
    public void Tab_offers_what_there_is(string line, string expected) => Assert.Equal(expected.Split(' '), Complete(line).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Get-P", "Get-Pod")]
    [InlineData("New-Eph", "New-EphemeralContainer")]
    [InlineData("New-EphemeralContainer -CopyV", "-CopyVolumeMounts")]
    public void Tab_offers_cmdlets_and_parameters(string line, string expected) => Assert.Contains(expected, Engine.Complete(line));

    [Fact]
    public void A_relative_kubeconfig_is_that_of_PowerShells_own_location()
    {
        string file = Cluster.Write(Guid.NewGuid().ToString("n"), File.ReadAllText(Cluster.KubeConfig));
        Succeed("$null = $ExecutionContext.SessionState.Path.SetLocation($folder)", ("folder", Cluster.Folder));
        Assert.Equal(["db-0"], Engine.Complete($"Get-Pod -KubeConfig ./{Path.GetFileName(file)} d"));
        Assert.Equal(["sandbox"], Engine.Complete($"Get-Pod -KubeConfig ./{Path.GetFileName(file)} -Context s"));
    }

    [Fact]
    public void A_context_with_a_space_is_quoted()
    {
        string file = Cluster.Write("spaced", File.ReadAllText(Cluster.KubeConfig).Replace("\"name\": \"sandbox\",\n      \"context\"", "\"name\": \"my 'own' cluster\",\n      \"context\"", StringComparison.Ordinal));
        Assert.Equal(["'my ''own'' cluster'"], Engine.Complete($"Get-Pod -KubeConfig '{file}' -Context m"));
    }

    [Fact]
    public void What_was_found_is_kept_for_the_next_key()
    {
        string file = Cluster.Write("kept", File.ReadAllText(Cluster.KubeConfig));
        Engine.Complete($"Get-Pod -KubeConfig '{file}' w");
        Engine.Complete($"Get-Pod -KubeConfig '{file}' we");
        Assert.Single(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("Get-Pod KC zzz")]
    [InlineData("Get-Pod KC -Namespace zzz")]
    [InlineData("Get-Node KC zzz")]
    [InlineData("New-EphemeralContainer KC -Pod web-0 -Target zzz")]
    public void A_server_that_does_not_answer_offers_nothing_and_keeps_nobody_waiting(string line)
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string file = Cluster.Write(Guid.NewGuid().ToString("n"), File.ReadAllText(Cluster.KubeConfig)
            .Replace(Cluster.Sandbox.Server.ToString().TrimEnd('/'), $"https://{silent.LocalEndpoint}", StringComparison.Ordinal));
        long start = System.Diagnostics.Stopwatch.GetTimestamp();

        Assert.Empty(Engine.Complete(line.Replace("KC", $"-KubeConfig '{file}'", StringComparison.Ordinal)));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Empty(Run("$Error").Output);
    }

    [Theory]
    [InlineData("Get-Pod -KubeConfig /no/such/file zzz")]
    [InlineData("Get-Pod -KubeConfig /no/such/file -Context zzz")]
    [InlineData("Get-Pod KC -Context nowhere zzz")]
    [InlineData("Get-EphemeralContainerLog KC nobody zzz")]
    [InlineData("New-EphemeralContainer KC -Target zzz")]
    [InlineData("New-EphemeralContainer KC -Pod ../x -Target zzz")]
    public void What_cannot_be_found_offers_nothing(string line)
    {
        Assert.Empty(Complete(line));
        Assert.Empty(Run("$Error").Output);
    }
}
