using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>Tests of the built module against a sandbox: each with a session of its own, whose cmdlets take the cluster's kubeconfig by default.</summary>
public abstract class ClusterTests : IDisposable
{
    private protected ClusterTests(TestCluster cluster, string user = "admin")
    {
        Cluster = cluster;
        Cluster.Sandbox.ClearRequests();
        Cluster.Sandbox.Faults.Clear();
        Engine.UseKubeConfig(cluster.KubeConfigOf(user));
    }

    protected TestCluster Cluster { get; }

    protected ModuleEngine Engine { get; } = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Cluster.Sandbox.Faults.Clear();
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    protected RunResult Run(string script, params (string Name, object? Value)[] variables) => Engine.Run(script, variables);

    /// <summary>Runs a script that has to do without errors.</summary>
    protected RunResult Succeed(string script, params (string Name, object? Value)[] variables)
    {
        RunResult result = Engine.Run(script, variables);
        Assert.Empty(result.Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
        return result;
    }

    /// <summary>The container that a request adds.</summary>
    protected static JsonObject ContainerOf(SandboxRequest patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        JsonNode spec = JsonNode.Parse(patch.Body)!["spec"]!;
        return Assert.Single(spec["ephemeralContainers"]!.AsArray())!.AsObject();
    }

    /// <summary>Two pieces of JSON that say the same, whatever their layout.</summary>
    protected static void SameJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}\nActual   {actual?.ToJsonString() ?? "nothing"}");
}
